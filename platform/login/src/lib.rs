//! Who a user is, proven to a partner's server, as `wx.login` of WeChat does it.
//!
//! ```text
//!  mini-app ── login::code() ──► native app ──► platform's server    issue(user, app)
//!     │  code                                        ▲
//!     └── request ──► partner's server ── exchange ──┘ code, app id, app secret
//!                          │  user id, the partner's own
//!                          └── its own session for the mini-app
//! ```
//!
//! Owns codes and the ids that they are exchanged for. Must not know of mini-apps that run,
//! of HTTP servers, nor of how users sign in: whoever calls [`Logins::issue`] has made sure
//! who the user is. A server mounts [`Logins::answer`] in a few lines; see
//! `examples/exchange_server.rs`.
//!
//! The threats, and what stops them:
//!
//! | threat | what stops it |
//! |---|---|
//! | a code that is guessed | 256 random bits |
//! | a code that is used twice, or by two at once | the first try uses it up, whatever becomes of it |
//! | a code that another app's server has got hold of | it is bound to its app, and is used up |
//! | a code that turns up in a log later | [`LIFETIME`], also by a clock that was set back |
//! | a code of somebody who has logged out since | [`Logins::revoke`] |
//! | a code store that is stolen | only digests are in it |
//! | somebody who exchanges in a partner's name | the app's secret, compared in constant time |
//! | partners who put their users together | ids differ from partner to partner |
//! | a user who asks for codes without end, for apps that there are and that there are not | [`CODES_PER_APP`], [`CODES_PER_USER`]; the newest count; an app must be registered |
//! | a store that fills up | [`MemoryCodes`] is bounded; then nobody gets a code, and nobody else's is lost |

mod error;
mod exchange;
mod memory;
mod secret;
mod store;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use error::{ExchangeError, IssueError};
pub use exchange::{ExchangeRequest, ExchangeResponse, MAX_BODY_BYTES, Reply};
pub use memory::{MAX_CODES, MemoryApps, MemoryCodes};
pub use secret::{AppSecret, PlatformSecret, SecretDigest, ShortSecret};
pub use store::{
    AppRegistry, CodeDigest, CodeStore, Issued, RegisteredApp, StoreError, Stored, Storing,
};

/// How long a code may be exchanged: as long as WeChat's.
pub const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// How far the clocks of a platform's servers may be apart: a code is kept by one of them
/// and exchanged by another. What expires still later than so much beyond [`LIFETIME`] was
/// kept before the clock was set back, and counts no more.
pub const CLOCK_SKEW: Duration = Duration::from_secs(5);

/// Codes of one user for one app that count at once: one for each device and tab, with
/// room. Each further one takes the place of the oldest.
pub const CODES_PER_APP: usize = 8;

/// Codes of one user that count at once, whatever they are for: eight apps that log in on
/// every device. Each further one takes the place of the oldest, so that a user who goes
/// through all apps of the platform has no more of the store's room than this.
pub const CODES_PER_USER: usize = 64;

/// Bytes of a user's id, of an app's id and of a partner's.
pub const MAX_ID_BYTES: usize = 256;

/// Random bytes of a code.
const CODE_BYTES: usize = 32;

/// Characters of a code: base64 of its bytes.
const CODE_CHARS: usize = 43;

type Clock = dyn Fn() -> SystemTime + Send + Sync;

/// Issues codes and exchanges them.
#[derive(Clone)]
pub struct Logins {
    secret: PlatformSecret,
    apps: Arc<dyn AppRegistry>,
    codes: Arc<dyn CodeStore>,
    clock: Arc<Clock>,
}

impl std::fmt::Debug for Logins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Logins").finish_non_exhaustive()
    }
}

impl Logins {
    /// Logins of a platform. Whoever has `secret` can tell which ids of two partners are
    /// the same user; another secret gives every user other ids.
    pub fn new(
        secret: PlatformSecret,
        apps: impl AppRegistry + 'static,
        codes: impl CodeStore + 'static,
    ) -> Self {
        Self {
            secret,
            apps: Arc::new(apps),
            codes: Arc::new(codes),
            clock: Arc::new(SystemTime::now),
        }
    }

    /// The same by another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// A code for a user who has signed in, for one app: 43 characters that are safe in a
    /// URL. It counts for [`LIFETIME`].
    ///
    /// # Errors
    ///
    /// Where an id is empty or too long, the app is not registered, the store is full, or
    /// one of both stores fails.
    pub async fn issue(&self, user: &str, app: &str) -> Result<String, IssueError> {
        for id in [user, app] {
            if id.is_empty() || id.len() > MAX_ID_BYTES {
                return Err(IssueError::Id { bytes: id.len() });
            }
        }
        if self.apps.app(app).await?.is_none() {
            return Err(IssueError::UnknownApp(app.to_owned()));
        }
        let mut bytes = [0; CODE_BYTES];
        rand::fill(&mut bytes).map_err(|_| IssueError::Random)?;
        let code = URL_SAFE_NO_PAD.encode(bytes);
        let now = (self.clock)();
        let issued = Issued {
            app: app.to_owned(),
            user: user.to_owned(),
            expires: now + LIFETIME,
        };
        match self.codes.put(CodeDigest::of(&code), issued, now).await? {
            Stored::Kept => Ok(code),
            Stored::Full => Err(IssueError::Full),
        }
    }

    /// Exchanges a code for the id of its user with the app's partner: 43 characters, the
    /// same for all apps of the partner and different for every other one. The try uses the
    /// code up, whatever comes of it, unless the apps could not be looked at.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Client`] where app and secret do not belong together, whatever the
    /// code is; [`ExchangeError::Code`] where the code was never issued, is used, expired, or
    /// another app's, and the caller is not told which.
    pub async fn exchange(
        &self,
        code: &str,
        app: &str,
        secret: &str,
    ) -> Result<String, ExchangeError> {
        // Everything is looked up before anything is decided, so that time tells little; the
        // code comes last, for it is gone then.
        let known = if (1..=MAX_ID_BYTES).contains(&app.len()) {
            self.apps.app(app).await?
        } else {
            None
        };
        let issued = if code.len() == CODE_CHARS {
            self.codes.take(CodeDigest::of(code)).await?
        } else {
            None
        };
        let known = known.filter(|known| known.secret.fits(secret));
        let known = known.ok_or(ExchangeError::Client)?;
        let now = (self.clock)();
        let issued = issued.filter(|issued| issued.app == app && issued.counts_at(now));
        let issued = issued.ok_or(ExchangeError::Code)?;
        Ok(self.user_id(&known.partner, &issued.user))
    }

    /// Takes back all codes of a user that are open: for one who logs out, is locked out or
    /// leaves. What was exchanged before is the partners'.
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub async fn revoke(&self, user: &str) -> Result<(), StoreError> {
        self.codes.remove_of(user).await
    }

    /// The id of a user with a partner, without a code: for a platform that has to find its
    /// user again, such as to answer a complaint of the partner's.
    pub fn user_id(&self, partner: &str, user: &str) -> String {
        let mut mac = hmac::Context::with_key(self.secret.key());
        // The lengths keep `ab` and `c` apart from `a` and `bc`.
        for part in ["miniapp-login user id 1", partner, user] {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            mac.update(&length.to_be_bytes());
            mac.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(mac.sign())
    }
}
