//! What somebody might try who wants to be another user, and what a partner may rely on.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use miniapp_login::{AppRegistry, CodeDigest, CodeStore, Issued};
use miniapp_login::{
    AppSecret, CLOCK_SKEW, CODES_PER_APP, CODES_PER_USER, ExchangeError, ExchangeRequest,
    IssueError, LIFETIME, Logins, MAX_BODY_BYTES, MAX_ID_BYTES, MemoryApps, MemoryCodes,
    PlatformSecret, RegisteredApp, ShortSecret, StoreError, Stored, Storing,
};

/// Two apps of one partner, and one of another.
const SHOP: &str = "acme_shop";
const NEWS: &str = "acme_news";
const OTHER: &str = "globex_shop";

struct Platform {
    logins: Logins,
    secrets: [(&'static str, AppSecret); 3],
    /// Seconds since the epoch.
    time: Arc<AtomicU64>,
}

fn platform_with(codes: impl CodeStore + 'static) -> Platform {
    let secrets = [SHOP, NEWS, OTHER].map(|app| (app, AppSecret::generate().unwrap()));
    let registered = secrets.iter().map(|(app, secret)| {
        let (partner, _) = app.split_once('_').unwrap();
        let partner = partner.to_owned();
        let secret = secret.digest();
        (*app, RegisteredApp { partner, secret })
    });
    let time = Arc::new(AtomicU64::new(1_000_000));
    let clock = Arc::clone(&time);
    let secret = PlatformSecret::new(&[7; 32]).unwrap();
    let logins = Logins::new(secret, registered.collect::<MemoryApps>(), codes)
        .with_clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)));
    Platform {
        logins,
        secrets,
        time,
    }
}

fn platform() -> Platform {
    platform_with(MemoryCodes::default())
}

impl Platform {
    fn secret(&self, app: &str) -> &str {
        let mut secrets = self.secrets.iter();
        secrets.find(|(own, _)| *own == app).unwrap().1.expose()
    }

    async fn code(&self, user: &str, app: &str) -> String {
        self.logins.issue(user, app).await.unwrap()
    }

    async fn exchange(&self, code: &str, app: &str) -> Result<String, ExchangeError> {
        self.logins.exchange(code, app, self.secret(app)).await
    }

    async fn user_id(&self, user: &str, app: &str) -> String {
        let code = self.code(user, app).await;
        self.exchange(&code, app).await.unwrap()
    }

    fn set_back(&self, time: Duration) {
        self.time.fetch_sub(time.as_secs(), Ordering::Relaxed);
    }

    fn pass(&self, time: Duration) {
        self.time.fetch_add(time.as_secs(), Ordering::Relaxed);
    }
}

fn is_code_error(result: Result<String, ExchangeError>) -> bool {
    matches!(result, Err(ExchangeError::Code))
}

#[tokio::test]
async fn a_user_is_the_same_for_a_partner_and_another_for_every_other() {
    let platform = platform();
    let mia = platform.user_id("mia", SHOP).await;
    assert_eq!(mia.len(), 43);
    assert_eq!(mia, platform.user_id("mia", SHOP).await);
    assert_eq!(mia, platform.user_id("mia", NEWS).await);
    assert_ne!(mia, platform.user_id("mia", OTHER).await);
    assert_ne!(mia, platform.user_id("ben", SHOP).await);
    assert_eq!(mia, platform.logins.user_id("acme", "mia"));
    // What is put together differently is somebody else.
    assert_ne!(
        platform.logins.user_id("acmem", "ia"),
        platform.logins.user_id("acme", "mia")
    );
    // Ids stay over a new release: partners have them in their databases.
    assert_eq!(mia, "26-YxhXffToPtl3ywaxSBot1oyLV18902Eb2fUIVsuI");
}

#[tokio::test]
async fn a_replayed_code_is_refused() {
    let platform = platform();
    let code = platform.code("mia", SHOP).await;
    platform.exchange(&code, SHOP).await.unwrap();
    assert!(is_code_error(platform.exchange(&code, SHOP).await));
}

#[tokio::test]
async fn another_apps_code_is_refused_and_used_up() {
    let platform = platform();
    for thief in [OTHER, NEWS] {
        let code = platform.code("mia", SHOP).await;
        assert!(is_code_error(platform.exchange(&code, thief).await));
        assert!(is_code_error(platform.exchange(&code, SHOP).await));
    }
}

#[tokio::test]
async fn without_the_secret_there_is_no_id_and_no_word_about_the_code() {
    let platform = platform();
    let code = platform.code("mia", SHOP).await;
    let others = platform.secret(OTHER).to_owned();
    let long = "x".repeat(100_000);
    let tries = [
        (code.as_str(), SHOP, others.as_str()),
        ("no code", SHOP, ""),
        (code.as_str(), "nobody", others.as_str()),
        (code.as_str(), "", others.as_str()),
        (code.as_str(), long.as_str(), long.as_str()),
    ];
    for (code, app, secret) in tries {
        let tried = platform.logins.exchange(code, app, secret).await;
        assert!(matches!(tried, Err(ExchangeError::Client)), "{tried:?}");
    }
    // The first try has used it up.
    assert!(is_code_error(platform.exchange(&code, SHOP).await));
}

#[tokio::test]
async fn a_code_counts_for_its_lifetime_and_not_a_second_longer() {
    let platform = platform();
    let in_time = platform.code("mia", SHOP).await;
    let late = platform.code("mia", SHOP).await;
    platform.pass(LIFETIME - Duration::from_secs(1));
    platform.exchange(&in_time, SHOP).await.unwrap();
    platform.pass(Duration::from_secs(1));
    assert!(is_code_error(platform.exchange(&late, SHOP).await));
}

#[tokio::test]
async fn a_clock_that_is_set_back_gives_no_code_a_second_life() {
    let platform = platform_with(MemoryCodes::with_limit(2));
    let used = platform.code("mia", SHOP).await;
    let lost = platform.code("ben", SHOP).await;
    // Two servers' clocks are never quite alike.
    platform.set_back(CLOCK_SKEW);
    platform.exchange(&used, SHOP).await.unwrap();
    platform.set_back(Duration::from_secs(1));
    // It has no room any more, and counts nowhere.
    platform.code("eva", SHOP).await;
    platform.code("zoe", SHOP).await;
    assert!(is_code_error(platform.exchange(&lost, SHOP).await));

    let platform = platform_with(MemoryCodes::default());
    let late = platform.code("mia", SHOP).await;
    platform.set_back(CLOCK_SKEW + Duration::from_secs(1));
    assert!(is_code_error(platform.exchange(&late, SHOP).await));
    let far = platform.code("mia", SHOP).await;
    platform.set_back(Duration::from_secs(24 * 60 * 60));
    assert!(is_code_error(platform.exchange(&far, SHOP).await));
}

#[tokio::test]
async fn who_logs_out_takes_their_codes_along() {
    let platform = platform();
    let mias = [
        platform.code("mia", SHOP).await,
        platform.code("mia", OTHER).await,
    ];
    let bens = platform.code("ben", SHOP).await;
    platform.logins.revoke("mia").await.unwrap();
    platform.logins.revoke("nobody").await.unwrap();
    for (code, app) in mias.iter().zip([SHOP, OTHER]) {
        assert!(is_code_error(platform.exchange(code, app).await));
    }
    platform.exchange(&bens, SHOP).await.unwrap();
    // Who signs in again logs in again.
    platform.user_id("mia", SHOP).await;
}

#[tokio::test]
async fn guesses_find_nothing_and_use_nothing_up() {
    let platform = platform();
    let code = platform.code("mia", SHOP).await;
    assert!(
        code.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    );
    let mut near = code.clone().into_bytes();
    near[20] ^= 1;
    let near = String::from_utf8(near).unwrap();
    let padded = format!("{code}=");
    let long = "A".repeat(1 << 20);
    for guess in ["", "A", &"A".repeat(43), &near, &padded, &code[..42], &long] {
        assert!(
            is_code_error(platform.exchange(guess, SHOP).await),
            "{guess:.60}"
        );
    }
    platform.exchange(&code, SHOP).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_exchange_at_once_one_wins() {
    let platform = Arc::new(platform());
    for _ in 0..20 {
        let code = platform.code("mia", SHOP).await;
        let tries = (0..50).map(|_| {
            let (platform, code) = (Arc::clone(&platform), code.clone());
            tokio::spawn(async move { platform.exchange(&code, SHOP).await })
        });
        let results = join_all(tries).await;
        let won = results
            .into_iter()
            .filter(|tried| tried.as_ref().unwrap().is_ok());
        assert_eq!(won.count(), 1);
    }
}

#[tokio::test]
async fn a_full_store_refuses_new_codes_and_loses_none() {
    let platform = platform_with(MemoryCodes::with_limit(3));
    let mut codes = Vec::new();
    for user in ["a", "b", "c"] {
        codes.push(platform.code(user, SHOP).await);
    }
    let full = platform.logins.issue("d", SHOP).await;
    assert!(matches!(full, Err(IssueError::Full)), "{full:?}");
    platform.exchange(&codes[1], SHOP).await.unwrap();
    platform.code("d", SHOP).await;
    platform.exchange(&codes[0], SHOP).await.unwrap();
    // What has expired makes room by itself.
    platform.code("e", SHOP).await;
    assert!(platform.logins.issue("f", SHOP).await.is_err());
    platform.pass(LIFETIME);
    platform.code("f", SHOP).await;
}

#[tokio::test]
async fn one_user_cannot_fill_the_store() {
    let platform = platform_with(MemoryCodes::with_limit(CODES_PER_APP + 1));
    let others = platform.code("ben", SHOP).await;
    let mut codes = Vec::new();
    for _ in 0..CODES_PER_APP + 1 {
        codes.push(platform.code("mia", SHOP).await);
    }
    // The oldest has made room for the newest, and nobody else's has.
    assert!(is_code_error(platform.exchange(&codes[0], SHOP).await));
    for code in &codes[1..] {
        platform.exchange(code, SHOP).await.unwrap();
    }
    platform.exchange(&others, SHOP).await.unwrap();
}

#[tokio::test]
async fn no_more_with_apps_that_there_are_or_are_not() {
    let platform = platform_with(MemoryCodes::with_limit(CODES_PER_USER + 1));
    let unknown = platform.logins.issue("mia", "invented").await;
    assert!(
        matches!(&unknown, Err(IssueError::UnknownApp(app)) if app == "invented"),
        "{unknown:?}"
    );

    let apps: Vec<String> = (0..CODES_PER_USER / CODES_PER_APP + 1)
        .map(|n| format!("app_{n}"))
        .collect();
    let secret = AppSecret::generate().unwrap();
    let registered = apps.iter().map(|app| {
        let (partner, secret) = ("acme".to_owned(), secret.digest());
        (app.clone(), RegisteredApp { partner, secret })
    });
    let codes = MemoryCodes::with_limit(CODES_PER_USER + 1);
    let key = PlatformSecret::new(&[7; 32]).unwrap();
    let logins = Logins::new(key, registered.collect::<MemoryApps>(), codes);
    let others = logins.issue("ben", "app_0").await.unwrap();
    let mut issued = Vec::new();
    for app in &apps {
        for _ in 0..CODES_PER_APP {
            issued.push((app.as_str(), logins.issue("mia", app).await.unwrap()));
        }
    }
    // The oldest ones have made room, whatever they were for.
    let (gone, open) = issued.split_at(issued.len() - CODES_PER_USER);
    for (app, code) in gone {
        assert!(is_code_error(
            logins.exchange(code, app, secret.expose()).await
        ));
    }
    for (app, code) in open {
        logins.exchange(code, app, secret.expose()).await.unwrap();
    }
    logins
        .exchange(&others, "app_0", secret.expose())
        .await
        .unwrap();
}

#[tokio::test]
async fn ids_at_the_limit_and_one_past() {
    let platform = platform();
    let id = |bytes: usize| "u".repeat(bytes);
    platform
        .logins
        .issue(&id(MAX_ID_BYTES), SHOP)
        .await
        .unwrap();
    for (user, app) in [
        (id(MAX_ID_BYTES + 1), id(1)),
        (id(1), id(0)),
        (id(0), id(1)),
    ] {
        let refused = platform.logins.issue(&user, &app).await;
        assert!(matches!(refused, Err(IssueError::Id { .. })), "{refused:?}");
    }
    assert_eq!(
        PlatformSecret::new(&[7; 31]).unwrap_err(),
        ShortSecret { bytes: 31 }
    );
}

#[tokio::test]
async fn over_http_every_failure_has_its_status_and_no_secret_in_it() {
    let platform = platform();
    let body = |code: &str, app: &str, secret: &str| {
        serde_json::to_vec(&ExchangeRequest {
            code: code.to_owned(),
            app_id: app.to_owned(),
            app_secret: secret.to_owned(),
        })
        .unwrap()
    };
    let code = platform.code("mia", SHOP).await;
    let secret = platform.secret(SHOP).to_owned();
    let good = body(&code, SHOP, &secret);
    let answered = platform.logins.answer(&good).await;
    let id = platform.user_id("mia", SHOP).await;
    assert_eq!(answered.status, 200);
    assert_eq!(answered.body, format!(r#"{{"userId":"{id}"}}"#));
    let mut largest = body("c", SHOP, &secret);
    largest.resize(MAX_BODY_BYTES, b' ');
    let mut larger = largest.clone();
    larger.push(b' ');
    let typo = format!(r#"{{"code":"c","appId":"a","appSecret":{{"{secret}":1}}}}"#);
    for (body, status, error) in [
        (good, 400, "invalid-code"),
        (largest, 400, "invalid-code"),
        (larger, 413, "too-large"),
        (body(&code, SHOP, "wrong"), 401, "invalid-client"),
        (Vec::new(), 400, "invalid-request"),
        (b"code=1&appId=2".to_vec(), 400, "invalid-request"),
        (b"{}".to_vec(), 400, "invalid-request"),
        (typo.into_bytes(), 400, "invalid-request"),
    ] {
        let reply = platform.logins.answer(&body).await;
        assert_eq!(reply.status, status, "{reply:?}");
        let told: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(told["error"], error);
        assert!(
            !reply.body.contains(&secret) && !reply.body.contains(&code),
            "{reply:?}"
        );
    }
    let request: ExchangeRequest = serde_json::from_slice(&body(&code, SHOP, &secret)).unwrap();
    assert!(!format!("{request:?}").contains(&secret));
}

/// A database that is down.
struct Down;

impl CodeStore for Down {
    fn put(&self, _: CodeDigest, _: Issued, _: SystemTime) -> Storing<'_, Stored> {
        Box::pin(std::future::ready(Err(StoreError(
            "10.0.0.7: refused".to_owned(),
        ))))
    }

    fn take(&self, _: CodeDigest) -> Storing<'_, Option<Issued>> {
        Box::pin(std::future::ready(Err(StoreError(
            "10.0.0.7: refused".to_owned(),
        ))))
    }

    fn remove_of<'a>(&'a self, _: &'a str) -> Storing<'a, ()> {
        Box::pin(std::future::ready(Err(StoreError(
            "10.0.0.7: refused".to_owned(),
        ))))
    }
}

/// A registry that is down as often as it is told.
struct Flaky {
    apps: MemoryApps,
    failures: Arc<AtomicU64>,
}

impl AppRegistry for Flaky {
    fn app<'a>(&'a self, id: &'a str) -> Storing<'a, Option<RegisteredApp>> {
        let one_less = |left: u64| left.checked_sub(1);
        let down = self
            .failures
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        match down {
            Ok(_) => Box::pin(std::future::ready(Err(StoreError("down".to_owned())))),
            Err(_) => self.apps.app(id),
        }
    }
}

#[tokio::test]
async fn who_is_told_to_try_again_later_can() {
    let secret = AppSecret::generate().unwrap();
    let app = RegisteredApp {
        partner: "acme".to_owned(),
        secret: secret.digest(),
    };
    let failures = Arc::new(AtomicU64::new(0));
    let apps = Flaky {
        apps: MemoryApps::from_iter([(SHOP, app)]),
        failures: Arc::clone(&failures),
    };
    let key = PlatformSecret::new(&[7; 32]).unwrap();
    let logins = Logins::new(key, apps, MemoryCodes::default());
    let code = logins.issue("mia", SHOP).await.unwrap();
    failures.store(2, Ordering::Relaxed);
    let issued = logins.issue("mia", SHOP).await;
    assert!(matches!(issued, Err(IssueError::Store(_))), "{issued:?}");
    let tried = logins.exchange(&code, SHOP, secret.expose()).await;
    assert!(matches!(tried, Err(ExchangeError::Store(_))), "{tried:?}");
    // A wrong secret is no fault of the platform's: it uses the code up, and says so.
    logins.exchange(&code, SHOP, secret.expose()).await.unwrap();
    let code = logins.issue("mia", SHOP).await.unwrap();
    let refused = logins.exchange(&code, SHOP, "wrong").await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("a code that was sent is used up"),
        "{refused}"
    );
    assert!(is_code_error(
        logins.exchange(&code, SHOP, secret.expose()).await
    ));
}

#[tokio::test]
async fn a_store_that_fails_is_the_platforms_matter() {
    let platform = platform_with(Down);
    let issued = platform.logins.issue("mia", SHOP).await;
    assert!(matches!(issued, Err(IssueError::Store(_))), "{issued:?}");
    assert!(platform.logins.revoke("mia").await.is_err());
    let code = "A".repeat(43);
    let body = format!(
        r#"{{"code":"{code}","appId":"{SHOP}","appSecret":"{}"}}"#,
        platform.secret(SHOP)
    );
    let reply = platform.logins.answer(body.as_bytes()).await;
    assert_eq!(reply.status, 503);
    assert!(!reply.body.contains("10.0.0.7"), "{}", reply.body);
}
