//! The native app: its host, and what it draws.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use miniapp_host::{
    AppId, AppManifest, Asking, ConsentRule, Event, FixedProfile, FolderConsents, Host, Locale,
    LoginCode, LoginProvider, MemoryClipboard, MiniApp, Network, Package, PageId, PartnerManifest,
    Permission, ProviderError, Question, Reply, Report, StorageKey, Tenant, Toast, UserInterface,
    device,
};
use miniapp_login::Logins;
use serde_json::Value;

use crate::Failure;
use crate::own;
use crate::servers::{Partner, Platform};
use crate::user::User;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../showcase");

/// Who is signed in to the native app, as the platform calls them. Nobody else learns it.
pub(crate) const SIGNED_IN: &str = "mia@example.com";

/// Draws in a terminal, for a user who is called Mia.
struct Terminal;

impl UserInterface for Terminal {
    fn show_toast(&self, _tenant: &Tenant, toast: &Toast<'_>) {
        println!("  ({})", toast.text);
    }

    fn set_title(&self, _tenant: &Tenant, _page: PageId, title: &str) {
        println!("  # {title}");
    }

    fn ask<'a>(&'a self, _tenant: &'a Tenant, question: &'a Question) -> Option<Asking<'a>> {
        println!("  {}", question.text);
        let reply = Reply {
            confirmed: true,
            input: question.placeholder.as_ref().map(|_| "Mia".to_owned()),
        };
        Some(Box::pin(std::future::ready(Ok(reply))))
    }
}

/// Gets login codes of the platform, which knows who is signed in. A native app asks the
/// platform's server over a connection that proves it.
struct SignedIn(Logins);

impl LoginProvider for SignedIn {
    fn code<'a>(&'a self, tenant: &'a Tenant) -> LoginCode<'a> {
        Box::pin(async move {
            let code = self.0.issue(SIGNED_IN, tenant.app.as_str()).await;
            code.map_err(|error| ProviderError(error.to_string()))
        })
    }
}

/// When users are asked: for their place each time, for all else as usual.
fn rule(_tenant: &Tenant, permission: &Permission) -> ConsentRule {
    match permission {
        Permission::Device(name) if name == "location" => ConsentRule::EachTime,
        other => ConsentRule::usual(other),
    }
}

/// The native app while it runs, with the showcase installed.
pub(crate) struct Tour {
    pub(crate) host: Host,
    pub(crate) app: AppId,
    pub(crate) platform: Platform,
    pub(crate) user: User,
    pub(crate) clipboard: Arc<MemoryClipboard>,
    pub(crate) files: device::MemoryFiles,
    log: Arc<Mutex<Vec<String>>>,
}

impl Tour {
    /// Starts the native app, which keeps what it keeps below `folder`.
    pub(crate) async fn begin(
        folder: &Path,
        platform: &Platform,
        partner: &Partner,
        user: &User,
    ) -> Result<Self, Failure> {
        let clipboard = Arc::new(MemoryClipboard::default());
        let files = device::MemoryFiles::default().with("cat.png", "image/png", *b"meow");
        let log = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&log);
        let profile = [("nickname", "Mia"), ("phone-number", "+41 44 668 18 00")];
        let host = Host::builder()
            .network(
                Network::default()
                    .map("api.acme.com", 443, partner.address())
                    .root(partner.authority()),
            )
            .profile(profile.into_iter().collect::<FixedProfile>())
            .login(SignedIn(platform.logins.clone()))
            // A native app takes the key from the device's key store.
            .storage(folder.join("storage"), StorageKey([7; 32]))
            .consent(user.clone())
            .consent_policy(rule)
            .consent_store(FolderConsents::new(folder.join("consents")))
            .locale(Locale {
                language: "de-CH".to_owned(),
                time_zone: "Europe/Zurich".to_owned(),
            })
            .extension("loyalty.points", own::points)
            .interface(device::location(own::locate))
            .interface(device::scan(own::scan))
            .interface(device::payment(own::pay))
            .interface(device::share(own::share))
            .interface(device::file_transfer(files.clone()))
            .user_interface(Arc::new(Terminal))
            .clipboard(Arc::clone(&clipboard) as _)
            .observe(move |_, report| show(&report, &written))
            .build()?;
        let partner = PartnerManifest::read(format!("{FOLDER}/partner.yaml").as_ref())?;
        let manifest = AppManifest::read(format!("{FOLDER}/miniapp.yaml").as_ref())?;
        let component = std::fs::read(env!("GUEST_SHOWCASE"))?;
        let package = Package::new(manifest, component)?;
        let app = host.install(package, &partner).await?;
        Ok(Self {
            host,
            app,
            platform: platform.clone(),
            user: user.clone(),
            clipboard,
            files,
            log,
        })
    }

    /// The showcase, for the device's only user.
    pub(crate) fn tenant(&self) -> Tenant {
        Tenant::new(self.app.clone(), None)
    }

    /// Follows a link to one of the showcase's pages.
    pub(crate) async fn open(&self, page: &str) -> Result<MiniApp, Failure> {
        println!("\n{page}");
        let address = format!("platform://miniapp/{}/pages/{page}", self.app);
        let app = self.host.open(&address).await?;
        app.settled().await;
        Ok(app)
    }

    /// What the developer has logged.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The native app goes away, as the system wants it. What mini-apps keep stays.
    pub(crate) async fn end(self) {
        self.host.close(&self.tenant()).await;
    }
}

/// Shows what a mini-app does, and keeps what it logs. A native app would update its view.
fn show(report: &Report<'_>, log: &Mutex<Vec<String>>) {
    match report {
        Report::Data { changes, .. } => {
            for change in changes.iter() {
                println!("  {} = {}", change.path, change.value);
            }
        }
        Report::Log { message, .. } => {
            println!("  log: {message}");
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push((*message).to_owned());
        }
        Report::Denied(denial) => println!("  denied: {denial}"),
        Report::Uncaught { error, .. } => println!("  uncaught: {error}"),
        _ => {}
    }
}

/// Delivers an event to the page that the user sees, and tells what is on it then.
pub(crate) async fn tap(app: &MiniApp, handler: &str, detail: Value) -> Result<Value, Failure> {
    let top = app.pages().await.pop().ok_or("no page is open")?;
    app.event(top.id, Event::new(handler).detail(detail))
        .await?;
    app.settled().await;
    seen(app).await
}

/// What is on the page that the user sees.
pub(crate) async fn seen(app: &MiniApp) -> Result<Value, Failure> {
    let top = app.pages().await.pop().ok_or("no page is open")?;
    let data = app.data(top.id).await;
    Ok(data.ok_or("the page is gone")?)
}

/// Ends the tour where something is not as it must be.
pub(crate) fn expect(what: &str, found: &Value, expected: impl Into<Value>) -> Result<(), Failure> {
    let expected = expected.into();
    if *found == expected {
        return Ok(());
    }
    Err(format!("{what}: expected {expected}, came {found}").into())
}
