//! Kernels that compute and that read and write JSON, as a mini-app in JavaScript and in
//! QuickJS without a sandbox.

use std::time::{Duration, Instant};

use miniapp_host::{AppManifest, Package, PartnerManifest};
use rquickjs::{Context, Runtime};

const KERNELS: &str = include_str!("kernels.js");

/// Their names, and what each is to answer.
pub const ALL: [(&str, u32); 3] = [("fib", 75_025), ("loop", 14_726_304), ("json", 97_559)];

/// Its app id.
pub const APP: &str = "miniapp_kernels";

/// A mini-app with a handler for each, which shows what it has answered.
pub fn package() -> Package {
    let manifest = format!(
        "appId: {APP}\nname: Kernels\nversion: 1.0.0\npages: [pages/index]\npermissions: []\n"
    );
    let manifest = AppManifest::parse("miniapp.yaml", &manifest).unwrap();
    let script = miniapp_js::Script {
        text: format!(
            "__page('pages/index');{KERNELS}Page({{ run(event) {{ this.setData({{ answer: kernels[event.detail.name]() }}); }} }});"
        ),
        sources: vec!["kernels.js".to_owned()],
        mappings: String::new(),
    };
    let file = miniapp_js::script_file(&manifest, &script).unwrap();
    Package::of_script(manifest, miniapp_host::Script::new(file).unwrap())
}

/// What lets it be installed.
pub fn partner() -> PartnerManifest {
    let partner = format!(
        "partner:\n  id: benches\n  mini_apps:\n    - appId: {APP}\n      permissions: []\n      network: {{ default: deny, allow: [] }}\n      sandbox: true\n"
    );
    PartnerManifest::parse("partner.yaml", &partner).unwrap()
}

/// QuickJS with the kernels.
pub struct QuickJs(Context);

impl QuickJs {
    /// Loads them.
    pub fn new() -> Self {
        let context = Context::full(&Runtime::new().unwrap()).unwrap();
        context.with(|ctx| {
            let text = format!("{KERNELS}globalThis.kernels = kernels;");
            ctx.eval::<(), _>(text).unwrap();
        });
        Self(context)
    }

    /// Runs one so many times.
    pub fn run(&self, name: &str, times: u64) -> Duration {
        self.0.with(|ctx| {
            let call = format!("kernels.{name}()");
            let began = Instant::now();
            for _ in 0..times {
                let answer: u32 = ctx.eval(call.as_str()).unwrap();
                check(name, answer);
            }
            began.elapsed()
        })
    }
}

impl Default for QuickJs {
    fn default() -> Self {
        Self::new()
    }
}

/// Both have to answer alike.
pub fn check(name: &str, answer: u32) {
    let expected = ALL.iter().find(|(known, _)| *known == name).unwrap().1;
    assert_eq!(answer, expected, "{name}");
}
