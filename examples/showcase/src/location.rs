//! Where the device is, under `device:location`.

use miniapp_guest::device::location;
use miniapp_guest::prelude::*;

/// Shows the part of the world that the device is in.
#[derive(Default)]
pub(crate) struct Location;

impl Page for Location {
    async fn on_event(&self, page: PageHandle, _event: Event) -> Result<()> {
        let asked = location::Options {
            precise: false,
            maximum_age: 60_000,
        };
        let found = location::current(asked).await?;
        let north = if found.latitude < 0.0 { "S" } else { "N" };
        let east = if found.longitude < 0.0 { "W" } else { "E" };
        let (latitude, longitude) = (found.latitude.abs(), found.longitude.abs());
        page.set_data(
            "place",
            &format!("{latitude:.3}° {north}, {longitude:.3}° {east}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn the_place_is_shown() {
        let host = Host::new().location(46.948, -7.447);
        let page = host.open::<Location>("pages/location", []);
        page.event("onLocate", json!({})).unwrap();
        assert_eq!(page.data("place"), "46.948° N, 7.447° W");
    }
}
