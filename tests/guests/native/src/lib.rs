//! A mini-app that uses what native apps add, on command. Must not know what they answer.
//!
//! | handler | detail | what it does |
//! |---|---|---|
//! | `invoke` | `{name, text}` | invokes an extension with a text, sets `answer` |
//! | `invoke` | `{name, bytes}` | with a JSON text of so many bytes, sets `answered` to the answer's bytes |
//! | `invoke` | `{name, depth}` | with arrays in arrays |
//! | `invoke` | `{name, lists}` | with an array of so many empty ones |
//! | `invoke-many` | `{name, n}` | invokes it so often at once, sets `ok` and `codes` |
//! | `balance` | `{text}` | asks `acme:loyalty/points`, sets `balance` |
//! | `echo` | `{bytes}` | gives it so many bytes, sets `echoed` |
//! | `echo-text` | `{bytes}` | gives it a text of so many bytes, sets `echoed` |
//! | `names` | `{n, text}` | gives it so many texts, sets `named` |
//! | `note` | `{text}` | asks `acme:loyalty/ledger`, sets `noted` |
//! | `enter` | `{text}`, `{bytes}`, `{n}` or nothing | gives `acme:loyalty/ledger` a line, a sum that failed, one that did not, or nothing; sets `entered` |
//! | `toasts` | `{n, bytes?}` | shows so many toasts, and hides them once |
//! | `loading` | `{text}` | says what the user waits for; hides it without a text |
//! | `title` | `{text}` | sets the title of this page |
//! | `ask` | `{text}` | asks the user, sets `reply` |
//! | `ask-many` | `{n}` | asks so often at once, sets `ok` and `codes` |
//! | `copy` | `{text}` or `{bytes}` | writes the clipboard |
//! | `paste` | | reads it, sets `pasted` |
//! | `locate` | | sets `position` |
//! | `files` | | reads the first file of the user's, sets `file`, and saves it as `copy` |
//! | `pay` | `{text}` | pays an order with this token, sets `receipt` |
//! | `scan` | | reads a code, sets `scanned` |
//! | `share` | `{text}` | shares something of this title, sets `shared` |
//! | `log` | `{text}` | writes a line of the log |
//! | `noop` | | nothing |
//!
//! And what a hostile one does, in `component/harm.rs`:
//!
//! | handler | detail | what it does |
//! |---|---|---|
//! | `begin` | `{what, n}` | begins so many calls, one after another, and drops each: `invoke`, `balance`, `paste`, `ask` |
//! | `for-ever` | `{text}` | invokes `points` and asks for a balance, again and again |
//! | `invoke-long` | `{n}` | invokes an extension whose name has so many bytes |
//! | `names` | `{n, bytes}` | gives `acme:loyalty/points` so many names of so many bytes, sets `named` |
//! | `paste-many` | `{n}` | reads the clipboard so often at once, sets `ok` and `codes` |
//! | `copy-many` | `{n, bytes}` | writes so many bytes to it so often at once, sets `ok` and `codes` |
//! | `choose` | | sets `handle` to that of the first file of the user's |
//! | `read-file` | `{handle, offset, length}` | reads a file by its handle, sets `read` to how many bytes |
//! | `read-files` | `{handle, n}` | reads so many from a handle on, sets `ok` and `codes` |
//! | `release-files` | `{handle, n}` | lets so many go, sets `ok` and `codes` |

#[cfg(target_family = "wasm")]
mod component;
