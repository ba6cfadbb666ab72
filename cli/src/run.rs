//! `miniapp run`: one mini-app in the terminal, and everything it does.

mod consent;
mod expectation;
mod keeping;
mod screen;
mod stand_in;
mod terminal;
mod transcript;

use std::sync::Arc;
use std::time::Duration;

use miniapp_host::{
    EndReason, Event, EventError, FixedProfile, FolderConsents, Governance, Host, LaunchOptions,
    Locale, MemoryClipboard, MiniApp, Network, PartnerManifest, Permission, Program,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::arguments::RunArguments;
use crate::{Failure, inventory};

use consent::Consent;
pub(crate) use expectation::Expectation;
use keeping::Keeping;
use screen::Screen;
pub(crate) use stand_in::ExtensionArgument;
use stand_in::Login;
use terminal::Terminal;
use transcript::Transcript;

/// How long what a mini-app has begun is waited for.
const SETTLES_WITHIN: Duration = Duration::from_secs(10);

/// Whether the mini-app ran without a crash and without an error left uncaught, and did what is
/// expected.
pub(crate) fn run(arguments: &RunArguments) -> Result<bool, Failure> {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    tokio.block_on(run_async(arguments))
}

async fn run_async(arguments: &RunArguments) -> Result<bool, Failure> {
    let package = inventory::package(&arguments.path, arguments.manifest.as_deref())?;
    let partner = inventory::partner(&arguments.path, arguments.partner.as_ref())?;
    let partner = PartnerManifest::read(&partner)?;
    let transcript = Arc::new(Transcript::default());
    let files = Keeping::set(&Permission::Files, arguments.files.as_deref(), &package)?;
    let storage = Keeping::set(
        &Permission::LocalStorage,
        arguments.storage.as_deref(),
        &package,
    )?;
    let host = host(arguments, &files, &storage, &transcript)?;

    transcript.introduce(&package, &partner);
    if let Program::Script(_) = package.program {
        host.add_script_engine(miniapp_js::engine()?.to_vec())
            .await?;
    }
    let installed = host.install(package, &partner).await;
    let app = installed.map_err(stand_in::refused)?;
    let options = LaunchOptions {
        page: arguments.page.clone(),
        query: arguments.query.clone(),
        user: arguments.user.clone(),
        ..LaunchOptions::default()
    };
    let reason = match host.launch_with(app.as_str(), options).await {
        Ok(app) => live(arguments, &app, &transcript).await,
        Err(miniapp_host::LaunchError::Failed(miniapp_host::RunError::Ended(reason))) => reason,
        Err(error) => return Err(error.into()),
    };
    transcript.judge(&arguments.expect);
    transcript.conclude(&reason);
    Ok(*reason == EndReason::Closed && transcript.is_clean())
}

async fn live(arguments: &RunArguments, app: &MiniApp, transcript: &Transcript) -> Arc<EndReason> {
    if let Err(reason) = app.ready().await {
        return reason;
    }
    settle(app).await;
    for argument in &arguments.event {
        transcript.deliver(&argument.handler);
        let event = Event::new(&argument.handler)
            .detail(&argument.detail)
            .dataset(&argument.dataset);
        // What the events before have opened or closed is on its way.
        let Some(top) = app.pages().await.pop() else {
            return app.ended().await;
        };
        match app.event(top.id, event).await {
            // The handler's own error was reported as uncaught.
            Ok(()) | Err(EventError::App(_)) => {}
            Err(EventError::Ended(reason)) => return reason,
            Err(refused) => transcript.refuse(&refused),
        }
        settle(app).await;
    }
    if arguments.stay {
        eprintln!("running; Ctrl-C closes the mini-app");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            reason = app.ended() => return reason,
        }
    }
    if let Some(top) = app.pages().await.pop()
        && let Some(data) = app.data(top.id).await
    {
        transcript.keep(data);
    }
    app.close().await
}

/// Waits until what the mini-app has begun is over, as long as a request may take. One with a
/// timer that begins again has always something under way.
async fn settle(app: &MiniApp) {
    let settled = tokio::time::timeout(SETTLES_WITHIN, app.settled()).await;
    if settled.is_err() {
        eprintln!(
            "still busy after {} s, and left to it; --stay keeps it running",
            SETTLES_WITHIN.as_secs()
        );
    }
}

fn host(
    arguments: &RunArguments,
    files: &Keeping,
    storage: &Keeping,
    transcript: &Arc<Transcript>,
) -> Result<Host, Failure> {
    let mut network = Network::default();
    for mapping in &arguments.map {
        network = network.map(&mapping.host, mapping.port, mapping.address);
    }
    if arguments.dangerously_allow_private_addresses {
        network = network.dangerously_allow_private_addresses();
    }
    for danger in network.dangers() {
        eprintln!("warning: {danger} (for development only)");
    }
    for file in &arguments.ca {
        eprintln!(
            "warning: {} is trusted (--ca, for development only)",
            file.display()
        );
        let certificates = CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| format!("{}: no certificate in PEM form: {error}", file.display()))?;
        if certificates.is_empty() {
            return Err(format!("{}: holds no certificate in PEM form", file.display()).into());
        }
        for certificate in certificates {
            network = network.root(certificate.to_vec());
        }
    }
    let terminal = Terminal::open();
    let mut builder = Host::builder()
        .execution(arguments.execution.into())
        .live_apps(1)
        .network(network)
        .consent(Consent::new(arguments.consent, terminal.as_ref()))
        .locale(locale(arguments))
        .profile(arguments.profile.iter().cloned().collect::<FixedProfile>())
        .user_interface(Arc::new(Screen::new(&arguments.answer, terminal)))
        .clipboard(Arc::new(MemoryClipboard::default()))
        .observer(Arc::clone(transcript) as _);
    if let Some(folder) = files.folder() {
        builder = builder.files(folder);
    }
    if let Some(folder) = storage.folder() {
        builder = builder.storage(folder, keeping::key(folder)?);
    }
    if let Some(folder) = &arguments.storage {
        builder = builder.consent_store(FolderConsents::new(keeping::consents(folder)));
    }
    if let Some(code) = &arguments.login {
        builder = builder.login(Login::new(code.as_deref())?);
    }
    for extension in &arguments.extension {
        builder = extension.offer(builder);
    }
    if let Some(file) = &arguments.governance {
        builder = builder.governance(Governance::read(file)?);
    }
    Ok(builder.build()?)
}

/// The user's language and time zone: the system's, where none is given.
fn locale(arguments: &RunArguments) -> Locale {
    let system = Locale::of_system();
    Locale {
        language: arguments.language.clone().unwrap_or(system.language),
        time_zone: arguments.time_zone.clone().unwrap_or(system.time_zone),
    }
}
