//! What a hostile server says: a text, and what it does after that. Knows nothing of
//! HTTP, nor who listens.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Between two bytes of a server that takes its time.
const PAUSE: Duration = Duration::from_millis(5);

/// Bytes that are written at once by a server without end.
const BLOCK: usize = 64 << 10;

/// What a server says on each of its connections.
#[derive(Clone)]
pub struct Script {
    /// Whether it speaks before it was asked.
    pub unasked: bool,
    /// What it says.
    pub says: Vec<u8>,
    /// What it does after that.
    pub then: Then,
}

/// What a server does when it has spoken.
#[derive(Clone)]
pub enum Then {
    /// Closes the connection.
    Close,
    /// Keeps it, and says nothing more.
    Hold,
    /// Breaks it off.
    Reset,
    /// Says this again and again, as fast as it is heard.
    Again(Vec<u8>),
    /// Says this again and again, a byte at a time.
    Drip(&'static str),
}

impl Script {
    /// Says something when it is asked.
    pub fn new(says: impl Into<Vec<u8>>, then: Then) -> Self {
        Self {
            unasked: false,
            says: says.into(),
            then,
        }
    }

    /// Does something before it is asked.
    pub fn unasked(says: &str, then: Then) -> Self {
        Self {
            unasked: true,
            ..Self::new(says, then)
        }
    }

    /// Plays it to the end, which is where nobody listens any more.
    pub async fn play(self, mut stream: TcpStream) -> io::Result<()> {
        stream.write_all(&self.says).await?;
        match self.then {
            Then::Close => stream.shutdown().await,
            Then::Hold => {
                while stream.read(&mut [0; 1024]).await? > 0 {}
                Ok(())
            }
            Then::Reset => stream.set_zero_linger(),
            Then::Again(says) => {
                let block = says.repeat(BLOCK.div_ceil(says.len()));
                loop {
                    stream.write_all(&block).await?;
                }
            }
            Then::Drip(says) => {
                for byte in says.bytes().cycle() {
                    stream.write_all(&[byte]).await?;
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(())
            }
        }
    }
}
