//! The user's consent, asked for in the terminal. Must not know what becomes of it.

use std::io::{self, BufRead, IsTerminal, Write};

use miniapp_host::{
    Answering, ConsentAnswer, ConsentPrompt, ConsentQuestion, FixedConsent, Tenant,
};
use tokio::sync::{Mutex, mpsc};

use crate::arguments::ConsentArgument;
use crate::text::{escape, line};

/// Lines that wait to be read: nobody types ahead of more questions.
const LINES: usize = 16;

/// Answers questions as the command line says.
pub(crate) enum Consent {
    /// The terminal does.
    Terminal(Terminal),
    /// Always the same.
    Fixed(FixedConsent),
}

impl Consent {
    /// What is to be done, said where it is not what was asked for.
    pub(crate) fn new(argument: ConsentArgument) -> Self {
        match argument {
            ConsentArgument::Allow => Self::Fixed(FixedConsent::allow()),
            ConsentArgument::Refuse => Self::Fixed(FixedConsent::refuse()),
            ConsentArgument::Ask if io::stdin().is_terminal() => Self::Terminal(Terminal::open()),
            ConsentArgument::Ask => Self::Fixed(FixedConsent::refuse()),
        }
    }
}

impl ConsentPrompt for Consent {
    fn ask<'a>(&'a self, tenant: &'a Tenant, question: &'a ConsentQuestion) -> Answering<'a> {
        match self {
            Self::Terminal(terminal) => Box::pin(terminal.ask(question)),
            Self::Fixed(fixed) => {
                let permission = &question.permission;
                eprintln!(
                    "consent to {permission}: {} (--consent)",
                    fixed_word(*fixed)
                );
                fixed.ask(tenant, question)
            }
        }
    }
}

fn fixed_word(fixed: FixedConsent) -> &'static str {
    if fixed == FixedConsent::allow() {
        "allowed"
    } else {
        "refused; --consent allow agrees"
    }
}

/// The person at the terminal.
pub(crate) struct Terminal {
    lines: Mutex<mpsc::Receiver<String>>,
}

impl Terminal {
    /// Reads lines on a thread of its own: a read cannot be called off, and the command must
    /// be able to end during one.
    fn open() -> Self {
        let (sender, lines) = mpsc::channel(LINES);
        std::thread::spawn(move || {
            for line in io::stdin().lock().lines() {
                if line.is_ok_and(|line| sender.blocking_send(line).is_ok()) {
                    continue;
                }
                return;
            }
        });
        Self {
            lines: Mutex::new(lines),
        }
    }

    async fn ask(&self, question: &ConsentQuestion) -> ConsentAnswer {
        let mut lines = self.lines.lock().await;
        // What was typed before the question is no answer to it.
        while lines.try_recv().is_ok() {}
        eprintln!("{}", text(question));
        loop {
            eprint!("Allow? [y/n, or nothing for not now] ");
            io::stderr().flush().ok();
            let Some(line) = lines.recv().await else {
                return ConsentAnswer::Dismiss;
            };
            if let Some(answer) = answer(&line) {
                return answer;
            }
        }
    }
}

/// What is asked, in the partner's words where they are the partner's.
fn text(question: &ConsentQuestion) -> String {
    let needs = if question.required {
        "It does not run without."
    } else {
        "It also runs without."
    };
    format!(
        "\n“{}” ({}) wants to {} ({}).\nIt says why: “{}”\n{needs}",
        escape(&question.app_name),
        question.app,
        question.meaning,
        question.permission,
        line(&question.reason),
    )
}

fn answer(line: &str) -> Option<ConsentAnswer> {
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Some(ConsentAnswer::Allow),
        "n" | "no" => Some(ConsentAnswer::Refuse),
        "" => Some(ConsentAnswer::Dismiss),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_word_is_an_answer() {
        for (line, expected) in [
            ("y", Some(ConsentAnswer::Allow)),
            (" YES ", Some(ConsentAnswer::Allow)),
            ("n", Some(ConsentAnswer::Refuse)),
            ("No", Some(ConsentAnswer::Refuse)),
            ("", Some(ConsentAnswer::Dismiss)),
            ("yep", None),
            ("ny", None),
        ] {
            assert_eq!(answer(line), expected, "{line}");
        }
    }
}
