//! The command line: what may be written, and how it is read.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use miniapp_host::{Execution, InvalidUserId, UserId};
use miniapp_locale::{FormatError, Language, Zone};

use crate::run::{Expectation, ExtensionArgument};

/// Make, build, run, inspect and check mini-apps.
#[derive(Debug, Parser)]
#[command(name = "miniapp", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a project that runs, is tested and passes its own checks.
    #[command(after_help = NEW_HELP)]
    New(NewArguments),
    /// Run a mini-app in the terminal and show what it does.
    #[command(after_help = RUN_HELP)]
    Run(Box<RunArguments>),
    /// Build a mini-app in Rust, JavaScript or TypeScript into a component.
    Build(BuildArguments),
    /// Write the engine of JavaScript mini-apps, for hosts that share one among all of them.
    Engine(EngineArguments),
    /// Show a component's imports, the permissions they need, its size and digest.
    Inspect(InspectArguments),
    /// Check manifests: miniapp.yaml, partner.yaml, governance.yaml.
    Check(CheckArguments),
}

const NEW_HELP: &str = "\
Examples:
  miniapp new shop
  miniapp new shop --template ts --name 'The corner shop'
  miniapp new . --template rust";

const RUN_HELP: &str = "\
Examples:
  miniapp run examples/summer-campaign
  miniapp run app.wasm --manifest miniapp.yaml --partner partner.yaml
  miniapp run . --event onTap --event 'onInput:{\"value\":\"7\"}'
  miniapp run . --event onTap --expect taps=1 --expect 'greeting=Hello Mia'
  miniapp run . --login a-code --extension 'loyalty.points={\"points\":120}' --language de-CH

Exit codes: 0 it ran, 1 it crashed, left an error uncaught or an expectation unmet, 2 it could not be run.";

#[derive(Debug, Args)]
pub(crate) struct NewArguments {
    /// The project's folder, which is empty or not there yet.
    pub(crate) folder: PathBuf,
    /// What it is written in.
    #[arg(long, short, value_enum, default_value_t)]
    pub(crate) template: TemplateArgument,
    /// The app id [default: made from the folder's name].
    #[arg(long, value_name = "ID")]
    pub(crate) app_id: Option<String>,
    /// The name that people see [default: made from the folder's name].
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The folder of the SDK for Rust, which is not on crates.io [default: in the checkout that
    /// this command was built from].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) sdk: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// A mini-app's folder (a package, or a project in Rust or JavaScript, which is built first), or
    /// a component.
    pub(crate) path: PathBuf,
    /// The partner manifest [default: partner.yaml in the mini-app's folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) partner: Option<PathBuf>,
    /// The app manifest of a component [default: miniapp.yaml beside it].
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// The operator's rules.
    #[arg(long, value_name = "FILE")]
    pub(crate) governance: Option<PathBuf>,
    /// The page to open [default: the manifest's first].
    #[arg(long, value_name = "PAGE")]
    pub(crate) page: Option<String>,
    /// A pair of the launch's query; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) query: Vec<(String, String)>,
    /// Deliver an event once the page is ready; may be repeated.
    #[arg(long, value_name = "HANDLER[:DETAIL[:DATASET]]", value_parser = EventArgument::parse)]
    pub(crate) event: Vec<EventArgument>,
    /// Compare the page's data in the end: at the data path there is this value, which is JSON or
    /// else a text; may be repeated.
    #[arg(long, value_name = "PATH=VALUE", value_parser = Expectation::parse)]
    pub(crate) expect: Vec<Expectation>,
    /// A field of the user's profile; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) profile: Vec<(String, String)>,
    /// Answer a dialog: `yes`, `no`, or what the user types; may be repeated [default: ask on
    /// the terminal].
    #[arg(long, value_name = "ANSWER")]
    pub(crate) answer: Vec<String>,
    /// Log the user in, with this code or with another one at each login [default: there is no
    /// login].
    #[arg(long, value_name = "CODE", num_args = 0..=1)]
    pub(crate) login: Option<Option<String>>,
    /// Answer calls of an extension, `ext:NAME` or the device's `device:NAME`, with this JSON; may
    /// be repeated for others.
    #[arg(long, value_name = "NAME=JSON", value_parser = ExtensionArgument::parse)]
    pub(crate) extension: Vec<ExtensionArgument>,
    /// The user's language, a BCP 47 tag such as `de-CH` [default: the system's].
    #[arg(long, value_name = "TAG", value_parser = language)]
    pub(crate) language: Option<String>,
    /// The user's time zone, an IANA name such as `Europe/Zurich` [default: the system's].
    #[arg(long, value_name = "IANA", value_parser = time_zone)]
    pub(crate) time_zone: Option<String>,
    /// What the user answers where a mini-app needs their consent. Without a terminal to ask
    /// at, `ask` leaves the question open.
    #[arg(long, value_enum, default_value_t, value_name = "ANSWER")]
    pub(crate) consent: ConsentArgument,
    /// The user that the mini-app runs for; each one's files and storage are kept apart.
    #[arg(long, value_name = "ID", value_parser = user)]
    pub(crate) user: Option<UserId>,
    /// Where files of a mini-app with `storage:files` are kept [default: a folder that is
    /// deleted when it ends].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) files: Option<PathBuf>,
    /// Where the storage of a mini-app with `storage:local` is kept [default: a folder that is
    /// deleted when it ends]. For development: the key that it is sealed with lies beside it,
    /// in the file `storage.key`. What the user answers where a mini-app needs their consent is
    /// kept there, too, in the folder `consents`, and not asked again.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) storage: Option<PathBuf>,
    /// For development: dial this address for that host and port (443 if none).
    #[arg(long, value_name = "HOST[:PORT]=ADDRESS:PORT", value_parser = Mapping::parse)]
    pub(crate) map: Vec<Mapping>,
    /// For development: trust this certificate authority too (PEM); may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// For development: let the mini-app's hosts resolve to this device and the network around it.
    #[arg(long)]
    pub(crate) dangerously_allow_private_addresses: bool,
    /// How to execute.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) execution: ExecutionArgument,
    /// Keep running until Ctrl-C.
    #[arg(long)]
    pub(crate) stay: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArguments {
    /// The project's folder.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Where to write the component [default: where miniapp.yaml says, else app.wasm].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Build a script instead, for an engine that the host has once [default output: app.script].
    #[arg(long)]
    pub(crate) script: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EngineArguments {
    /// Where to write its component.
    #[arg(long, short, value_name = "FILE", default_value = "engine.wasm")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// A mini-app's folder (a package, or a project in Rust or JavaScript, which is built first), or
    /// a component.
    pub(crate) path: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The manifests.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TemplateArgument {
    /// JavaScript.
    #[default]
    Js,
    /// TypeScript.
    Ts,
    /// Rust.
    Rust,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum ExecutionArgument {
    /// Machine code.
    #[default]
    Jit,
    /// Interpreted, as where no code may be made executable.
    Interpreter,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConsentArgument {
    /// Ask in the terminal.
    #[default]
    Ask,
    /// Agree to everything.
    Allow,
    /// Agree to nothing.
    Refuse,
}

impl From<ExecutionArgument> for Execution {
    fn from(argument: ExecutionArgument) -> Self {
        match argument {
            ExecutionArgument::Jit => Self::Jit,
            ExecutionArgument::Interpreter => Self::Interpreter,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct EventArgument {
    pub(crate) handler: String,
    pub(crate) detail: serde_json::Value,
    pub(crate) dataset: serde_json::Value,
}

impl EventArgument {
    fn parse(text: &str) -> Result<Self, String> {
        let empty = || serde_json::Value::Object(serde_json::Map::new());
        let (handler, rest) = match text.split_once(':') {
            Some((handler, rest)) => (handler, rest),
            None => (text, ""),
        };
        if handler.is_empty() {
            return Err("a handler's name is missing, such as `onTap`".to_owned());
        }
        // Detail and dataset are JSON texts in a row, with a colon between them.
        let mut texts = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        let detail = texts
            .next()
            .transpose()
            .map_err(|error| format!("the detail is not JSON: {error}"))?;
        let rest = rest.get(texts.byte_offset()..).unwrap_or_default();
        let dataset = match rest.strip_prefix(':') {
            Some(text) => serde_json::from_str(text)
                .map_err(|error| format!("the dataset is not JSON: {error}"))?,
            None if rest.is_empty() => empty(),
            None => return Err("after the detail, `:` and the dataset are expected".to_owned()),
        };
        Ok(Self {
            handler: handler.to_owned(),
            detail: detail.unwrap_or_else(empty),
            dataset,
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) address: SocketAddr,
}

impl Mapping {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, address) = pair(text)?;
        let address = address.parse().map_err(|_| {
            format!("`{address}` is not an address and port such as `127.0.0.1:8443`")
        })?;
        let (host, port) = match name.split_once(':') {
            Some((host, port)) => (
                host,
                port.parse()
                    .map_err(|_| format!("`{port}` is not a port"))?,
            ),
            None => (name.as_str(), 443),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            address,
        })
    }
}

fn user(text: &str) -> Result<UserId, InvalidUserId> {
    UserId::new(text)
}

fn language(text: &str) -> Result<String, FormatError> {
    Language::parse(text).map(|_| text.to_owned())
}

fn time_zone(text: &str) -> Result<String, FormatError> {
    Zone::parse(text).map(|_| text.to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not of the form NAME=VALUE")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn events_carry_detail_and_dataset() {
        let event = EventArgument::parse("onTap").unwrap();
        assert_eq!(
            (event.handler.as_str(), event.detail.to_string().as_str()),
            ("onTap", "{}")
        );
        let event = EventArgument::parse(r#"onTap:{"a:b":[1]}:{"index":2}"#).unwrap();
        assert_eq!(event.detail.to_string(), r#"{"a:b":[1]}"#);
        assert_eq!(event.dataset.to_string(), r#"{"index":2}"#);
        for wrong in ["", ":{}", "onTap:{", "onTap:{}x", "onTap:{}:", "onTap:{}:{"] {
            assert!(EventArgument::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn mappings_name_host_port_and_address() {
        let mapping = Mapping::parse("api.acme.com=127.0.0.1:8443").unwrap();
        assert_eq!((mapping.host.as_str(), mapping.port), ("api.acme.com", 443));
        assert_eq!(Mapping::parse("a.b:80=[::1]:1").unwrap().port, 80);
        for wrong in [
            "",
            "a",
            "a=",
            "a=b",
            "a=1.2.3.4",
            "a:x=1.2.3.4:5",
            "=1.2.3.4:5",
        ] {
            assert!(Mapping::parse(wrong).is_err(), "{wrong}");
        }
    }
}
