//! Language and region of the user; must not know how texts are translated.

use crate::host;

/// The user's language as a BCP 47 tag, such as `de-CH`.
pub fn language() -> String {
    host::language()
}

/// The user's time zone as an IANA name, such as `Europe/Berlin`.
pub fn time_zone() -> String {
    host::time_zone()
}
