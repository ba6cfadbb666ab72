//! A server that speaks HTTP by hand: notes every request as its bytes came, and
//! answers each as its path says, or whatever a script tells it to. Knows no attack.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::script::Script;

/// Headers that are the host's to set.
pub const OF_HOST: [&str; 3] = ["accept-encoding", "content-length", "host"];

/// Headers that no mini-app may set and the host does not.
pub const FORBIDDEN: [&str; 12] = [
    "connection",
    "expect",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// One request, as its bytes came.
#[derive(Debug, Clone)]
pub struct Head {
    /// Everything up to the empty line.
    pub text: String,
    /// As many bytes as were announced.
    pub body: Vec<u8>,
}

impl Head {
    /// The request line.
    pub fn line(&self) -> &str {
        self.text.split("\r\n").next().unwrap_or_default()
    }

    /// The values of a header.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let fields = self.text.split("\r\n").skip(1);
        fields
            .filter_map(|field| field.split_once(": "))
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    /// How many headers there are that the host has not set.
    pub fn of_guest(&self) -> usize {
        let fields = self.text.split("\r\n").skip(1);
        fields
            .filter_map(|field| field.split_once(':'))
            .filter(|(name, _)| !OF_HOST.contains(name))
            .count()
    }

    /// Whether it is framed as the host frames requests: one line in origin form, one
    /// host, at most one length, nothing of the connection's.
    pub fn is_sound(&self) -> bool {
        let words: Vec<&str> = self.line().split(' ').collect();
        let in_origin_form =
            matches!(words[..], [_, target, "HTTP/1.1"] if target.starts_with('/'));
        let length = match self.values("content-length")[..] {
            [] => self.body.is_empty(),
            [length] => length == self.body.len().to_string(),
            _ => false,
        };
        let fields = self.text.split("\r\n").skip(1);
        let fields = fields.filter(|field| !field.is_empty()).all(|field| {
            let name = field.split(':').next().unwrap_or_default();
            field.contains(": ") && name == name.to_ascii_lowercase() && !FORBIDDEN.contains(&name)
        });
        in_origin_form
            && length
            && fields
            && self.values("host").len() == 1
            && !self.text.replace("\r\n", "").contains(['\r', '\n', '\0'])
    }
}

/// A server that runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    heads: Mutex<Vec<Head>>,
    script: Mutex<Option<Script>>,
    open: AtomicUsize,
}

impl Shared {
    fn note(&self, head: Head) {
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.push(head);
    }
}

impl Server {
    /// Listens on a free port of the loopback interface.
    pub async fn start(script: Option<Script>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        let server = Self {
            address,
            shared,
            accepting,
        };
        server.follow(script);
        server
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Plays this on connections from now on; without a script, answers.
    pub fn follow(&self, script: Option<Script>) {
        let mut followed = self
            .shared
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *followed = script;
    }

    /// Connections that are open.
    pub fn open(&self) -> usize {
        self.shared.open.load(Ordering::Relaxed)
    }

    /// The requests since this was last asked.
    pub fn heads(&self) -> Vec<Head> {
        let mut heads = self
            .shared
            .heads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *heads)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).ok();
        let shared = Arc::clone(&shared);
        shared.open.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            // A connection that breaks off is the client's matter.
            speak(stream, &shared).await.ok();
            shared.open.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

async fn speak(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let script = {
        let script = shared.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.clone()
    };
    let mut ahead = Vec::new();
    match script {
        Some(script) if script.unasked => script.play(stream).await,
        Some(script) => {
            shared.note(read(&mut stream, &mut ahead).await?);
            script.play(stream).await
        }
        None => loop {
            let head = read(&mut stream, &mut ahead).await?;
            let answer = answer(head.line());
            shared.note(head);
            stream.write_all(&answer).await?;
        },
    }
}

/// Reads one request; `ahead` is what came of the next one.
async fn read(stream: &mut TcpStream, ahead: &mut Vec<u8>) -> io::Result<Head> {
    const END: &[u8] = b"\r\n\r\n";
    let end = loop {
        if let Some(end) = ahead.windows(END.len()).position(|bytes| bytes == END) {
            break end;
        }
        more(stream, ahead).await?;
    };
    let text = String::from_utf8_lossy(&ahead[..end]).into_owned();
    ahead.drain(..end + END.len());
    let mut head = Head {
        text,
        body: Vec::new(),
    };
    let length = head
        .values("content-length")
        .first()
        .map(|text| text.parse());
    let length: usize = length.and_then(Result::ok).unwrap_or_default();
    while ahead.len() < length {
        more(stream, ahead).await?;
    }
    head.body = ahead.drain(..length).collect();
    Ok(head)
}

async fn more(stream: &mut TcpStream, ahead: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(ahead).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// `/to/<status>/<hexadecimal digits>` redirects there, `/chain/<n>` does so often,
/// `/grow` for ever and to a longer URL each time.
fn answer(line: &str) -> Vec<u8> {
    let (method, target) = line.split_once(' ').unwrap_or_default();
    let target = target.split(' ').next().unwrap_or_default();
    let words: Vec<&str> = target.trim_start_matches('/').split('/').collect();
    match words[..] {
        ["to", status, digits] => redirect(status, &decoded(digits)),
        ["chain", "0"] => found(method),
        ["chain", count] => {
            let count: usize = count.parse().unwrap_or_default();
            redirect(
                "302",
                format!("/chain/{}", count.saturating_sub(1)).as_bytes(),
            )
        }
        ["grow", ..] => redirect("302", "grow/".repeat(2_000).as_bytes()),
        _ => found(method),
    }
}

fn found(method: &str) -> Vec<u8> {
    let body = if method == "HEAD" { "" } else { "here" };
    format!("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n{body}").into_bytes()
}

fn redirect(status: &str, location: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Moved\r\ncontent-length: 0\r\nlocation: ");
    [head.as_bytes(), location, b"\r\n\r\n"].concat()
}

/// A path at which the server redirects.
pub fn to(status: u16, location: impl AsRef<[u8]>) -> String {
    let digits = location.as_ref().iter().map(|byte| format!("{byte:02x}"));
    format!("/to/{status}/{}", digits.collect::<String>())
}

fn decoded(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect()
}
