//! The guest of all benchmarks, `guests/kernels`, with its manifests.

use miniapp_host::{AppManifest, Package, PartnerManifest};

/// Its app id.
pub const APP: &str = "miniapp_kernels";

/// The host that its manifests allow.
pub const SERVER: &str = "kernels.example.com";

const APP_MANIFEST: &str = include_str!("../guests/kernels/miniapp.yaml");
const PARTNER_MANIFEST: &str = include_str!("../guests/kernels/partner.yaml");

/// The component.
pub fn component() -> Vec<u8> {
    std::fs::read(env!("GUEST_KERNELS")).unwrap()
}

/// The package; may also reach [`SERVER`] without TLS where `plain` is set.
pub fn package(plain: bool) -> Package {
    let manifest = AppManifest::parse("miniapp.yaml", &allow(APP_MANIFEST, plain)).unwrap();
    Package::new(manifest, component()).unwrap()
}

/// The partner manifest that grants what [`package`] asks for.
pub fn partner(plain: bool) -> PartnerManifest {
    PartnerManifest::parse("partner.yaml", &allow(PARTNER_MANIFEST, plain)).unwrap()
}

fn allow(manifest: &str, plain: bool) -> String {
    if plain {
        manifest.replace(SERVER, &format!("http://{SERVER}"))
    } else {
        manifest.to_owned()
    }
}
