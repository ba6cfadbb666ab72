//! A mini-app that calls an extension as often as the event `call` says: `n` times the one called `name`.
//! Must not know who measures.

use miniapp_guest::prelude::*;
use serde::Deserialize;
use std::hint::black_box;

#[derive(Default)]
struct Index;

#[derive(Deserialize)]
struct Calls {
    n: u64,
    name: String,
}

impl Page for Index {
    async fn on_event(&self, _page: PageHandle, event: Event) -> Result<()> {
        let Calls { n, name } = event.detail()?;
        for _ in 0..n {
            black_box(extension::invoke::<_, u32>(&name, &1).await?);
        }
        Ok(())
    }
}

mini_app! {
    pages: { "pages/index" => Index }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;
    use std::cell::Cell;
    use std::rc::Rc;

    #[test]
    fn it_calls_as_often_as_it_is_told() {
        let called = Rc::new(Cell::new(0));
        let count = called.clone();
        let host = Host::new().extension("lamp", move |question| {
            count.set(count.get() + 1);
            Ok(question)
        });
        let page = host.open::<Index>("pages/index", []);
        for (n, so_far) in [(0, 0), (3, 3)] {
            page.event("call", json!({ "n": n, "name": "lamp" }))
                .unwrap();
            assert_eq!(called.get(), so_far);
        }
    }
}
