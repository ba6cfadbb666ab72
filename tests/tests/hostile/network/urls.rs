//! URLs towards the victim, in every notation that some parser of URLs, names or
//! addresses takes for it. Knows nothing of what refuses them.

mod addresses;
mod hosts;
mod whole;

use std::sync::Arc;

use super::attempt::{Attempt, Sheet};
use super::web::{HOSTILE, Web};
use crate::attack::Attack;

use addresses::{V4, V4_IN_DISGUISE, V6};
use hosts::{ALLOWED_BUT_HERE, HOUSEHOLD, LOOKALIKES};
use whole::{HARMLESS, MISREAD, PORTS, SCHEMES};

const CLASS: &str = "SSRF";

fn all(templates: &[&str], web: &Web) -> Vec<String> {
    let port = web.victim.port().to_string();
    templates
        .iter()
        .map(|url| url.replace("{v}", &port))
        .collect()
}

fn at(hosts: &[&str], web: &Web) -> Vec<String> {
    let port = web.victim.port();
    ["http", "https"]
        .iter()
        .flat_map(|scheme| {
            hosts
                .iter()
                .map(move |host| format!("{scheme}://{host}:{port}/"))
        })
        .collect()
}

/// URLs that no parser may take for ones that are allowed, of each kind a few.
pub fn a_few(web: &Web) -> Vec<String> {
    let few = |all: Vec<String>, step: usize| all.into_iter().step_by(step);
    few(at(V4, web), 5)
        .chain(few(at(V4_IN_DISGUISE, web), 6))
        .chain(few(at(V6, web), 6))
        .chain(few(all(MISREAD, web), 4))
        .chain(few(all(PORTS, web), 5))
        .chain(few(at(HOUSEHOLD, web), 8))
        .chain(few(at(LOOKALIKES, web), 8))
        .chain(few(at(ALLOWED_BUT_HERE, web), 3))
        .collect()
}

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    let parsed = Sheet::new(
        web,
        CLASS,
        "decided on the parsed URL; addresses are no names",
    );
    let listed = Sheet::new(web, CLASS, "`AllowList::destination`");
    let resolved = Sheet::new(web, CLASS, "`address::is_public`");
    let rebuilt = Sheet::new(web, CLASS, "the request is built anew from the parsed URL");
    let port = web.victim.port().to_string();
    let harmless = HARMLESS.iter().map(|(url, target)| {
        let put = |text: &str| text.replace("{h}", HOSTILE).replace("{v}", &port);
        let line = format!("GET {} HTTP/1.1", put(target));
        Attempt::get(put(url), move |seen| seen.arrived(&line, HOSTILE))
    });
    vec![
        parsed.refused("this device, in every notation of IPv4", at(V4, web)),
        parsed.refused(
            "the same in other letters and behind percent signs",
            at(V4_IN_DISGUISE, web),
        ),
        parsed.refused("this device in IPv6, and IPv4 within it", at(V6, web)),
        parsed.refused(
            "user info, backslashes, blanks: another host than it seems",
            all(MISREAD, web),
        ),
        parsed.refused("schemes of others, and no URL at all", all(SCHEMES, web)),
        listed.refused("ports and schemes that are not listed", all(PORTS, web)),
        listed.refused(
            "names of the device, its network, and metadata services",
            at(HOUSEHOLD, web),
        ),
        listed.refused("names that look like an allowed one", at(LOOKALIKES, web)),
        resolved.refused(
            "allowed names that resolve to the victim",
            at(ALLOWED_BUT_HERE, web),
        ),
        rebuilt.row("targets within a target", harmless.collect()),
    ]
}
