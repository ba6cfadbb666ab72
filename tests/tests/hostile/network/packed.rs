//! Bodies that are packed: more within than there should be, packed twice, broken, or
//! without end. Knows nothing of how they are unpacked.

use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::attempt::{Attempt, Seen, Sheet};
use super::script::{Script, Then};
use super::web::{HOSTILE, Web};
use crate::attack::Attack;

/// One more than is kept.
const TOO_MANY: usize = (8 << 20) + 1;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A packed stream that was begun and can be gone on with: a block of zeros, not the last one.
fn begun() -> (Vec<u8>, Vec<u8>) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.flush().unwrap();
    let before = encoder.get_ref().len();
    // Two blocks of the same size are the same block, since what is before them is.
    encoder.write_all(&[0; 1 << 16]).unwrap();
    encoder.flush().unwrap();
    let whole = encoder.get_ref().clone();
    let (head, block) = whole.split_at(before);
    (head.to_vec(), block.to_vec())
}

fn answer(encoding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    let sheet = |against| Sheet::new(web, "packed bombs", against);
    let unpacked = sheet("counted before it is kept; unpacked at a pace");
    let broken = sheet("`Fault::Corrupt`");
    vec![
        unpacked.row("gzip of 1,000 to 1 and more", bombs()),
        unpacked.row("gzip without end", without_end()),
        unpacked.row("gzip of nothing, without end", nothing()),
        broken.row("gzip twice, broken, or none", twisted()),
    ]
}

fn url() -> String {
    format!("http://{HOSTILE}/")
}

fn told_too_large(seen: &Seen) -> bool {
    seen.came.told(&["too-large", "timeout"])
}

fn bombs() -> Vec<Attempt> {
    let member = gzip(&[0; 1 << 17]);
    let get = |encoding: &str, body: Vec<u8>| {
        let script = Script::new(answer(encoding, &body), Then::Hold);
        Attempt::get(url(), told_too_large).with(script)
    };
    // One stream after another: the second is refused.
    let several = |count: usize| {
        let script = Script::new(answer("gzip", &member.repeat(count)), Then::Hold);
        Attempt::get(url(), |seen| seen.came.told(&["network"])).with(script)
    };
    vec![
        get("gzip", gzip(&vec![0; TOO_MANY])),
        get("GZIP", gzip(&vec![0; TOO_MANY])),
        get("x-gzip", gzip(&vec![0; TOO_MANY])),
        get("gzip", gzip(&vec![0; 64 << 20])),
        several(65),
        several(2_000),
    ]
}

fn start(rest: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n", rest].concat()
}

/// So many requests at once.
fn get(count: usize, says: Vec<u8>, again: Vec<u8>) -> Attempt {
    let mut request = json!({ "url": url() });
    if count > 1 {
        request["n"] = count.into();
    }
    let script = Script::new(says, Then::Again(again));
    Attempt::new(request, Seen::failed).with(script).lets_go()
}

fn without_end() -> Vec<Attempt> {
    let (head, block) = begun();
    // A name that is part of the head of a packed file, with no end.
    let named = [0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3];
    vec![
        get(1, start(&head), block),
        get(1, start(&[]), gzip(&[0; 1 << 20])),
        get(1, start(&named), b"name".to_vec()),
        Attempt::get(url(), Seen::failed).with(Script::new(start(&head), Then::Drip("\0"))),
        Attempt::get(url(), Seen::failed).with(Script::new(start(&head), Then::Hold)),
    ]
}

/// What unpacks to nothing is counted by nothing that comes out of it.
fn nothing() -> Vec<Attempt> {
    let (head, _) = begun();
    let member = gzip(&[]);
    // Blocks: one stored as it is, and four in the code that is known beforehand, of
    // ten bits each, for which its tables are made anew.
    let stored = vec![0, 0, 0, 0xff, 0xff];
    let known = vec![0x02, 0x08, 0x20, 0x80, 0x00];
    vec![
        get(1, start(&[]), member.clone()),
        get(1, start(&head), stored),
        get(1, start(&head), known.clone()),
        get(10, start(&[]), member),
        get(10, start(&head), known),
    ]
}

fn twisted() -> Vec<Attempt> {
    let whole = gzip(b"here, and nothing more");
    let cut = |bytes: usize| whole[..bytes].to_vec();
    let changed = |place: usize| {
        let mut changed = whole.clone();
        let place = place.min(whole.len() - 1);
        changed[place] ^= 0xff;
        changed
    };
    let get = |encoding: &str, body: Vec<u8>, expected: fn(&Seen) -> bool| {
        Attempt::get(url(), expected).with(Script::new(answer(encoding, &body), Then::Hold))
    };
    let twice = gzip(&gzip(&vec![0; TOO_MANY]));
    let mut attempts = vec![
        // What the host did not ask for is not unpacked, and is small as it came.
        get("gzip, gzip", twice.clone(), Seen::is_harmless),
        get(
            "gzip\r\ncontent-encoding: gzip",
            twice.clone(),
            Seen::is_harmless,
        ),
        get("br", twice.clone(), Seen::is_harmless),
        get("deflate", twice, Seen::is_harmless),
        get("gzip", b"not packed".to_vec(), Seen::failed),
        get("gzip", vec![0x1f], Seen::failed),
        get("gzip", vec![0; 4_096], Seen::failed),
        get("gzip", vec![0xff; 1 << 20], Seen::failed),
        get(
            "gzip",
            [whole.as_slice(), b"and more"].concat(),
            Seen::failed,
        ),
        get("gzip", Vec::new(), Seen::is_harmless),
    ];
    for bytes in [1, 9, 10, 12, whole.len() - 8, whole.len() - 1] {
        attempts.push(get("gzip", cut(bytes), Seen::failed));
    }
    for place in [0, 2, 12, whole.len() - 8, whole.len() - 1] {
        attempts.push(get("gzip", changed(place), Seen::failed));
    }
    attempts
}
