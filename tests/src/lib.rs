//! What the suites share: the guests, a server that answers them, a host to run
//! them in, and a record of what was reported.

mod every_import;
mod guest;
mod hand_written;
mod record;
pub mod script;
mod stage;

pub use dev_server::{Answer, DevServer, json};
pub use every_import::{CALLS, Called, EveryImport, every_import};
pub use guest::{Guest, Manifests};
pub use hand_written::component;
pub use record::{Line, Record};
pub use stage::{Stage, StageBuilder};

/// Makes two tests of one: compiled to machine code, and interpreted.
#[macro_export]
macro_rules! on_both {
    ($(#[$meta:meta])* async fn $name:ident($execution:ident: Execution) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn scenario($execution: ::miniapp_host::Execution) $body

            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn compiled() {
                scenario(::miniapp_host::Execution::Jit).await;
            }

            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn interpreted() {
                scenario(::miniapp_host::Execution::Interpreter).await;
            }
        }
    };
}
