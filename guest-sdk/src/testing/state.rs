//! What a host in memory answers and what it has noted; must not know who asks.

use crate::device::{file_transfer, location, payment, scan, share};
use crate::dialog::{Question, Reply};
use crate::error::{Error, Result, code};
use crate::log::Level;
use crate::navigation::Navigation;
use crate::request::{Request, Response};
use crate::storage::{KEY_BYTES, MAX_BYTES, MAX_KEY_BYTES, MAX_KEYS, MAX_VALUE_BYTES, Usage};
use serde_json::Value;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

/// An answer to requests for a URL.
pub(super) struct Answer {
    pub url: String,
    pub outcome: Result<Response>,
    pub given: bool,
}

pub(super) type Extension = Rc<dyn Fn(Value) -> Result<Value>>;

pub(super) type Payment = Rc<dyn Fn(payment::Order) -> Result<payment::Receipt>>;

/// What is drawn over pages, and what the user was asked.
#[derive(Default)]
pub(super) struct Drawn {
    pub toasts: Vec<String>,
    pub loading: Option<String>,
    pub titles: BTreeMap<u32, String>,
    pub questions: Vec<Question>,
    pub replies: VecDeque<Reply>,
    pub clipboard: Option<String>,
}

/// What the device knows and was asked for.
#[derive(Default)]
pub(super) struct Device {
    pub files: Vec<(file_transfer::File, Vec<u8>)>,
    pub payment: Option<Payment>,
    pub position: Option<location::Position>,
    pub scanned: VecDeque<scan::Scanned>,
    pub shared: Vec<share::Content>,
}

/// The codes that logins are answered with.
pub(super) enum Login {
    Same(String),
    /// With a number behind it, the last one that was given.
    Numbered(String, u32),
}

impl Login {
    pub fn code(&mut self) -> String {
        match self {
            Self::Same(code) => code.clone(),
            Self::Numbered(prefix, last) => {
                *last += 1;
                format!("{prefix}-{last}")
            }
        }
    }
}

/// A permission that the user is asked for, and what they answer.
pub(super) struct Consent {
    pub permission: String,
    pub agrees: bool,
    pub asked: bool,
}

pub(super) struct State {
    pub allowed: Vec<String>,
    pub answers: Vec<Answer>,
    pub app: Option<Rc<dyn Any>>,
    pub asked: Vec<String>,
    pub consents: Vec<Consent>,
    pub denied: Vec<String>,
    pub device: Device,
    pub drawn: Drawn,
    pub elapsed: Duration,
    pub extensions: Vec<(String, Extension)>,
    pub launched: Duration,
    pub locale: (String, String),
    pub login: Option<Login>,
    pub utc_offsets: BTreeMap<String, i32>,
    pub logs: Vec<(Level, String)>,
    pub navigations: Vec<Navigation>,
    pub profile: Vec<(String, String)>,
    pub requests: Vec<Request>,
    pub storage: BTreeMap<String, Vec<u8>>,
    pub storage_failures: VecDeque<Error>,
    pub timers: Vec<(Duration, Waker)>,
    pub uncaught: Vec<Error>,
    changes: Vec<(u32, String, Value)>,
    last_page: u32,
    open_pages: BTreeSet<u32>,
    random: u64,
}

impl Device {
    pub fn add_file(&mut self, name: String, media_type: String, content: Vec<u8>) {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let file = file_transfer::File {
            handle: count(self.files.len()),
            name,
            media_type,
            size: count(content.len()),
        };
        self.files.push((file, content));
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            allowed: Vec::new(),
            answers: Vec::new(),
            app: None,
            asked: Vec::new(),
            consents: Vec::new(),
            denied: Vec::new(),
            device: Device::default(),
            drawn: Drawn::default(),
            elapsed: Duration::ZERO,
            extensions: Vec::new(),
            launched: Duration::ZERO,
            locale: ("en".into(), "UTC".into()),
            login: None,
            utc_offsets: BTreeMap::new(),
            logs: Vec::new(),
            navigations: Vec::new(),
            profile: Vec::new(),
            requests: Vec::new(),
            storage: BTreeMap::new(),
            storage_failures: VecDeque::new(),
            timers: Vec::new(),
            uncaught: Vec::new(),
            changes: Vec::new(),
            last_page: 0,
            open_pages: BTreeSet::new(),
            random: 0,
        }
    }
}

impl State {
    /// What a time zone, the user's if none is named, is ahead of UTC in minutes.
    pub fn utc_offset(&self, time_zone: Option<&str>) -> i32 {
        let name = time_zone.unwrap_or(&self.locale.1);
        self.utc_offsets.get(name).copied().unwrap_or(0)
    }

    pub fn open_page(&mut self) -> u32 {
        self.last_page += 1;
        self.open_pages.insert(self.last_page);
        self.last_page
    }

    pub fn close_page(&mut self, page: u32) {
        self.open_pages.remove(&page);
    }

    pub fn is_open(&self, page: u32) -> bool {
        self.open_pages.contains(&page)
    }

    pub fn data(&self, page: u32, path: &str) -> Value {
        let mut newest = self.changes.iter().rev();
        let last = newest.find(|(own, set, _)| *own == page && set == path);
        last.map(|(_, _, value)| value.clone()).unwrap_or_default()
    }

    pub fn set_data(&mut self, page: u32, changes: Vec<(String, String)>) -> Result<()> {
        if !self.open_pages.contains(&page) {
            return Err(Error::new(
                code::NOT_FOUND,
                format!("page {page} is not open"),
            ));
        }
        let mut parsed = Vec::new();
        for (path, text) in changes {
            let value = serde_json::from_str(&text).map_err(|error| {
                Error::new(
                    code::INVALID_ARGUMENT,
                    format!("the value of `{path}`: {error}"),
                )
            })?;
            parsed.push((page, path, value));
        }
        self.changes.append(&mut parsed);
        Ok(())
    }

    pub fn answer(&mut self, request: &Request) -> Result<Response> {
        let fitting = || |answer: &&mut Answer| answer.url == request.url;
        let fresh = self
            .answers
            .iter_mut()
            .filter(fitting())
            .find(|answer| !answer.given);
        if let Some(answer) = fresh {
            answer.given = true;
            return answer.outcome.clone();
        }
        let last = self.answers.iter_mut().rfind(fitting());
        last.map(|answer| answer.outcome.clone()).unwrap_or_else(|| {
            let Request { method, url, .. } = request;
            Err(Error::new(
                code::NETWORK,
                format!("the test expects no {method} {url}: add `.respond(\"{url}\", 200, …)` to its host"),
            ))
        })
    }

    /// Refuses keys that the real host refuses.
    pub fn check_key(key: &str) -> Result<()> {
        let bytes = key.len();
        if bytes == 0 {
            let message = format!("a key has 1 to {MAX_KEY_BYTES} bytes, came none");
            return Err(Error::new(code::INVALID_ARGUMENT, message));
        }
        check_size("a key", bytes, MAX_KEY_BYTES)
    }

    /// Stores a value, where the real host would.
    pub fn store(&mut self, key: String, value: Vec<u8>) -> Result<()> {
        Self::check_key(&key)?;
        check_size("a value", value.len(), MAX_VALUE_BYTES)?;
        let before = self.storage.get(&key);
        if before.is_none() {
            check_size("the number of keys", self.storage.len() + 1, MAX_KEYS)?;
        }
        let before = before.map_or(0, |before| cost(&key, before));
        let bytes = self.stored_bytes() - before + cost(&key, &value);
        check_size("the storage", bytes, MAX_BYTES)?;
        self.storage.insert(key, value);
        Ok(())
    }

    pub fn usage(&self) -> Usage {
        let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Usage {
            keys: u32::try_from(self.storage.len()).unwrap_or(u32::MAX),
            bytes: wide(self.stored_bytes()),
            limit: wide(MAX_BYTES),
        }
    }

    fn stored_bytes(&self) -> usize {
        let each = self.storage.iter();
        each.map(|(key, value)| cost(key, value)).sum::<usize>()
    }

    /// Asks the user, where a test says that they are asked.
    pub fn check(&mut self, permission: &str) -> Result<()> {
        if self.denied.iter().any(|denied| denied == permission) {
            let error = Error::new(code::DENIED, format!("`{permission}` is denied"));
            return Err(error.with_permission(permission));
        }
        let mut consents = self.consents.iter_mut().rev();
        let Some(consent) = consents.find(|own| own.permission == permission) else {
            return Ok(());
        };
        if !consent.asked {
            consent.asked = true;
            self.asked.push(permission.to_owned());
        }
        if !consent.agrees {
            let message = format!("the user has refused `{permission}`");
            return Err(Error::new(code::DENIED, message).with_permission(permission));
        }
        Ok(())
    }

    /// How a permission stands, as a test has said. Of others it cannot be known whether the app manifest
    /// asks for them, without which the real host has no word on them.
    pub fn consent_status(&self, permission: &str) -> Result<&'static str> {
        if self.denied.iter().any(|denied| denied == permission) {
            return Ok("denied");
        }
        let mut consents = self.consents.iter().rev();
        match consents.find(|own| own.permission == permission) {
            Some(consent) if !consent.asked => Ok("not-asked"),
            Some(consent) if !consent.agrees => Ok("refused"),
            Some(_) => Ok("allowed"),
            None if self.allowed.iter().any(|allowed| allowed == permission) => Ok("allowed"),
            None => Err(Error::new(
                code::INVALID_ARGUMENT,
                format!(
                    "the test does not say how `{permission}` stands: add `.consent(\"{permission}\", true)`, `.allow(\"{permission}\")` or `.deny(\"{permission}\")` to its host"
                ),
            )),
        }
    }

    /// Asks the user for a permission of which [`Self::consent_status`] knows.
    pub fn ask_consent(&mut self, permission: &str) -> Result<()> {
        self.consent_status(permission)?;
        self.check(permission)
    }

    /// Fields of the profile, each under its permission.
    pub fn read_profile(&mut self, fields: &[String]) -> Result<Vec<(String, String)>> {
        let permission = |field: &str| match field {
            "phone-number" => "user:phone",
            "email" => "user:email",
            _ => "user:readProfile",
        };
        let (mut allowed, mut refused) = (Vec::new(), None);
        for each in ["user:readProfile", "user:phone", "user:email"] {
            if fields.is_empty() || fields.iter().any(|field| permission(field) == each) {
                match self.check(each) {
                    Ok(()) => allowed.push(each),
                    Err(error) => refused = refused.or(Some(error)),
                }
            }
        }
        match refused {
            Some(error) if allowed.is_empty() || !fields.is_empty() => return Err(error),
            _ => {}
        }
        let asked = |(field, _): &&(String, String)| {
            let named = fields.is_empty() || fields.contains(field);
            named && allowed.contains(&permission(field))
        };
        Ok(self.profile.iter().filter(asked).cloned().collect())
    }

    /// The same numbers in each test: the sequence of SplitMix64.
    pub fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// What a key takes of the storage with its value.
fn cost(key: &str, value: &[u8]) -> usize {
    key.len() + value.len() + KEY_BYTES
}

fn check_size(what: &str, size: usize, limit: usize) -> Result<()> {
    if size > limit {
        let message = format!("{what}: {size} where {limit} are allowed");
        return Err(Error::new(code::TOO_LARGE, message));
    }
    Ok(())
}
