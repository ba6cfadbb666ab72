//! What local time is ahead of UTC: at the edges of summer time, where zones changed their mind, before
//! there were zones, and far away.

#![allow(clippy::unwrap_used)]

use miniapp_locale::{FormatError, MAX_ZONE_BYTES, Zone};

fn offset(zone: &str, milliseconds: i64) -> i32 {
    Zone::parse(zone).unwrap().utc_offset(milliseconds)
}

/// Milliseconds of a time in UTC.
fn utc(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn summer_time_begins_and_ends_at_its_moment() {
    let begins = utc("2026-03-29T01:00:00Z");
    assert_eq!(offset("Europe/Berlin", begins - 1), 60);
    assert_eq!(offset("Europe/Berlin", begins), 120);
    let ends = utc("2026-10-25T01:00:00Z");
    assert_eq!(offset("Europe/Berlin", ends - 1), 120);
    assert_eq!(offset("Europe/Berlin", ends), 60);

    let begins = utc("2026-03-08T05:30:00Z");
    assert_eq!(offset("America/St_Johns", begins - 1), -210);
    assert_eq!(offset("America/St_Johns", begins), -150);
    let ends = utc("2026-11-01T04:30:00Z");
    assert_eq!(offset("America/St_Johns", ends - 1), -150);
    assert_eq!(offset("America/St_Johns", ends), -210);

    // Half an hour of it, in the southern summer.
    let ends = utc("2026-04-04T15:00:00Z");
    assert_eq!(offset("Australia/Lord_Howe", ends - 1), 660);
    assert_eq!(offset("Australia/Lord_Howe", ends), 630);
}

#[test]
fn zones_without_summer_time_have_one_offset() {
    for month in ["2026-01-15T00:00:00Z", "2026-07-15T00:00:00Z"] {
        assert_eq!(offset("Asia/Kolkata", utc(month)), 330);
        assert_eq!(offset("Asia/Kathmandu", utc(month)), 345);
        assert_eq!(offset("Asia/Tokyo", utc(month)), 540);
        assert_eq!(offset("UTC", utc(month)), 0);
        assert_eq!(offset("Etc/GMT+5", utc(month)), -300);
    }
}

#[test]
fn samoa_skipped_a_day() {
    // 2011-12-29 ended at UTC-10, and 2011-12-31 began at UTC+14.
    let skipped = utc("2011-12-30T10:00:00Z");
    assert_eq!(offset("Pacific/Apia", skipped - 1), -600);
    assert_eq!(offset("Pacific/Apia", skipped), 840);
    // Summer time was given up in 2021.
    assert_eq!(offset("Pacific/Apia", utc("2026-01-15T00:00:00Z")), 780);
}

#[test]
fn the_past_is_what_it_was() {
    // Summer time in the war, and the double one after it.
    assert_eq!(offset("Europe/Berlin", utc("1942-01-15T12:00:00Z")), 120);
    assert_eq!(offset("Europe/Berlin", utc("1945-06-15T12:00:00Z")), 180);
    assert_eq!(offset("Europe/Berlin", utc("1965-07-15T12:00:00Z")), 60);
    assert_eq!(offset("Europe/London", utc("1970-01-01T00:00:00Z")), 60);
    // Liberia was 44 minutes and 30 seconds behind, until 1972.
    assert_eq!(offset("Africa/Monrovia", utc("1970-01-01T00:00:00Z")), -44);
    // Local mean time: 53 minutes and 28 seconds, and 4 hours, 56 minutes and 2 seconds behind.
    assert_eq!(offset("Europe/Berlin", utc("1850-01-01T00:00:00Z")), 53);
    assert_eq!(
        offset("America/New_York", utc("1850-01-01T00:00:00Z")),
        -296
    );
}

#[test]
fn any_moment_has_an_offset() {
    let (january, july) = (utc("2026-01-15T00:00:00Z"), utc("2026-07-15T00:00:00Z"));
    let cycle = 146_097 * 86_400_000;
    for cycles in [19, 20, 600, 700_000] {
        assert_eq!(offset("Europe/Berlin", january + cycles * cycle), 60);
        assert_eq!(offset("Europe/Berlin", july + cycles * cycle), 120);
    }
    let begins = utc("2026-03-29T01:00:00Z") + 600 * cycle;
    assert_eq!(offset("Europe/Berlin", begins - 1), 60);
    assert_eq!(offset("Europe/Berlin", begins), 120);
    assert_eq!(offset("Europe/Berlin", utc("9999-12-30T22:00:00Z")), 60);
    assert_eq!(
        offset("Europe/Berlin", utc("9999-12-30T22:00:00Z") + 86_400_000),
        60
    );
    assert_eq!(offset("Europe/Berlin", i64::MIN), 53);
    assert!([60, 120].contains(&offset("Europe/Berlin", i64::MAX)));
}

#[test]
fn a_zone_is_found_by_its_name_in_any_case() {
    assert_eq!(
        Zone::parse("europe/BERLIN").unwrap().to_string(),
        "Europe/Berlin"
    );
    assert_eq!(Zone::parse("utc").unwrap().to_string(), "UTC");
    assert_eq!(Zone::default().to_string(), "UTC");
    for name in [
        "",
        "Europe/Bonn",
        "+02:00",
        "CEST",
        "Europe/Berlin ",
        "../../etc/passwd",
        "EST5EDT,M3.2.0,M11.1.0",
    ] {
        assert_eq!(
            Zone::parse(name),
            Err(FormatError::Zone(name.to_owned())),
            "{name}"
        );
    }
}

#[test]
fn a_name_has_its_limit() {
    let name = |bytes: usize| "x".repeat(bytes);
    let at = name(MAX_ZONE_BYTES);
    assert_eq!(Zone::parse(&at), Err(FormatError::Zone(at)));
    let past = name(MAX_ZONE_BYTES + 1);
    assert_eq!(
        Zone::parse(&past),
        Err(FormatError::ZoneLength(MAX_ZONE_BYTES + 1))
    );
}
