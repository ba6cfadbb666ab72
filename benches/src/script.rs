//! The campaign in JavaScript: its package, and its script in QuickJS without a sandbox.

use std::cell::Cell;
use std::fs;
use std::future::{Future, pending};
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use miniapp_host::{AppManifest, Package, PartnerManifest};
use miniapp_js_engine::{
    DateOptions, Environment, Failure, Level, NumberOptions, Outside, Question, Reply, Request,
    Response, Script, Usage, Work,
};

/// Its app id.
pub const APP: &str = "miniapp_campaign";

const CAMPAIGN: &str = include_str!("../../examples/campaign/campaign.js");

fn text() -> String {
    format!("__page('campaign');{CAMPAIGN}")
}

const MANIFEST: &str = include_str!("../../examples/campaign/miniapp.yaml");
const PARTNER: &str = include_str!("../../examples/campaign/partner.yaml");

/// The script's file, as `miniapp build --script` makes it but for the bundler, which has one file
/// to do here.
fn file(manifest: &AppManifest) -> String {
    let script = miniapp_js::Script {
        text: text(),
        sources: vec!["campaign.js".to_owned()],
        mappings: String::new(),
    };
    miniapp_js::script_file(manifest, &script).unwrap()
}

/// The package, as it is delivered: a script for the engine that the host has.
pub fn package() -> Package {
    let manifest = AppManifest::parse("miniapp.yaml", MANIFEST).unwrap();
    let script = miniapp_host::Script::new(file(&manifest)).unwrap();
    Package::of_script(manifest, script)
}

/// One of many that are installed: its folder, filled with a package under an id of its own, and
/// what grants it.
pub fn installed(folder: &Path, number: u32) -> PartnerManifest {
    let named = |text: &str| text.replace(APP, &named(number));
    let manifest = named(MANIFEST);
    let parsed = AppManifest::parse("miniapp.yaml", &manifest).unwrap();
    fs::write(folder.join("app.script"), file(&parsed)).unwrap();
    fs::write(folder.join("miniapp.yaml"), manifest).unwrap();
    PartnerManifest::parse("partner.yaml", &named(PARTNER)).unwrap()
}

/// The app id of one of many.
pub fn named(number: u32) -> String {
    format!("{APP}_{number}")
}

/// Bytes of the script that each of them has.
pub fn bytes() -> usize {
    CAMPAIGN.len()
}

/// The engine that it is for.
pub fn engine() -> Vec<u8> {
    miniapp_js::engine().unwrap().to_vec()
}

/// What grants what it asks for.
pub fn partner() -> PartnerManifest {
    PartnerManifest::parse("partner.yaml", PARTNER).unwrap()
}

const OPTIONS: &str =
    r#"{"path":"campaign","query":[],"fragment":null,"referrer":null,"extra":null}"#;

/// From a new runtime, with the same prelude, to the first set-data call.
pub fn without_sandbox() -> Duration {
    let began = Instant::now();
    let host = Rc::new(Stub::default());
    let engine = Environment::boot(Rc::clone(&host) as Rc<dyn Outside>).unwrap();
    let script = Script {
        text: text(),
        sources: vec!["campaign.js".to_owned()],
        mappings: String::new(),
    };
    engine.load(&script).unwrap();
    // There is nothing that it would wait for.
    engine.launch(OPTIONS).now_or_never().unwrap();
    engine.show(OPTIONS).unwrap();
    engine.page_load(1, "campaign", "[]").unwrap();
    host.set.get().unwrap() - began
}

/// Stubs that are as small as can be, in place of a prelude.
const STUBS: &str = "globalThis.fc = { request() {} };
    globalThis.Page = (definition) => { globalThis.page = definition; };
    globalThis.open = () => {
      const page = Object.create(page_proto);
      Object.assign(page, globalThis.page);
      setData(JSON.stringify(page.data));
      page.onLoad();
    };
    const page_proto = { setData(patch) { Object.assign(this.data, patch); setData(JSON.stringify(patch)); } };";

/// The same without the prelude: a new runtime, and stubs.
pub fn without_prelude() -> Duration {
    let began = Instant::now();
    let runtime = rquickjs::Runtime::new().unwrap();
    let context = rquickjs::Context::full(&runtime).unwrap();
    let set = Rc::new(Cell::new(None));
    context.with(|ctx| {
        let noted = Rc::clone(&set);
        let set_data = rquickjs::Function::new(ctx.clone(), move |_json: String| {
            noted.set(noted.get().or(Some(Instant::now())));
        });
        ctx.globals().set("setData", set_data.unwrap()).unwrap();
        ctx.eval::<(), _>(STUBS).unwrap();
        ctx.eval::<(), _>(CAMPAIGN).unwrap();
        ctx.eval::<(), _>("open()").unwrap();
    });
    set.get().unwrap() - began
}

/// A host that notes when data were set, and answers nothing.
#[derive(Default)]
struct Stub {
    set: Cell<Option<Instant>>,
}

fn never<T: 'static>() -> Work<T> {
    Box::pin(pending())
}

fn nothing<T>() -> Result<T, Failure> {
    Err(Failure::new("unavailable", "there is nothing here"))
}

impl Outside for Stub {
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        // Nothing here is ever answered; what is dropped must not outlive the engine.
        drop(work);
    }
    fn now(&self) -> u64 {
        0
    }
    fn monotonic(&self) -> u64 {
        0
    }
    fn random(&self, length: u32) -> Result<Vec<u8>, Failure> {
        Ok(vec![1; length as usize])
    }
    fn log(&self, _: Level, _: &str) {}
    fn sleep(&self, _: u32) -> Work<()> {
        never()
    }
    fn set_data(&self, _: u32, _: Vec<(String, String)>) -> Result<(), Failure> {
        self.set.set(self.set.get().or(Some(Instant::now())));
        Ok(())
    }
    fn fetch(&self, _: Request) -> Work<Response> {
        never()
    }
    fn language(&self) -> String {
        String::new()
    }
    fn time_zone(&self) -> String {
        String::new()
    }
    fn format_number(&self, _: &str, _: NumberOptions) -> Result<String, Failure> {
        nothing()
    }
    fn format_currency(&self, _: &str, _: &str, _: Option<String>) -> Result<String, Failure> {
        nothing()
    }
    fn format_date(&self, _: i64, _: DateOptions) -> Result<String, Failure> {
        nothing()
    }
    fn utc_offset(&self, _: i64) -> Result<i32, Failure> {
        nothing()
    }
    fn read_profile(&self, _: Vec<String>) -> Work<Vec<(String, String)>> {
        never()
    }
    fn login_code(&self) -> Work<String> {
        never()
    }
    fn consent_status(&self, _: &str) -> Result<String, Failure> {
        nothing()
    }
    fn ask_consent(&self, _: String) -> Work<()> {
        never()
    }
    fn storage_get(&self, _: String) -> Work<Option<Vec<u8>>> {
        never()
    }
    fn storage_set(&self, _: String, _: Vec<u8>) -> Work<()> {
        never()
    }
    fn storage_remove(&self, _: String) -> Work<()> {
        never()
    }
    fn storage_keys(&self) -> Work<Vec<String>> {
        never()
    }
    fn storage_clear(&self) -> Work<()> {
        never()
    }
    fn storage_usage(&self) -> Work<Usage> {
        never()
    }
    fn storage_get_now(&self, _: &str) -> Result<Option<Vec<u8>>, Failure> {
        nothing()
    }
    fn storage_set_now(&self, _: &str, _: &[u8]) -> Result<(), Failure> {
        nothing()
    }
    fn storage_remove_now(&self, _: &str) -> Result<(), Failure> {
        nothing()
    }
    fn storage_keys_now(&self) -> Result<Vec<String>, Failure> {
        nothing()
    }
    fn storage_clear_now(&self) -> Result<(), Failure> {
        nothing()
    }
    fn storage_usage_now(&self) -> Result<Usage, Failure> {
        nothing()
    }
    fn open(&self, _: String) -> Work<()> {
        never()
    }
    fn redirect(&self, _: String) -> Work<()> {
        never()
    }
    fn back(&self, _: u32) -> Work<()> {
        never()
    }
    fn switch_tab(&self, _: String) -> Work<()> {
        never()
    }
    fn reload(&self, _: String) -> Work<()> {
        never()
    }
    fn invoke(&self, _: String, _: String) -> Work<String> {
        never()
    }
    fn show_toast(&self, _: &str, _: &str, _: u32) -> Result<(), Failure> {
        nothing()
    }
    fn hide_toast(&self) {}
    fn show_loading(&self, _: &str) -> Result<(), Failure> {
        nothing()
    }
    fn hide_loading(&self) {}
    fn set_title(&self, _: u32, _: &str) -> Result<(), Failure> {
        nothing()
    }
    fn ask(&self, _: Question) -> Work<Reply> {
        never()
    }
    fn read_clipboard(&self) -> Work<Option<String>> {
        never()
    }
    fn write_clipboard(&self, _: String) -> Work<()> {
        never()
    }
    fn uncaught(&self, _: Failure) {}
    fn must_stop(&self) -> bool {
        false
    }
}
