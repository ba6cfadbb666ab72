//! What a host in memory answers and what it has noted; must not know who asks.

use crate::error::{Error, Result, code};
use crate::log::Level;
use crate::navigation::Navigation;
use crate::request::{Request, Response};
use serde_json::Value;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
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

pub(super) struct State {
    pub answers: Vec<Answer>,
    pub app: Option<Rc<dyn Any>>,
    pub denied: Vec<String>,
    pub elapsed: Duration,
    pub extensions: Vec<(String, Extension)>,
    pub launched: Duration,
    pub locale: (String, String),
    pub utc_offsets: BTreeMap<String, i32>,
    pub logs: Vec<(Level, String)>,
    pub navigations: Vec<Navigation>,
    pub profile: Vec<(String, String)>,
    pub requests: Vec<Request>,
    pub storage: BTreeMap<String, Vec<u8>>,
    pub timers: Vec<(Duration, Waker)>,
    changes: Vec<(u32, String, Value)>,
    last_page: u32,
    open_pages: BTreeSet<u32>,
    random: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            answers: Vec::new(),
            app: None,
            denied: Vec::new(),
            elapsed: Duration::ZERO,
            extensions: Vec::new(),
            launched: Duration::ZERO,
            locale: ("en".into(), "UTC".into()),
            utc_offsets: BTreeMap::new(),
            logs: Vec::new(),
            navigations: Vec::new(),
            profile: Vec::new(),
            requests: Vec::new(),
            storage: BTreeMap::new(),
            timers: Vec::new(),
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

    pub fn check(&self, permission: &str) -> Result<()> {
        if self.denied.iter().any(|denied| denied == permission) {
            let error = Error::new(code::DENIED, format!("`{permission}` is denied"));
            return Err(error.with_permission(permission));
        }
        Ok(())
    }

    /// The same numbers in each test: the sequence of SplitMix64.
    pub fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
