//! A form in steps, each a page of its own on the stack; what was typed outlives the mini-app where it has
//! to make room for others. Must not know who it makes room for.

use miniapp_guest::prelude::*;
use miniapp_guest::serde_json::from_value;
use serde::Deserialize;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// What was typed so far, by step.
#[derive(Default)]
pub struct Draft {
    answers: RefCell<BTreeMap<u32, String>>,
}

impl App for Draft {
    async fn on_save(&self) -> Result<Option<Value>> {
        let answers = self.answers.borrow();
        Ok((!answers.is_empty()).then(|| json!(*answers)))
    }

    async fn on_restore(&self, state: Value) -> Result<()> {
        *self.answers.borrow_mut() = from_value(state)?;
        Ok(())
    }
}

#[derive(Deserialize)]
struct Typed {
    value: String,
}

/// One step.
#[derive(Default)]
pub struct Steps {
    step: Cell<u32>,
}

impl Page for Steps {
    async fn on_load(&self, page: PageHandle, query: Query) -> Result<()> {
        let step = query
            .get("step")
            .and_then(|step| step.parse().ok())
            .unwrap_or(1);
        self.step.set(step);
        let draft = app::current::<Draft>()?;
        let answer = draft.answers.borrow().get(&step).cloned();
        page.update()
            .set("step", &step)?
            .set("answer", &answer)?
            .apply()
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        let step = self.step.get();
        match event.handler() {
            "onInput" => {
                let Typed { value } = event.detail()?;
                page.set_data("answer", &value)?;
                let draft = app::current::<Draft>()?;
                draft.answers.borrow_mut().insert(step, value);
                Ok(())
            }
            "onNext" => {
                let next = (step + 1).to_string();
                navigation::open(navigation::address(page.path(), [("step", next.as_str())])).await
            }
            "onBack" => navigation::back(1).await,
            "onDone" => navigation::reload("pages/index").await,
            other => Err(Error::app(format!(
                "the template binds `{other}`, which nothing handles"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::navigation::Navigation;
    use miniapp_guest::testing::Host;

    #[test]
    fn the_next_step_is_a_page_of_its_own_and_the_draft_is_saved() {
        let host = Host::new();
        let draft = host.launch::<Draft>(Launch::default()).unwrap();
        let page = host.open::<Steps>("pages/steps", [("step", "2")]);
        page.load().unwrap();
        page.event("onInput", json!({ "value": "Mia" })).unwrap();
        page.event("onNext", json!({})).unwrap();
        assert_eq!(
            host.navigations(),
            [Navigation::Open("pages/steps?step=3".into())]
        );
        let saved = host.block_on(draft.on_save()).unwrap();
        assert_eq!(saved, Some(json!({ "2": "Mia" })));

        let draft = host.launch::<Draft>(Launch::default()).unwrap();
        host.block_on(draft.on_restore(json!({ "2": "Mia" })))
            .unwrap();
        let page = host.open::<Steps>("pages/steps", [("step", "2")]);
        page.load().unwrap();
        assert_eq!(page.data("answer"), "Mia");
    }
}
