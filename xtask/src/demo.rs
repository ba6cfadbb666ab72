//! The campaign, for real, in Rust and in JavaScript: a server on the loopback interface
//! that answers for the platform's host, and `miniapp run` beside it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::{programs, root, run, say};

/// Each campaign, and what happens in it.
const CAMPAIGNS: [(&str, &[&str]); 2] = [
    (
        "examples/summer-campaign",
        &["--event", "onTap:{}:{\"index\":0}"],
    ),
    ("examples/campaign", &[]),
];
const HOST: &str = "api.your-platform.com";

pub(crate) fn demo() -> Result<(), String> {
    say("building the host; the first time this compiles Wasmtime and takes several minutes");
    let programs = programs()?;
    let authority = root().join("target/dev-server.pem");
    let server = Server::start(&programs.join("dev-server"), &authority)?;
    say(&format!(
        "{HOST} is played by a server at {}",
        server.address
    ));
    for (campaign, events) in CAMPAIGNS {
        say(&format!("miniapp run {campaign}"));
        run(Command::new(programs.join("miniapp"))
            .current_dir(root())
            .args(["run", campaign])
            .args(events)
            .args(["--governance", "examples/governance.yaml"])
            .arg("--map")
            .arg(format!("{HOST}={}", server.address))
            .arg("--ca")
            .arg(&authority))?;
    }
    say("done: the offers above came over HTTPS, and the mini-apps could reach no other host");
    Ok(())
}

/// The server, for as long as it is needed.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(program: &Path, authority: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("cannot run {}: {error}", program.display());
        let mut child = Command::new(program)
            .arg(authority)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let mut address = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut address)
                .map_err(failed)?;
        }
        let address = address.trim().to_owned();
        let server = Self { child, address };
        match server.address.is_empty() {
            true => Err(format!("{} did not start", program.display())),
            false => Ok(server),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
