//! What a hostile mini-app does with what native apps add.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use futures_util::future::join_all;
use futures_util::poll;
use miniapp_guest::dialog;
use miniapp_guest::prelude::*;
use serde::Deserialize;

use super::acme::loyalty::points;
use super::miniapp::device::file_transfer as files;
use super::{by_name, count, own};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Harm {
    what: String,
    text: String,
    n: usize,
    bytes: usize,
    handle: u64,
    offset: u64,
    length: u32,
}

impl Harm {
    fn handles(&self) -> impl Iterator<Item = u64> + use<> {
        (self.handle..).take(self.n)
    }
}

/// Begins a call, and drops it if it waits.
async fn begin<T>(call: impl Future<Output = Result<T>>) -> Result<()> {
    match poll!(pin!(call)) {
        Poll::Ready(ended) => ended.map(drop),
        Poll::Pending => Ok(()),
    }
}

async fn invoke(text: &str) -> Result<()> {
    let answer = by_name::invoke("points".to_owned(), json!(text).to_string()).await;
    answer.map(drop).map_err(own)
}

async fn balance(text: &str) -> Result<()> {
    let answer = points::balance(text.to_owned()).await;
    answer.map(drop).map_err(own)
}

pub(super) async fn on_event(page: PageHandle, event: Event) -> Result<()> {
    let detail: Harm = event.detail()?;
    let Harm { n, bytes, .. } = detail;
    match event.handler() {
        "begin" => {
            for _ in 0..n {
                match detail.what.as_str() {
                    "invoke" => begin(invoke("never")).await?,
                    "balance" => begin(balance("never")).await?,
                    "paste" => begin(clipboard::read()).await?,
                    _ => begin(dialog::confirm("?")).await?,
                }
            }
            Ok(())
        }
        "for-ever" => loop {
            invoke(&detail.text).await.ok();
            balance(&detail.text).await.ok();
        },
        "invoke-long" => {
            let answer = by_name::invoke("n".repeat(n), "1".to_owned()).await;
            answer.map(drop).map_err(own)
        }
        "paste-many" => count(page, join_all((0..n).map(|_| clipboard::read())).await),
        "copy-many" => {
            let copies = (0..n).map(|_| clipboard::write("x".repeat(bytes)));
            count(page, join_all(copies).await)
        }
        "choose" => {
            let chosen = files::choose(Vec::new(), 1).await.map_err(own)?;
            let file = chosen.first().context("a file")?;
            page.set_data("handle", &file.handle)
        }
        "read-file" => {
            let read = files::read(detail.handle, detail.offset, detail.length).await;
            page.set_data("read", &read.map_err(own)?.len())
        }
        "read-files" => {
            let read = detail.handles().map(async |handle| {
                let read = files::read(handle, 0, u32::MAX).await;
                read.map(drop).map_err(own)
            });
            count(page, one_by_one(read).await)
        }
        "release-files" => {
            let released = detail
                .handles()
                .map(async |handle| files::release(handle).await.map_err(own));
            count(page, one_by_one(released).await)
        }
        other => Err(Error::app(format!("there is no handler `{other}`"))),
    }
}

async fn one_by_one<T>(calls: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut ended = Vec::new();
    for call in calls {
        ended.push(call.await);
    }
    ended
}
