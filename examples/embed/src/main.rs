//! A native app that hosts a partner's mini-app.

mod partner_server;

use std::error::Error;

use miniapp_host::{
    AppManifest, Event, FixedConsent, FixedProfile, Host, Package, PageId, PartnerManifest, Report,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../acme-rewards");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = partner_server::start().await?;
    let network = partner_server::network(&server);
    let profile: FixedProfile = [("nickname", "Mia")].into_iter().collect();

    // A native app asks its user here; nobody would answer an example.
    let dialog = FixedConsent::allow();

    // README: begin
    let host = Host::builder()
        .profile(profile)
        .consent(dialog)
        .network(network)
        .observe(show)
        .build()?;
    let partner = PartnerManifest::read(format!("{FOLDER}/partner.yaml").as_ref())?;
    let manifest = AppManifest::read(format!("{FOLDER}/miniapp.yaml").as_ref())?;
    let component = std::fs::read(env!("GUEST_ACME_REWARDS"))?;
    host.install(Package::new(manifest, component)?, &partner)
        .await?;

    let app = host.launch("miniapp_acme_rewards").await?;
    app.ready().await?;
    app.event(PageId::FIRST, Event::new("onElsewhere")).await?;
    println!("{}", app.close().await);
    // README: end
    Ok(())
}

/// Draws what the mini-app does; a native app would update its view.
fn show(app: &miniapp_host::AppId, report: Report<'_>) {
    match report {
        Report::Data { changes, .. } => {
            changes
                .iter()
                .for_each(|change| println!("{app}: {} = {}", change.path, change.value));
        }
        Report::Denied(denial) => println!("{app}: denied: {denial}"),
        Report::Ended(reason) => println!("{app}: ended: {reason}"),
        _ => {}
    }
}
