//! The person at the terminal, who is asked one thing after the other. Must not know what.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard, mpsc};

/// Lines that wait to be read: nobody types ahead of more questions.
const LINES: usize = 16;

/// The lines that somebody types.
pub(crate) struct Terminal {
    lines: Mutex<mpsc::Receiver<String>>,
}

/// What is typed while one thing is asked and no other.
pub(crate) struct Turn<'t>(MutexGuard<'t, mpsc::Receiver<String>>);

impl Terminal {
    /// The terminal, if somebody sits at it. Reads lines on a thread of its own: a read
    /// cannot be called off, and the command must be able to end during one.
    pub(crate) fn open() -> Option<Arc<Self>> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let (sender, lines) = mpsc::channel(LINES);
        std::thread::spawn(move || {
            for line in io::stdin().lock().lines() {
                if line.is_ok_and(|line| sender.blocking_send(line).is_ok()) {
                    continue;
                }
                return;
            }
        });
        Some(Arc::new(Self {
            lines: Mutex::new(lines),
        }))
    }

    /// Waits until nothing else is asked. What was typed before is no answer to what is asked
    /// now.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        let mut lines = self.lines.lock().await;
        while lines.try_recv().is_ok() {}
        Turn(lines)
    }
}

impl Turn<'_> {
    /// The next line, unless there are no more.
    pub(crate) async fn line(&mut self, prompt: &str) -> Option<String> {
        eprint!("{prompt} ");
        io::stderr().flush().ok();
        self.0.recv().await
    }
}
