//! What a mini-app draws over its page and asks its user, in a terminal.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::text::line;
use miniapp_host::{Asking, Icon, NoDialog, PageId, Question, Reply, Tenant, Toast, UserInterface};

use super::terminal::Terminal;
use super::transcript::say;

/// Prints what is drawn. Answers questions as the command line says, then as somebody
/// types who sits at the terminal.
pub(crate) struct Screen {
    answers: Mutex<VecDeque<String>>,
    terminal: Option<Arc<Terminal>>,
}

impl Screen {
    /// With these answers: `yes`, `no`, or what the user types.
    pub(crate) fn new(answers: &[String], terminal: Option<Arc<Terminal>>) -> Self {
        Self {
            terminal,
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
            None => match &self.terminal {
                Some(terminal) => typed(terminal, question).await,
                None => None,
            },
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

async fn typed(terminal: &Terminal, question: &Question) -> Option<String> {
    let prompt = match (&question.placeholder, question.cancellable) {
        (Some(_), true) => "A text, or `no`:",
        (Some(_), false) => "A text:",
        (None, true) => "`yes` or `no`:",
        (None, false) => "Enter goes on:",
    };
    terminal.turn().await.line(prompt).await
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
