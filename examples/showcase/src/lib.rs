//! A mini-app with a page for each capability, one module each: where to look for how a thing is done.

mod counter;
mod draw;
mod extension;
mod locale;
mod location;
mod login;
mod profile;
mod steps;
mod storage;
mod surface;

use miniapp_guest::prelude::*;

/// The first page: says which pages there are.
#[derive(Default)]
struct Index;

impl Page for Index {
    async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
        page.set_data("title", "Showcase")
    }
}

mini_app! {
    app: steps::Draft,
    pages: {
        "pages/index" => Index,
        "pages/storage" => storage::Storage,
        "pages/steps" => steps::Steps,
        "pages/extension" => extension::Extension,
        "pages/location" => location::Location,
        "pages/surface" => surface::Surface,
        "pages/login" => login::Login,
        "pages/profile" => profile::Profile,
        "pages/locale" => crate::locale::Locale,
        "pages/draw" => draw::Draw,
        "pages/counter" => counter::Counter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn the_first_page_has_a_title() {
        let page = Host::new().open::<Index>("pages/index", []);
        page.load().unwrap();
        assert_eq!(page.data("title"), "Showcase");
    }
}
