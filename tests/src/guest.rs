//! The guests, built from source, and manifests for them.

use std::path::Path;

use miniapp_host::{AppManifest, Package, PartnerManifest};

/// A guest of this workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guest {
    /// `examples/acme-rewards`
    AcmeRewards,
    /// `examples/showcase`
    Showcase,
    /// `examples/summer-campaign`
    SummerCampaign,
    /// `tests/guests/contract`
    Contract,
    /// `tests/guests/keeper`
    Keeper,
    /// `tests/guests/native`
    Native,
    /// `tests/guests/one-call-at-a-time`
    OneCallAtATime,
    /// `tests/guests/pages`
    Pages,
    /// `tests/guests/rogue`
    Rogue,
    /// `tests/guests/wasi`
    Wasi,
}

impl Guest {
    /// The guest's component.
    pub fn component(self) -> Vec<u8> {
        let path = match self {
            Self::AcmeRewards => env!("GUEST_ACME_REWARDS"),
            Self::Showcase => env!("GUEST_SHOWCASE"),
            Self::SummerCampaign => env!("GUEST_SUMMER_CAMPAIGN"),
            Self::Contract => env!("GUEST_CONTRACT"),
            Self::Keeper => env!("GUEST_KEEPER"),
            Self::Native => env!("GUEST_NATIVE_GUEST"),
            Self::OneCallAtATime => env!("GUEST_ONE_CALL_AT_A_TIME"),
            Self::Pages => env!("GUEST_PAGES"),
            Self::Rogue => env!("GUEST_ROGUE"),
            Self::Wasi => env!("GUEST_WASI_GUEST"),
        };
        std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The guest with its own manifests.
    pub fn manifests(self) -> Manifests {
        let folder = match self {
            Self::AcmeRewards => "../examples/acme-rewards",
            Self::Showcase => "../examples/showcase",
            Self::SummerCampaign => "../examples/summer-campaign",
            Self::Contract => "guests/contract",
            Self::Keeper => "guests/keeper",
            Self::Native => "guests/native",
            Self::OneCallAtATime => "guests/one-call-at-a-time",
            Self::Pages => "guests/pages",
            Self::Rogue => "guests/rogue",
            Self::Wasi => "guests/wasi",
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let read = |file: &str| {
            let path = folder.join(file);
            std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        Manifests {
            app: read("miniapp.yaml"),
            partner: read("partner.yaml"),
        }
    }
}

/// The two manifests of a mini-app, as text.
#[derive(Debug, Clone)]
pub struct Manifests {
    /// `miniapp.yaml`
    pub app: String,
    /// `partner.yaml`
    pub partner: String,
}

impl Manifests {
    /// The same with some text replaced in the app manifest.
    pub fn app_with(mut self, from: &str, to: &str) -> Self {
        assert!(self.app.contains(from), "{from} is not in:\n{}", self.app);
        self.app = self.app.replace(from, to);
        self
    }

    /// The same with some text replaced in the partner manifest.
    pub fn partner_with(mut self, from: &str, to: &str) -> Self {
        assert!(
            self.partner.contains(from),
            "{from} is not in:\n{}",
            self.partner
        );
        self.partner = self.partner.replace(from, to);
        self
    }

    /// The app manifest with a component.
    pub fn package(&self, component: Vec<u8>) -> Package {
        let package = Package::new(self.manifest(), component);
        package.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The app manifest.
    pub fn manifest(&self) -> AppManifest {
        let manifest = AppManifest::parse("miniapp.yaml", &self.app);
        manifest.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The partner manifest.
    pub fn partner(&self) -> PartnerManifest {
        PartnerManifest::parse("partner.yaml", &self.partner)
            .unwrap_or_else(|error| panic!("{error}"))
    }
}
