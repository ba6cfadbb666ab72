//! Clocks, random numbers, output, and what a mini-app finds around itself.

use serde_json::{Value, json};

use crate::component::wasi::cli::{
    environment, exit as process, stderr, stdin, stdout, terminal_stdout,
};
use crate::component::wasi::clocks::{monotonic_clock, wall_clock};
use crate::component::wasi::filesystem::preopens;
use crate::component::wasi::io::poll;
use crate::component::wasi::random::random as generator;
use crate::component::wasi::sockets::network::IpAddressFamily;
use crate::component::wasi::sockets::{
    instance_network, ip_name_lookup, tcp_create_socket, udp_create_socket,
};

/// Writes `text`, so many `times`, to the output or the error.
pub(crate) fn print(detail: &Value) -> Value {
    let stream = if detail["error"] == true {
        stderr::get_stderr()
    } else {
        stdout::get_stdout()
    };
    let text = detail["text"].as_str().unwrap();
    for _ in 0..detail["times"].as_u64().unwrap_or(1) {
        for piece in text.as_bytes().chunks(4_096) {
            stream.blocking_write_and_flush(piece).unwrap();
        }
    }
    Value::Null
}

/// How many random bytes came, and a number that tells them from others.
pub(crate) fn random(length: u64) -> Value {
    let bytes = generator::get_random_bytes(length);
    let mark = |mark: u64, byte: &u8| (mark ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    json!({ "bytes": bytes.len(), "mark": bytes.iter().fold(0, mark) })
}

pub(crate) fn clocks() -> Value {
    let times: Vec<u64> = (0..100).map(|_| monotonic_clock::now()).collect();
    json!({
        "resolution": monotonic_clock::resolution(),
        "stepped": times.iter().all(|time| time % 100_000 == 0),
        "forward": times.is_sorted(),
        "wall_resolution": wall_clock::resolution().nanoseconds,
        "seconds": wall_clock::now().seconds,
        "nanoseconds": wall_clock::now().nanoseconds,
    })
}

pub(crate) fn sleep(nanoseconds: u64) -> Value {
    let begun = monotonic_clock::now();
    monotonic_clock::subscribe_duration(nanoseconds).block();
    (monotonic_clock::now() - begun).into()
}

/// Waits for one thing, named so many times.
pub(crate) fn poll_same(times: u64) -> Value {
    let soon = monotonic_clock::subscribe_duration(0);
    let list: Vec<_> = (0..times).map(|_| &soon).collect();
    poll::poll(&list).len().into()
}

/// Holds so many things to wait for.
pub(crate) fn hold(count: u64) -> Value {
    let held: Vec<_> = (0..count)
        .map(|_| monotonic_clock::subscribe_duration(1))
        .collect();
    held.len().into()
}

pub(crate) fn surroundings() -> Value {
    let input = stdin::get_stdin();
    json!({
        "arguments": environment::get_arguments(),
        "variables": environment::get_environment().len(),
        "folder": environment::initial_cwd(),
        "preopens": preopens::get_directories().len(),
        "input": format!("{:?}", input.blocking_read(10)),
        "terminal": terminal_stdout::get_terminal_stdout().is_some(),
    })
}

pub(crate) fn sockets() -> Value {
    let network = instance_network::instance_network();
    let tcp = tcp_create_socket::create_tcp_socket(IpAddressFamily::Ipv4);
    let udp = udp_create_socket::create_udp_socket(IpAddressFamily::Ipv6);
    let names = ip_name_lookup::resolve_addresses(&network, "localhost");
    json!([
        tcp.err().map(|error| error.name()),
        udp.err().map(|error| error.name()),
        names.err().map(|error| error.name()),
    ])
}

pub(crate) fn exit(code: u64) -> Value {
    process::exit(if code == 0 { Ok(()) } else { Err(()) });
    Value::Null
}

/// Calls the cheapest function of all, so many times.
pub(crate) fn storm(calls: u64) -> Value {
    for _ in 0..calls {
        monotonic_clock::resolution();
    }
    Value::Null
}

/// Asks without end for what the guest has to make room for.
pub(crate) fn random_storm() -> Value {
    loop {
        generator::get_random_bytes(32);
    }
}

/// Writes without end.
pub(crate) fn write_storm() -> Value {
    let (stream, bytes) = (stdout::get_stdout(), vec![b'x'; 60_000]);
    loop {
        stream.check_write().unwrap();
        stream.write(&bytes).unwrap();
    }
}
