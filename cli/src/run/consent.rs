//! The user's consent, asked for in the terminal. Must not know what becomes of it.

use std::future::ready;
use std::sync::Arc;

use crate::arguments::ConsentArgument;
use crate::text::{escape, line};
use miniapp_host::{
    Answering, ConsentAnswer, ConsentPrompt, ConsentQuestion, FixedConsent, Tenant,
};

use super::terminal::Terminal;

/// Answers questions as the command line says.
pub(crate) enum Consent {
    /// The terminal does.
    Terminal(Arc<Terminal>),
    /// Always the same.
    Fixed(FixedConsent),
    /// Nobody does: there is no terminal. Nobody has refused either, so that no answer is
    /// kept.
    Nobody,
}

impl Consent {
    /// What is to be done, said where it is not what was asked for.
    pub(crate) fn new(argument: ConsentArgument, terminal: Option<&Arc<Terminal>>) -> Self {
        match argument {
            ConsentArgument::Allow => Self::Fixed(FixedConsent::allow()),
            ConsentArgument::Refuse => Self::Fixed(FixedConsent::refuse()),
            ConsentArgument::Ask => match terminal {
                Some(terminal) => Self::Terminal(Arc::clone(terminal)),
                None => Self::Nobody,
            },
        }
    }
}

impl ConsentPrompt for Consent {
    fn ask<'a>(&'a self, tenant: &'a Tenant, question: &'a ConsentQuestion) -> Answering<'a> {
        match self {
            Self::Terminal(terminal) => Box::pin(asked(terminal, question)),
            Self::Fixed(fixed) => {
                let permission = &question.permission;
                eprintln!(
                    "consent to {permission}: {} (--consent)",
                    fixed_word(*fixed)
                );
                fixed.ask(tenant, question)
            }
            Self::Nobody => {
                let permission = &question.permission;
                eprintln!("consent to {permission}: nobody can be asked; --consent allow agrees");
                Box::pin(ready(ConsentAnswer::Dismiss))
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

async fn asked(terminal: &Terminal, question: &ConsentQuestion) -> ConsentAnswer {
    let mut turn = terminal.turn().await;
    eprintln!("{}", text(question));
    loop {
        let prompt = "Allow? [y/n, or nothing for not now]";
        let Some(line) = turn.line(prompt).await else {
            return ConsentAnswer::Dismiss;
        };
        if let Some(answer) = answer(&line) {
            return answer;
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
