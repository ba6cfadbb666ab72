//! What a mini-app draws over its page and asks its user, in a terminal.

use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use miniapp_host::{Asking, Icon, NoDialog, PageId, Question, Reply, Tenant, Toast, UserInterface};
use tokio::sync::oneshot;

use crate::text::line;

use super::transcript::say;

/// Prints what is drawn. Answers questions as the command line says, then as somebody
/// types who sits at the terminal.
#[derive(Default)]
pub(crate) struct Screen {
    answers: Mutex<VecDeque<String>>,
}

impl Screen {
    /// With these answers: `yes`, `no`, or what the user types.
    pub(crate) fn new(answers: &[String]) -> Self {
        Self {
            answers: Mutex::new(answers.iter().cloned().collect()),
        }
    }

    fn next_answer(&self) -> Option<String> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.pop_front()
    }

    async fn answer(&self, question: &Question) -> Result<Reply, NoDialog> {
        let words = [&question.title, &question.text];
        let words: Vec<String> = words
            .iter()
            .filter(|words| !words.is_empty())
            .map(|words| line(words))
            .collect();
        say("dialog", &words.join(": "));
        let typed = match self.next_answer() {
            Some(given) => Some(given),
            None if std::io::stdin().is_terminal() => typed(question).await,
            None => None,
        };
        let Some(typed) = typed else {
            let nobody = "nobody answers: give `--answer`, or run it in a terminal";
            say("", nobody);
            return Err(NoDialog(nobody.to_owned()));
        };
        say("answer", &line(&typed));
        Ok(reply(question, typed))
    }
}

fn reply(question: &Question, typed: String) -> Reply {
    let declines = question.cancellable && typed == "no";
    let input = question.placeholder.is_some() && !declines;
    Reply {
        confirmed: !declines,
        input: input.then_some(typed),
    }
}

/// A line that somebody types. Read on a thread of its own, which nobody waits for: there is
/// no taking back a read.
async fn typed(question: &Question) -> Option<String> {
    let how = match (&question.placeholder, question.cancellable) {
        (Some(_), true) => "a text, or `no`",
        (Some(_), false) => "a text",
        (None, true) => "`yes` or `no`",
        (None, false) => "Enter",
    };
    eprint!("{how}> ");
    std::io::stderr().flush().ok()?;
    let (reply, answer) = oneshot::channel();
    std::thread::spawn(move || {
        let mut typed = String::new();
        if std::io::stdin()
            .read_line(&mut typed)
            .is_ok_and(|bytes| bytes > 0)
        {
            // The mini-app may be gone.
            reply.send(typed.trim_end().to_owned()).ok();
        }
    });
    answer.await.ok()
}

impl UserInterface for Screen {
    fn show_toast(&self, _: &Tenant, toast: &Toast<'_>) {
        let icon = match toast.icon {
            Icon::None => "",
            Icon::Success => "✓ ",
            Icon::Error => "✗ ",
            Icon::Loading => "… ",
        };
        let milliseconds = toast.duration.as_millis();
        say(
            "toast",
            &format!("{icon}{} ({milliseconds} ms)", line(toast.text)),
        );
    }

    fn hide_toast(&self, _: &Tenant) {
        say("toast", "hidden");
    }

    fn show_loading(&self, _: &Tenant, text: &str) {
        say("loading", &line(text));
    }

    fn hide_loading(&self, _: &Tenant) {
        say("loading", "done");
    }

    fn set_title(&self, _: &Tenant, page: PageId, title: &str) {
        say("title", &format!("{page}  {}", line(title)));
    }

    fn ask<'a>(&'a self, _: &'a Tenant, question: &'a Question) -> Option<Asking<'a>> {
        Some(Box::pin(self.answer(question)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_what_the_question_wants() {
        let question = |cancellable, placeholder: Option<&str>| Question {
            title: String::new(),
            text: String::new(),
            confirm: None,
            cancellable,
            cancel: None,
            placeholder: placeholder.map(str::to_owned),
        };
        let told = |question: &Question, typed: &str| {
            let reply = reply(question, typed.to_owned());
            (reply.confirmed, reply.input)
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(told(&question(true, None), "yes"), (true, None));
        assert_eq!(told(&question(true, None), "no"), (false, None));
        assert_eq!(told(&question(true, Some("")), "Mia"), (true, text("Mia")));
        assert_eq!(told(&question(true, Some("")), "no"), (false, None));
        assert_eq!(told(&question(false, Some("")), "no"), (true, text("no")));
    }
}
