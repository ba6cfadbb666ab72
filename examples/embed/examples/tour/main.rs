//! A native app with every capability that a mini-app may be granted, and a tour of the
//! showcase, which has a page for each. Run it with `cargo run --package embed --example tour`.
//!
//! It prints what its user would see. Each stop states what must have come of it: what has not
//! ends the tour with an error that names it.
//!
//! | file | what it shows |
//! |---|---|
//! | `app.rs` | how a host is set up |
//! | `own.rs` | what the native app adds of its own, by name and for the device |
//! | `user.rs` | how a user is asked for their consent |
//! | `servers.rs` | who exchanges a login code for what: the platform's server and the partner's |
//! | `stops.rs` | what the user does on each page, and what the native app does for its settings and its backups |

mod app;
mod own;
mod servers;
mod stops;
mod user;

use std::error::Error;
use std::path::Path;

use app::Tour;
use servers::{Partner, Platform};
use user::User;

/// Whatever ends the tour early, in the words of who found it.
type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("miniapp-tour-{}", std::process::id()));
    let toured = tour(&folder).await;
    std::fs::remove_dir_all(&folder)?;
    toured
}

async fn tour(folder: &Path) -> Result<(), Failure> {
    let platform = Platform::start().await?;
    let partner = Partner::start(&platform).await?;
    let user = User::default();

    let tour = Tour::begin(folder, &platform, &partner, &user).await?;
    stops::consent(&tour).await?;
    stops::login(&tour).await?;
    stops::storage(&tour).await?;
    stops::native(&tour).await?;
    stops::surface(&tour).await?;
    stops::plain(&tour).await?;
    stops::steps(&tour).await?;
    tour.end().await;

    println!("\nthe native app is started anew");
    let tour = Tour::begin(folder, &platform, &partner, &user).await?;
    stops::remembered(&tour).await?;
    stops::log_out(&tour).await
}
