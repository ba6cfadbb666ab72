//! Addresses and forms, as the URL Standard has them: parsed by the crate that the host's own
//! policy parses with.

use url::{Url, form_urlencoded, quirks};

/// The parts of an address in the order that the prelude takes them.
pub(super) fn parse(address: &str, base: Option<&str>) -> Option<Vec<String>> {
    let base = match base {
        Some(base) => Some(Url::parse(base).ok()?),
        None => None,
    };
    let url = Url::options().base_url(base.as_ref()).parse(address).ok()?;
    Some(parts(&url))
}

/// The parts once one of them is set; nothing where it cannot be.
pub(super) fn change(address: &str, part: &str, value: &str) -> Option<Vec<String>> {
    let mut url = Url::parse(address).ok()?;
    match part {
        "protocol" => quirks::set_protocol(&mut url, value).ok()?,
        "username" => quirks::set_username(&mut url, value).ok()?,
        "password" => quirks::set_password(&mut url, value).ok()?,
        "host" => quirks::set_host(&mut url, value).ok()?,
        "hostname" => quirks::set_hostname(&mut url, value).ok()?,
        "port" => quirks::set_port(&mut url, value).ok()?,
        "pathname" => quirks::set_pathname(&mut url, value),
        "search" => quirks::set_search(&mut url, value),
        "hash" => quirks::set_hash(&mut url, value),
        _ => return None,
    }
    Some(parts(&url))
}

fn parts(url: &Url) -> Vec<String> {
    let parts = [
        quirks::href(url),
        quirks::protocol(url),
        quirks::username(url),
        quirks::password(url),
        quirks::host(url),
        quirks::hostname(url),
        quirks::port(url),
        quirks::pathname(url),
        quirks::search(url),
        quirks::hash(url),
    ];
    let parts = parts.into_iter().map(str::to_owned);
    parts.chain([quirks::origin(url)]).collect()
}

/// The pairs of `application/x-www-form-urlencoded`.
pub(super) fn read_form(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// Pairs as `application/x-www-form-urlencoded`.
pub(super) fn write_form(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
