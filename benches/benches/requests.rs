//! 1,000 requests one after another, from a mini-app to a server on the loopback
//! interface, beside a bare hyper client that does the same.

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use http_body_util::{BodyExt, Empty};
use hyper::Uri;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::server::{self, Server};
use miniapp_benches::{guest, ours, pairs, runtime, timed};

const REQUESTS: u64 = 1_000;

/// Requests of one round of the ratio.
const ROUND: u64 = 100;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, serve, kind] = arguments.as_slice()
        && serve == server::SERVE
    {
        return server::serve(kind);
    }
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let server = Server::start(true);
    let builder = ours::builder(8).network(server.network());
    let host = runtime.block_on(ours::install(builder, true));
    let app = runtime.block_on(ours::launch(&host, None));
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let uri: Uri = format!("http://{}/", server.address()).parse().unwrap();

    let ours = |requests: u64| {
        let detail = format!("{{\"url\":\"http://{}/\",\"n\":{requests}}}", guest::SERVER);
        let app = app.clone();
        timed(&runtime, async move {
            ours::events(app, "fetch", &detail, 1).await
        })
    };
    let hyper = |requests| timed(&runtime, fetch(client.clone(), uri.clone(), requests));

    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    let mut group = criterion.benchmark_group("requests");
    group.throughput(Throughput::Elements(REQUESTS));
    let times = |once: &dyn Fn(u64) -> Duration, times: u64| -> Duration {
        (0..times).map(|_| once(REQUESTS)).sum()
    };
    group.bench_function("hyper", |bencher| {
        bencher.iter_custom(|rounds| times(&hyper, rounds));
    });
    group.bench_function("miniapp", |bencher| {
        bencher.iter_custom(|rounds| times(&ours, rounds));
    });
    group.finish();
    criterion.final_summary();

    let ratio = pairs::ratio(|| ours(ROUND), || hyper(ROUND));
    let what = "requests one after another, beside a bare hyper client";
    results.tell("requests", &[Target::ratio(what, ratio, 1.15)]);
}

/// Sends so many requests and reads the whole answers. Tells how long they took.
async fn fetch(client: Client<HttpConnector, Empty<Bytes>>, uri: Uri, requests: u64) -> Duration {
    let began = Instant::now();
    for _ in 0..requests {
        let answer = client.get(uri.clone()).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(!body.is_empty());
    }
    began.elapsed()
}
