//! `dialog`: questions to the user, one of a mini-app after the other, while they look at it.

use std::sync::Arc;

use tokio::sync::Mutex;
use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::in_flight::{InFlight, Share};
use super::native::asked_of_user;
use super::ui::{TEXT_BYTES, check};
use super::{Capability, lacks_nothing};
use crate::contract::imports::dialog;
use crate::contract::imports::dialog_types::{Question, Reply};
use crate::contract::{DIALOG_SYNC, GuestError, code};
use crate::instance::{Questions, Sight, State};
use crate::meter::{Meter, price, waited, waited_in_store};
use crate::report::truncate;
use crate::runtime::Services;
use crate::tenant::Tenant;

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/dialog",
    lacks: lacks_nothing,
    link: |linker| dialog::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/dialog-sync",
    lacks: lacks_nothing,
    link: |linker| {
        linker
            .instance(DIALOG_SYNC)?
            .func_wrap_async("ask", |store, (question,)| {
                Box::new(ask_sync(store, question))
            })
    },
};

/// Questions of one mini-app that wait while one is shown: more than anybody answers.
const MAX_WAITING: usize = 8;

/// Bytes of what is asked, and of what the user types.
const LONG_BYTES: usize = 4 << 10;

/// Bytes of the word on a button.
const BUTTON_BYTES: usize = 64;

/// The questions of one mini-app.
#[derive(Clone, Default)]
pub(crate) struct Dialogs {
    asked: InFlight,
    shown: Arc<Mutex<()>>,
}

type Answer = Result<Reply, GuestError>;

/// One question that may be asked.
struct Call {
    services: Arc<Services>,
    tenant: Arc<Tenant>,
    shown: Arc<Mutex<()>>,
    sight: Sight,
    questions: Questions,
    question: Question,
    _place: Share,
}

impl Call {
    fn begin(
        mut store: impl AsContextMut<Data = State>,
        question: Question,
    ) -> wasmtime::Result<Result<Self, GuestError>> {
        let words = [&question.confirm, &question.cancel, &question.placeholder];
        let words = words
            .iter()
            .map(|word| word.as_ref().map_or(0, String::len));
        let bytes = words.sum::<usize>() + question.title.len() + question.text.len();
        Meter::charge(
            &mut store,
            price::call(bytes, 5).saturating_add(price::ANSWERED),
        )?;
        let store = store.as_context_mut();
        Ok(Self::admit(store.data(), question))
    }

    fn admit(state: &State, question: Question) -> Result<Self, GuestError> {
        check("the title", &question.title, TEXT_BYTES)?;
        check("the text", &question.text, LONG_BYTES)?;
        for (what, word, limit) in [
            ("the word that agrees", &question.confirm, BUTTON_BYTES),
            ("the word that declines", &question.cancel, BUTTON_BYTES),
            ("the placeholder", &question.placeholder, TEXT_BYTES),
        ] {
            check(what, word.as_deref().unwrap_or_default(), limit)?;
        }
        let Dialogs { asked, shown } = state.dialogs.clone();
        let Some(place) = asked.take(1, 1 + MAX_WAITING) else {
            let message = format!(
                "{MAX_WAITING} questions wait for the user already; await some before asking more"
            );
            return Err(GuestError::new(code::BUSY, message));
        };
        Ok(Self {
            services: Arc::clone(&state.services),
            tenant: Arc::clone(&state.tenant),
            shown,
            sight: state.sight.clone(),
            questions: state.questions.clone(),
            question,
            _place: place,
        })
    }

    async fn answer(self) -> Answer {
        let unavailable = |why: &str| GuestError::new(code::UNAVAILABLE, why);
        let none = "this app shows no dialogs; do without, or ask on the page";
        let Some(interface) = &self.services.user_interface else {
            return Err(unavailable(none));
        };
        let _asked = self.questions.ask();
        // Those who wait behind it are of the same mini-app, which nobody sees either.
        let _turn = self.shown.lock().await;
        self.sight.shown().await;
        let ask = async || match interface.ask(&self.tenant, &self.question) {
            Some(asking) => Some(asking.await),
            None => None,
        };
        let reply = match asked_of_user("the dialog", ask).await? {
            Some(Ok(reply)) => reply,
            Some(Err(error)) => return Err(unavailable(&error.to_string())),
            None => return Err(unavailable(none)),
        };
        let mut input = reply.input;
        if let Some(input) = &mut input {
            truncate(input, LONG_BYTES);
        }
        Ok(Reply { input, ..reply })
    }
}

fn charge_answer(store: impl AsContextMut<Data = State>, answer: &Answer) -> wasmtime::Result<()> {
    let input = answer.as_ref().ok().and_then(|reply| reply.input.as_ref());
    Meter::charge(store, price::call(input.map_or(0, String::len), 0))
}

impl dialog::Host for State {}

impl dialog::HostWithStore<State> for HasSelf<State> {
    async fn ask(accessor: &Accessor<State, Self>, question: Question) -> wasmtime::Result<Answer> {
        let answer = match accessor.with(|store| Call::begin(store, question))? {
            Ok(call) => waited(accessor, call.answer()).await?,
            Err(refused) => Err(refused),
        };
        accessor.with(|store| charge_answer(store, &answer))?;
        Ok(answer)
    }
}

async fn ask_sync(
    mut store: StoreContextMut<'_, State>,
    question: Question,
) -> wasmtime::Result<(Answer,)> {
    let answer = match Call::begin(&mut store, question)? {
        Ok(call) => waited_in_store(&mut store, call.answer()).await?,
        Err(refused) => Err(refused),
    };
    charge_answer(&mut store, &answer)?;
    Ok((answer,))
}
