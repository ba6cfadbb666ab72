//! One attempt: a request, and what may come of it on both sides. What holds for all
//! of them is seen to here: the victim has no visitor, the embedder's secret stays
//! unread, and every request that arrives is framed by the host.

use std::sync::Arc;

use miniapp_host::EndReason;
use serde_json::{Value, json};

use super::names;
use super::script::Script;
use super::server::Head;
use super::visitor::{Came, Visitor};
use super::web::{SECRET, VISITOR, Web};
use crate::arena::Arena;
use crate::attack::{Attack, End, Outcome};

/// What came of an attempt.
#[derive(Debug)]
pub struct Seen {
    /// How it came out for the mini-app.
    pub came: Came,
    /// The requests that arrived over plain HTTP.
    pub heads: Vec<Head>,
    /// How many arrived over TLS.
    pub encrypted: usize,
    /// The names that were resolved, each with how often.
    pub asked: Vec<(String, usize)>,
}

/// Whether it was contained.
pub type Expected = Box<dyn Fn(&Seen) -> bool + Send + Sync>;

/// One request.
pub struct Attempt {
    request: Value,
    script: Option<Script>,
    lets_go: bool,
    expected: Expected,
}

impl Attempt {
    /// A request as the guests take it.
    pub fn new(request: Value, expected: impl Fn(&Seen) -> bool + Send + Sync + 'static) -> Self {
        Self {
            request,
            script: None,
            lets_go: false,
            expected: Box::new(expected),
        }
    }

    /// A plain request.
    pub fn get(
        url: impl Into<String>,
        expected: impl Fn(&Seen) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(json!({ "url": url.into() }), expected)
    }

    /// The same at a server that does this instead of answering.
    pub fn with(mut self, script: Script) -> Self {
        self.script = Some(script);
        self
    }

    /// The same; whatever comes of it, its connections are not kept.
    pub fn lets_go(mut self) -> Self {
        self.lets_go = true;
        self
    }
}

/// Codes of a request that is refused before it is sent.
pub const REFUSED: [&str; 2] = ["denied", "invalid-argument"];

/// Codes of a request that came to nothing.
pub const FAILED: [&str; 3] = ["network", "timeout", "too-large"];

impl Seen {
    /// Whether it was refused, and nobody was sent or asked anything. A name that the
    /// manifest allows may have been resolved.
    pub fn is_refused(&self) -> bool {
        self.came.told(&REFUSED) && self.is_silent()
    }

    /// Whether nothing arrived anywhere, and no name was resolved that is not allowed.
    pub fn is_silent(&self) -> bool {
        let allowed = |(name, _): &(String, usize)| name.ends_with(names::ZONE);
        self.heads.is_empty() && self.encrypted == 0 && self.asked.iter().all(allowed)
    }

    /// Whether it was answered, and one request arrived, with this line at this host.
    pub fn arrived(&self, line: &str, host: &str) -> bool {
        matches!(self.came, Came::Answer(_))
            && matches!(&self.heads[..], [head] if head.line() == line && head.values("host") == [host])
    }

    /// Whether one request arrived, and was answered or came to nothing.
    pub fn is_harmless(&self) -> bool {
        self.heads.len() <= 1 && (matches!(self.came, Came::Answer(_)) || self.failed())
    }

    /// Whether the mini-app was held to its share of a core, or ended for having taken more.
    pub fn is_held(&self) -> bool {
        let Came::Ended(End::Ended(reason) | End::Waits(reason)) = &self.came else {
            return false;
        };
        matches!(
            **reason,
            EndReason::Closed | EndReason::ClosedByForce { .. } | EndReason::TurnTooLong { .. }
        )
    }

    /// Whether a request came to nothing.
    pub fn failed(&self) -> bool {
        self.came.told(&FAILED)
    }
}

/// What the attacks of a class have in common.
pub struct Sheet<'a> {
    /// What stands around the arena.
    pub web: &'a Arc<Web>,
    /// The class.
    pub class: &'static str,
    /// What holds against it.
    pub against: &'static str,
    /// The mini-app that asks.
    pub app: &'static str,
}

impl<'a> Sheet<'a> {
    /// Attacks that the guest `rogue` plays.
    pub fn new(web: &'a Arc<Web>, class: &'static str, against: &'static str) -> Self {
        Self {
            web,
            class,
            against,
            app: VISITOR,
        }
    }

    /// A row: attempts that one mini-app makes, one after another.
    pub fn row(&self, name: &'static str, attempts: Vec<Attempt>) -> Attack {
        let (web, attempts) = (Arc::clone(self.web), Arc::new(attempts));
        let app = self.app;
        Attack::new(self.class, name, self.against, move |arena| {
            let (web, attempts) = (Arc::clone(&web), Arc::clone(&attempts));
            Box::pin(async move { play(arena, &web, app, &attempts).await })
        })
        .once()
    }

    /// A row of URLs that lead nowhere.
    pub fn refused(&self, name: &'static str, urls: Vec<String>) -> Attack {
        let attempts = urls
            .into_iter()
            .map(|url| Attempt::get(url, Seen::is_refused));
        self.row(name, attempts.collect())
    }
}

async fn play(arena: &Arena, web: &Web, app: &'static str, attempts: &[Attempt]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut visitor = Visitor::new(arena, app);
    web.names.forget();
    web.server.heads();
    arena.server.forget();
    let mut asked_before = web.names.asked();
    for attempt in attempts {
        if attempt.script.is_some() {
            // A script is for new connections.
            visitor.leave().await;
        }
        web.server.follow(attempt.script.clone());
        let came = visitor.ask(&attempt.request).await;
        let asked = web.names.asked();
        let since = |(name, times): (&String, &usize)| {
            let before = asked_before.get(name).copied().unwrap_or_default();
            (*times > before).then(|| (name.clone(), times - before))
        };
        let seen = Seen {
            came,
            heads: web.server.heads(),
            encrypted: arena.server.seen().len(),
            asked: asked.iter().filter_map(since).collect(),
        };
        asked_before = asked;
        arena.server.forget();
        let visited = web.victim.connections();
        let let_go = !attempt.lets_go || web.is_let_go().await;
        let contained = visited == 0
            && let_go
            && !seen.came.text().contains(SECRET)
            && seen.heads.iter().all(Head::is_sound)
            && (attempt.expected)(&seen);
        outcome.count(seen.came.label(), contained, || {
            format!(
                "{}: {visited} connections to the victim, let go: {let_go}, {seen:?}",
                attempt.request
            )
        });
        if attempt.script.is_some() {
            visitor.leave().await;
        }
    }
    web.server.follow(None);
    visitor.leave().await;
    web.names.forget();
    outcome
}
