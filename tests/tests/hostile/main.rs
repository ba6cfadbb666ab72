//! The hostile suite: a corpus of hostile mini-apps and servers, played while a
//! live neighbour goes on answering. Prints a table of attempts and containments,
//! and writes it to `target/hostile-<execution>.md`. Ends with 1 if anything was
//! not contained; times are printed and never asserted.
//!
//! ```text
//! cargo test --test hostile -- [--execution jit|interpreter] [--list] [part of a name]
//! ```

mod arena;
mod attack;
mod cancellation;
mod files;
mod floods;
mod hand_written;
mod heap;
mod keeping;
mod native;
mod neighbour;
mod network;
mod scripts;
mod server;
mod table;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use miniapp_host::{Execution, StorageKey};

use arena::Arena;
use attack::Attack;
use files::Disk;
use network::Web;
use table::{Row, Table};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// How long the neighbour is listened to before the first attack.
const QUIET: Duration = Duration::from_secs(1);

struct Arguments {
    executions: Vec<Execution>,
    list: bool,
    filter: Option<String>,
}

fn arguments() -> Result<Arguments, String> {
    let mut read = Arguments {
        executions: vec![Execution::Jit, Execution::Interpreter],
        list: false,
        filter: None,
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--execution" => {
                read.executions = match given.next().as_deref() {
                    Some("jit") => vec![Execution::Jit],
                    Some("interpreter") => vec![Execution::Interpreter],
                    other => {
                        return Err(format!(
                            "--execution takes jit or interpreter, came {other:?}"
                        ));
                    }
                }
            }
            "--list" => read.list = true,
            // What test runners pass to every binary.
            option if option.starts_with('-') => {}
            part => read.filter = Some(part.to_owned()),
        }
    }
    Ok(read)
}

fn attacks(web: &Arc<Web>, disk: &Arc<Disk>) -> Vec<Attack> {
    let families = [
        hand_written::attacks(),
        floods::attacks(),
        cancellation::attacks(),
        files::attacks(disk),
        keeping::attacks(),
        native::attacks(),
        network::attacks(web),
        scripts::attacks(),
    ];
    families.into_iter().flatten().collect()
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let web = Arc::new(tokio.block_on(Web::set()));
    let disk = Arc::new(Disk::set());
    let wanted = |attack: &Attack| {
        let name = format!("{}: {}", attack.class, attack.name);
        arguments
            .filter
            .as_ref()
            .is_none_or(|part| name.contains(part))
    };
    let attacks: Vec<Attack> = attacks(&web, &disk).into_iter().filter(wanted).collect();
    if arguments.list {
        for attack in &attacks {
            println!("{}: {}", attack.class, attack.name);
        }
        return ExitCode::SUCCESS;
    }
    tell_panics_once();
    let mut contained = true;
    for execution in arguments.executions {
        contained &= tokio.block_on(play(execution, &attacks, &web, &disk));
    }
    if contained {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Tells each panic that is caught once and in a line: symbols for backtraces would stay
/// on the heap, which is watched here.
fn tell_panics_once() {
    let told = Mutex::new(BTreeSet::new());
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.to_string();
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.contains(&text) {
            eprintln!("caught: {text}");
            told.insert(text);
        }
    }));
}

/// Plays the attacks, prints their table and tells whether all were contained.
async fn play(execution: Execution, attacks: &[Attack], web: &Web, disk: &Disk) -> bool {
    let arena = Arena::set(
        execution,
        server::answer,
        |host| {
            let folder = disk.folder(execution);
            let storage = folder.with_extension("storage");
            native::offer(host.files(folder).storage(storage, StorageKey([5; 32])))
        },
        |network, server| web.wire(network, server),
    )
    .await;
    web.install(&arena.host).await;
    disk.install(&arena.host).await;
    keeping::install(&arena.host).await;
    if attacks.iter().any(|attack| attack.class == native::CLASS) {
        native::install(&arena.host).await;
    }
    if attacks.iter().any(|attack| attack.class == scripts::CLASS) {
        scripts::install(&arena.host).await;
    }
    let quiet = arena.quiet(QUIET).await;
    let mut rows = Vec::new();
    for attack in attacks {
        if let Some((app, component)) = &attack.guest
            && !arena
                .host
                .installed()
                .iter()
                .any(|installed| installed.as_str() == app)
            && let Err(refused) = arena.install(app, component.to_vec()).await
        {
            eprintln!("{app}: {refused}");
        }
        let (outcome, latencies, heap) = arena.play(attack.repeats, || (attack.play)(&arena)).await;
        for fault in outcome.faults.iter().take(3) {
            eprintln!(
                "NOT CONTAINED, {execution}: {}: {}: {fault}",
                attack.class, attack.name
            );
        }
        rows.push(Row {
            class: attack.class,
            name: attack.name.clone(),
            against: attack.against,
            outcome,
            latencies,
            heap,
        });
    }
    let mut contained = true;
    if let Err(left) = arena.leave().await {
        eprintln!("NOT CONTAINED, {execution}: {left}");
        contained = false;
    }
    let table = Table {
        execution: execution.to_string(),
        quiet,
        rows,
    };
    let text = table.markdown();
    println!("{text}");
    let file = format!(
        "{}/../target/hostile-{execution}.md",
        env!("CARGO_MANIFEST_DIR")
    );
    if let Err(error) = std::fs::write(&file, &text) {
        eprintln!("{file}: {error}");
    }
    contained && table.is_contained()
}
