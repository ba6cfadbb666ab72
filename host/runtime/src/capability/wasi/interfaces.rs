//! The interfaces of WASI that this host serves, one entry each. Which of them are
//! inert, and what the others need, is written in `miniapp-package`.

use wasmtime::component::Linker;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::p2::bindings::{cli, clocks, sockets};
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsView};

use super::super::{Capability, lacks_nothing};
use super::{files, http, io, random, sockets as own_sockets, stdio};
use crate::instance::State;

type Link = fn(&mut Linker<State>) -> wasmtime::Result<()>;

const fn serve(interface: &'static str, link: Link) -> Capability {
    Capability {
        interface,
        lacks: lacks_nothing,
        link,
    }
}

/// Every interface of WASI that this host serves.
pub(in crate::capability) static CAPABILITIES: [Capability; 29] = [
    serve("wasi:cli/environment", |linker| {
        cli::environment::add_to_linker::<_, WasiCli>(linker, State::cli)
    }),
    serve("wasi:cli/exit", |linker| {
        cli::exit::add_to_linker::<_, WasiCli>(linker, State::cli)
    }),
    serve("wasi:cli/stderr", stdio::link_stderr),
    serve("wasi:cli/stdin", |linker| {
        cli::stdin::add_to_linker::<_, WasiCli>(linker, State::cli)
    }),
    serve("wasi:cli/stdout", stdio::link_stdout),
    serve("wasi:cli/terminal-input", |linker| {
        cli::terminal_input::add_to_linker::<_, WasiCli>(linker, State::cli)
    }),
    serve("wasi:cli/terminal-output", |linker| {
        cli::terminal_output::add_to_linker::<_, WasiCli>(linker, State::cli)
    }),
    serve("wasi:cli/terminal-stderr", |linker| {
        cli::terminal_stderr::add_to_linker::<_, WasiCli>(linker, State::cli)
    }),
    serve("wasi:cli/terminal-stdin", |linker| {
        cli::terminal_stdin::add_to_linker::<_, WasiCli>(linker, State::cli)
    }),
    serve("wasi:cli/terminal-stdout", |linker| {
        cli::terminal_stdout::add_to_linker::<_, WasiCli>(linker, State::cli)
    }),
    serve("wasi:clocks/monotonic-clock", |linker| {
        clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(linker, State::clocks)
    }),
    serve("wasi:clocks/wall-clock", |linker| {
        clocks::wall_clock::add_to_linker::<_, WasiClocks>(linker, State::clocks)
    }),
    serve("wasi:filesystem/preopens", files::link_preopens),
    serve("wasi:filesystem/types", files::link_types),
    serve("wasi:http/outgoing-handler", http::link_handler),
    serve("wasi:http/types", http::link_types),
    serve("wasi:io/error", io::link_error),
    serve("wasi:io/poll", io::link_poll),
    serve("wasi:io/streams", io::link_streams),
    serve("wasi:random/insecure", random::link_insecure),
    serve("wasi:random/insecure-seed", random::link_insecure_seed),
    serve("wasi:random/random", random::link_random),
    serve("wasi:sockets/instance-network", |linker| {
        sockets::instance_network::add_to_linker::<_, WasiSockets>(linker, State::sockets)
    }),
    serve("wasi:sockets/ip-name-lookup", own_sockets::link_name_lookup),
    serve("wasi:sockets/network", |linker| {
        let stable = sockets::network::LinkOptions::default();
        sockets::network::add_to_linker::<_, WasiSockets>(linker, &stable, State::sockets)
    }),
    serve("wasi:sockets/tcp", |linker| {
        sockets::tcp::add_to_linker::<_, WasiSockets>(linker, State::sockets)
    }),
    serve("wasi:sockets/tcp-create-socket", |linker| {
        sockets::tcp_create_socket::add_to_linker::<_, WasiSockets>(linker, State::sockets)
    }),
    serve("wasi:sockets/udp", |linker| {
        sockets::udp::add_to_linker::<_, WasiSockets>(linker, State::sockets)
    }),
    serve("wasi:sockets/udp-create-socket", |linker| {
        sockets::udp_create_socket::add_to_linker::<_, WasiSockets>(linker, State::sockets)
    }),
];

#[cfg(test)]
mod tests {
    use miniapp_package::{InterfaceName, WASI_VERSION, requirement};

    use super::*;

    #[test]
    fn the_package_catalogue_and_this_one_name_the_same() {
        for capability in &CAPABILITIES {
            let name = format!("{}@{WASI_VERSION}", capability.interface);
            let name = InterfaceName::parse(&name).unwrap();
            assert!(requirement(&name).is_some(), "{name}");
        }
    }
}
