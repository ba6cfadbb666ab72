//! What one mini-app may do: what its app manifest asks for, within what the
//! operator's partner manifest allows, within what this host offers.
//!
//! The threat: a mini-app that does more than was reviewed. Failure mode: it is
//! refused before anything of it runs, naming interface, permission and the line
//! to write. What is not granted is not linked; only what was asked for as
//! *optional* and not allowed is linked, to functions that hold no capability
//! and answer `denied` (see [`link`]). An engine that is shared imports whatever any of its
//! scripts may ask for: what this one does not ask for is not linked either, and a call of it
//! ends the mini-app.

mod error;
mod link;

use std::sync::Arc;

use miniapp_package::{
    AllowList, AppManifest, Governance, Import, InterfaceName, PartnerApp, PartnerManifest,
    Permission, PermissionRequest, Requirement, Scheme, Source, entry_for, is_device,
    is_script_source, is_wasi, requirement,
};

pub use error::GrantError;
pub(crate) use link::{Shape, guest_error, link};

use crate::capability::{self, Capability, Interface};
use crate::contract::PACKAGE;
use crate::report::Denial;
use crate::runtime::Services;

/// What one mini-app may do.
#[derive(Debug)]
pub(crate) struct Grant {
    partner: PartnerApp,
    app_name: String,
    requests: Vec<PermissionRequest>,
    asked: AllowList,
    network: AllowList,
    files: bool,
    links: Vec<Link>,
}

/// One import and what it is linked to.
#[derive(Debug)]
pub(crate) struct Link {
    /// The import's name in the component.
    pub(crate) import: String,
    pub(crate) to: LinkTo,
}

#[derive(Debug)]
pub(crate) enum LinkTo {
    /// A capability.
    Capability(&'static Capability),
    /// An interface of the native app's own.
    Interface(Arc<Interface>),
    /// Functions that answer `denied`.
    Denial(Arc<Denial>),
    /// An interface that only names types.
    Types,
    /// The script of a shared engine.
    Script,
    /// Nothing: what a shared engine imports and this mini-app does not ask for.
    Unasked,
}

/// What a mini-app asks for, in its manifest and in the imports of what runs.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) manifest: &'a AppManifest,
    pub(crate) imports: &'a [Import],
    /// Whether they are the imports of an engine that it shares with others.
    pub(crate) is_shared: bool,
}

impl Grant {
    /// Decides what a mini-app may do.
    pub(crate) fn resolve(
        asking: Asking<'_>,
        manifest: &PartnerManifest,
        governance: Option<&Governance>,
        services: &Services,
    ) -> Result<Self, GrantError> {
        let app = &asking.manifest.app_id;
        if let Some(place) = governance.and_then(excludes_third_parties) {
            return Err(GrantError::ThirdPartiesExcluded {
                place: place.clone(),
            });
        }
        let partner = manifest.app(app).ok_or_else(|| GrantError::UnknownApp {
            app: app.clone(),
            partner: manifest.id.clone(),
            line: manifest.line_to_add_app(app),
        })?;
        let mut this = Self {
            partner: partner.clone(),
            app_name: asking.manifest.name.clone(),
            requests: asking.manifest.permissions.clone(),
            asked: asking.manifest.network.clone(),
            network: asking.manifest.network.narrow(&partner.network.allow),
            files: false,
            links: Vec::new(),
        };
        this.check_asked(asking.manifest)?;
        this.files = this.decide_files(asking, services)?;
        for import in asking.imports {
            let interface = import.interface.as_ref();
            let is_source = interface.is_some_and(is_script_source);
            let to = match this.decide(asking, &import.name, interface, services) {
                _ if asking.is_shared && is_source => LinkTo::Script,
                Err(GrantError::NotAsked { .. }) if asking.is_shared => LinkTo::Unasked,
                decided => decided?,
            };
            let import = import.name.clone();
            this.links.push(Link { import, to });
        }
        let mut interfaces = asking.imports.iter().flat_map(|import| &import.interface);
        let by_name = |own: &&InterfaceName| requirement(own) == Some(Requirement::AnyExtension);
        if let Some(extension) = interfaces.find(by_name) {
            this.check_offered(&extension.unversioned(), services)?;
        }
        Ok(this)
    }

    /// Everything that is required must be granted, whether it is imported or not:
    /// a manifest is what people review.
    fn check_asked(&self, manifest: &AppManifest) -> Result<(), GrantError> {
        for asked in &manifest.permissions {
            if !asked.optional && !self.allows(&asked.permission) {
                return Err(GrantError::NotGranted {
                    permission: asked.permission.clone(),
                    asked: asked.source.clone(),
                    line: self.partner.line_to_grant(&asked.permission),
                });
            }
        }
        for entry in &self.asked.entries {
            if !self.partner.network.allow.covers(entry) {
                return Err(GrantError::HostNotAllowed {
                    host: entry.to_string(),
                    asked: place(entry.source.as_ref()),
                    line: self.partner.line_to_allow(&entry.to_string()),
                });
            }
        }
        Ok(())
    }

    /// Whether the mini-app has files: `wasi:filesystem` is linked in any case, and
    /// inert without them.
    fn decide_files(&self, asking: Asking<'_>, services: &Services) -> Result<bool, GrantError> {
        let files = Permission::Files;
        let Some(asked) = asking.manifest.request_for(&files) else {
            return Ok(false);
        };
        let offered = services.files.is_some();
        let needs = |import: &&Import| {
            let needs = import.interface.as_ref().and_then(requirement);
            needs == Some(Requirement::InertWithout(files.clone()))
        };
        match asking.imports.iter().find(needs) {
            Some(import) if !asked.optional && !offered => Err(GrantError::NotOffered {
                interface: import.name.clone(),
                reason: "no folder for files is set; see `HostBuilder::files`".to_owned(),
            }),
            _ => Ok(offered && self.allows(&files)),
        }
    }

    fn decide(
        &self,
        asking: Asking<'_>,
        import: &str,
        interface: Option<&InterfaceName>,
        services: &Services,
    ) -> Result<LinkTo, GrantError> {
        let unknown = |hint: &str| GrantError::UnknownImport {
            import: import.to_owned(),
            hint: hint.to_owned(),
        };
        if let Some(interface) = interface
            && let Some(own) = services.interfaces.serving(interface)
        {
            return self.decide_own(asking, import, interface, own);
        }
        if let Some(interface) = interface
            && let Some((version, own)) = services.interfaces.other_version(interface)
        {
            return self.decide_other(asking, interface, &version, own);
        }
        if interface.is_some_and(|interface| services.interfaces.know_package(interface))
            && is_types_only(asking, import)
        {
            return Ok(LinkTo::Types);
        }
        let Some((interface, requirement)) =
            interface.and_then(|interface| Some((interface, requirement(interface)?)))
        else {
            return Err(unknown(hint_for(import)));
        };
        let name = interface.unversioned();
        let served = capability::served(&name);
        if served.is_none() && is_types_only(asking, import) {
            return Ok(LinkTo::Types);
        }
        let lacks = match served {
            Some(capability) => (capability.lacks)(services),
            None if is_device(interface) => {
                Some("it is not registered; see `HostBuilder::interface`")
            }
            None => Some("this version of the host does not serve it"),
        };
        match (self.judge(asking, interface, requirement)?, served, lacks) {
            (Judgement::Denied(denial), ..) => Ok(LinkTo::Denial(Arc::new(denial))),
            (Judgement::Granted { .. }, Some(served), None) => Ok(LinkTo::Capability(served)),
            (judgement, _, lacks) => {
                judgement.unserved(name, not_offered, lacks.unwrap_or("it is not served"))
            }
        }
    }

    /// What is called by name and required must be there: `interface` itself always is.
    fn check_offered(&self, interface: &str, services: &Services) -> Result<(), GrantError> {
        let required = self.requests.iter().filter(|asked| !asked.optional);
        for permission in required.map(|asked| &asked.permission) {
            let setting = match permission {
                Permission::Extension(_) => "extension",
                Permission::Device(name) if name == "clipboard" => "clipboard",
                Permission::Device(_) => "device",
                _ => continue,
            };
            if !services.offers(permission) {
                let id = permission.id();
                return Err(GrantError::NotOffered {
                    interface: interface.to_owned(),
                    reason: format!(
                        "nothing is registered as `{id}`; see `HostBuilder::{setting}`"
                    ),
                });
            }
        }
        Ok(())
    }

    /// Decides on an interface of the native app's own.
    fn decide_own(
        &self,
        asking: Asking<'_>,
        import: &str,
        interface: &InterfaceName,
        own: &Arc<Interface>,
    ) -> Result<LinkTo, GrantError> {
        let mut imports = asking.imports.iter();
        let imported = imports.find(|known| known.name == import);
        let functions = imported.map_or(&[][..], |import| &import.functions);
        let needs = Requirement::Permission(own.permission().clone());
        let name = interface.unversioned();
        match (self.judge(asking, interface, needs)?, own.lacks(functions)) {
            (Judgement::Denied(denial), _) => Ok(LinkTo::Denial(Arc::new(denial))),
            (Judgement::Granted { .. }, None) => Ok(LinkTo::Interface(Arc::clone(own))),
            (judgement, Some(missing)) => {
                let told = |_: &Permission| {
                    format!(
                        "this app's `{name}` has no function `{missing}`, for which the mini-app was built"
                    )
                };
                let reason = format!("it has no function `{missing}`");
                judgement.unserved(name.clone(), told, &reason)
            }
        }
    }

    /// Decides on an interface that the native app has in a version that does not serve.
    fn decide_other(
        &self,
        asking: Asking<'_>,
        interface: &InterfaceName,
        version: &str,
        own: &Interface,
    ) -> Result<LinkTo, GrantError> {
        let needs = Requirement::Permission(own.permission().clone());
        let told = |_: &Permission| {
            format!(
                "this app has the version {version} of `{}`, and the mini-app was built for {}",
                interface.unversioned(),
                version_of(interface)
            )
        };
        let asked = version_of(interface);
        let reason = format!("it has the version {version} of it, and {asked} is asked for");
        self.judge(asking, interface, needs)?
            .unserved(interface.unversioned(), told, &reason)
    }

    fn judge(
        &self,
        asking: Asking<'_>,
        interface: &InterfaceName,
        requirement: Requirement,
    ) -> Result<Judgement, GrantError> {
        let name = interface.unversioned();
        let not_asked = |needs: &str, line: String| GrantError::NotAsked {
            interface: name.clone(),
            needs: needs.to_owned(),
            line,
        };
        let ask = |id: &str| format!("permissions: [{{ name: \"{id}\", reason: \"…\" }}]");
        let asked = asking.manifest.permissions.iter();
        let asked: Vec<&PermissionRequest> = match &requirement {
            Requirement::Nothing | Requirement::Inert | Requirement::InertWithout(_) => {
                return Ok(Judgement::Granted { optional: None });
            }
            // Tool chains import `wasi:http` unasked; with no host to talk to, each
            // of its requests is denied.
            Requirement::Network if self.asked.is_empty() && !is_wasi(interface) => {
                let line = "network: { allow: [api.example.com] }".to_owned();
                return Err(not_asked("hosts to talk to", line));
            }
            Requirement::Network => return Ok(Judgement::Granted { optional: None }),
            Requirement::Permission(permission) => asked
                .filter(|asked| asked.permission == *permission)
                .collect(),
            Requirement::AnyExtension => asked
                .filter(|asked| {
                    let permission = &asked.permission;
                    matches!(permission, Permission::Extension(_) | Permission::Device(_))
                })
                .collect(),
            Requirement::AnyOfProfile => asked
                .filter(|asked| capability::PROFILE_PERMISSIONS.contains(&asked.permission))
                .collect(),
        };
        let Some(first) = asked.first() else {
            return Err(match &requirement {
                Requirement::Permission(permission) => {
                    not_asked(&format!("`{}`", permission.id()), ask(&permission.id()))
                }
                Requirement::AnyOfProfile => not_asked(
                    &format!("one of {requirement}"),
                    ask(&Permission::ReadProfile.id()),
                ),
                _ => not_asked(
                    "a permission of the form `ext:<name>` or `device:<name>`",
                    ask("ext:<name>"),
                ),
            });
        };
        let Some(granted) = asked.iter().find(|asked| self.allows(&asked.permission)) else {
            return Ok(Judgement::Denied(
                self.deny_permission(&name, first.permission.clone()),
            ));
        };
        let optional = asked.iter().all(|asked| asked.optional);
        Ok(Judgement::Granted {
            optional: optional.then(|| granted.permission.clone()),
        })
    }

    /// The mini-app's name, as people see it.
    pub(crate) fn app_name(&self) -> &str {
        &self.app_name
    }

    /// Whether the app manifest asks for a permission, granted or not.
    pub(crate) fn asks_for(&self, permission: &Permission) -> bool {
        let mut requests = self.requests.iter();
        requests.any(|request| request.permission == *permission)
    }

    /// The permissions that are asked for and granted.
    pub(crate) fn permissions(&self) -> impl Iterator<Item = &PermissionRequest> {
        let requests = self.requests.iter();
        requests.filter(|request| self.allows(&request.permission))
    }

    fn allows(&self, permission: &Permission) -> bool {
        self.partner.grants(permission)
    }

    /// Hosts that the app asked for and may talk to.
    pub(crate) fn network(&self) -> &AllowList {
        &self.network
    }

    /// Whether it may keep files.
    pub(crate) fn files(&self) -> bool {
        self.files
    }

    /// Whether something of WASI is linked.
    pub(crate) fn links_wasi(&self) -> bool {
        let wasi =
            |link: &Link| matches!(link.to, LinkTo::Capability(capability) if capability.is_wasi());
        self.links.iter().any(wasi)
    }

    /// The import that is linked to an interface of the native app's own and that an error of
    /// the linker's names.
    pub(crate) fn own_interface_in(&self, error: &str) -> Option<String> {
        let own = |link: &&Link| {
            let quoted = format!("`{}`", link.import);
            matches!(link.to, LinkTo::Interface(_)) && error.contains(&quoted)
        };
        self.links.iter().find(own).map(|link| link.import.clone())
    }

    /// What each import is linked to.
    pub(crate) fn links(&self) -> &[Link] {
        &self.links
    }

    /// What a function answers whose import, by its place among them, is linked to `denied`.
    pub(crate) fn denial(&self, import: usize) -> Option<&Arc<Denial>> {
        match &self.links.get(import)?.to {
            LinkTo::Denial(denial) => Some(denial),
            _ => None,
        }
    }

    /// A permission that is not granted, on whichever side it lacks.
    pub(crate) fn deny(&self, interface: &str, permission: Permission) -> Denial {
        if !self.allows(&permission) {
            return self.deny_permission(interface, permission);
        }
        Denial {
            interface: interface.to_owned(),
            message: format!(
                "the app manifest does not ask for `{}`; add it to `permissions` in miniapp.yaml",
                permission.id()
            ),
            permission: Some(permission),
            line: None,
        }
    }

    fn deny_permission(&self, interface: &str, permission: Permission) -> Denial {
        Denial {
            interface: interface.to_owned(),
            message: format!("`{}` is not granted to this mini-app", permission.id()),
            line: Some(self.partner.line_to_grant(&permission)),
            permission: Some(permission),
        }
    }

    /// An extension that is not granted, if it is not.
    pub(crate) fn deny_extension(&self, permission: &Permission) -> Option<Denial> {
        let interface = format!("{PACKAGE}/extension");
        if !self.allows(permission) {
            return Some(self.deny_permission(&interface, permission.clone()));
        }
        if self.asks_for(permission) {
            return None;
        }
        Some(Denial {
            interface,
            message: format!(
                "the app manifest does not ask for `{0}`; add it to `permissions` in miniapp.yaml",
                permission.id()
            ),
            permission: Some(permission.clone()),
            line: None,
        })
    }

    /// An extension that is granted, and that this native app does not offer.
    pub(crate) fn deny_unoffered(permission: Permission) -> Denial {
        Denial {
            interface: format!("{PACKAGE}/extension"),
            message: not_offered(&permission),
            permission: Some(permission),
            line: None,
        }
    }

    /// A host that the grant does not name.
    pub(crate) fn deny_host(&self, scheme: Scheme, host: &str, port: u16) -> Denial {
        let entry = entry_for(scheme, host, port);
        let interface = format!("{PACKAGE}/request");
        if self.partner.network.allow.permits(scheme, host, port) {
            return Denial {
                interface,
                message: format!(
                    "the app manifest does not ask for the host `{entry}`; add it to `network.allow` in miniapp.yaml"
                ),
                permission: None,
                line: None,
            };
        }
        Denial {
            interface,
            message: format!("the host `{entry}` is not allowed for this mini-app"),
            permission: None,
            line: Some(self.partner.line_to_allow(&entry)),
        }
    }

    /// An address in place of a name, which no manifest can allow.
    pub(crate) fn deny_address(&self, address: &str) -> Denial {
        Self::refused(format!(
            "`{address}` is an address, and manifests allow names only; give the server a name"
        ))
    }

    /// A destination that no manifest can open, whatever it says.
    pub(crate) fn refused(message: String) -> Denial {
        Denial {
            interface: format!("{PACKAGE}/request"),
            message,
            permission: None,
            line: None,
        }
    }
}

enum Judgement {
    /// Granted; under this permission, where the app could do without it.
    Granted { optional: Option<Permission> },
    /// Asked for as optional, and not allowed.
    Denied(Denial),
}

impl Judgement {
    /// What becomes of an interface that this host does not serve, whatever was granted: `told`
    /// is answered where the mini-app could do without it, else it is refused for `reason`.
    fn unserved(
        self,
        interface: String,
        told: impl FnOnce(&Permission) -> String,
        reason: &str,
    ) -> Result<LinkTo, GrantError> {
        let denial = match self {
            Self::Denied(denial) => denial,
            Self::Granted {
                optional: Some(permission),
            } => Denial {
                interface,
                message: told(&permission),
                permission: Some(permission),
                line: None,
            },
            Self::Granted { optional: None } => {
                return Err(GrantError::NotOffered {
                    interface,
                    reason: reason.to_owned(),
                });
            }
        };
        Ok(LinkTo::Denial(Arc::new(denial)))
    }
}

/// What is said of a permission that is granted, with nothing behind it.
fn not_offered(permission: &Permission) -> String {
    format!("`{}` is not offered by this app", permission.id())
}

/// Where governance forbids partners to publish, if it does.
fn excludes_third_parties(governance: &Governance) -> Option<&Source> {
    let ecosystem = &governance.ecosystem;
    (!ecosystem.third_party_publishing).then_some(&ecosystem.third_party_publishing_source)
}

/// The version of an interface, for people.
fn version_of(interface: &InterfaceName) -> String {
    let version = interface.version.as_ref();
    version.map_or_else(|| "none".to_owned(), ToString::to_string)
}

/// Where an entry stands; one that was made in code stands nowhere.
fn place(source: Option<&Source>) -> String {
    source.map_or_else(|| "miniapp.yaml".to_owned(), ToString::to_string)
}

/// Whether an import has no functions, so that there is nothing to link.
fn is_types_only(asking: Asking<'_>, import: &str) -> bool {
    let mut imports = asking.imports.iter();
    let found = imports.find(|known| known.name == import);
    found.is_some_and(|import| import.functions.is_empty())
}

fn hint_for(import: &str) -> &'static str {
    if import.starts_with("wasi:") {
        "of WASI, it serves io, clocks, random, cli, http, filesystem and sockets in the versions 0.2.0 to 0.2.12; build it with a tool chain of such a version, or for wasm32-unknown-unknown with the miniapp SDK"
    } else if import.starts_with("miniapp:script/") {
        "it is an engine that runs scripts; add it with `Host::add_script_engine`, and install the scripts"
    } else if import.starts_with("miniapp:host/") {
        "it was built against another version of the contract; update the host, or build against the version that it serves"
    } else {
        "a mini-app may import interfaces of `miniapp:host`, and those that the native app registers with `HostBuilder::interface`"
    }
}
