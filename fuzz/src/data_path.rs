//! Data paths and set-data: whatever a guest hands over is applied as a plain model applies it, or
//! refused and nothing of it applied.
//!
//! A line of the input is a change, `path`, a tabulator, JSON; without a tabulator, the path alone, set
//! to its own text. An empty line ends a set-data call.

use miniapp_data::path::{self, Segment};
use miniapp_data::{
    Change, DataError, DataTree, MAX_CHANGES, MAX_GAP, MAX_PATH_BYTES, MAX_SEGMENTS,
    MAX_SET_DATA_BYTES,
};
use serde_json::{Map, Value};

use crate::refusal;

/// Bytes that the data may grow by where memory is plenty.
const PLENTY: usize = 16 << 20;

/// Bytes of data for each byte of input where memory is short: room for small values, not for arrays
/// that grow by a high index.
const SCARCE_PER_BYTE: usize = 40;

/// See the module.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (mut rich, mut poor) = (DataTree::default(), DataTree::default());
    for call in text.split("\n\n") {
        let written: Vec<(&str, String)> = call.split('\n').map(change).collect();
        written.iter().for_each(|(path, _)| check_path(path));
        check_call(&mut rich, &written, PLENTY);
        check_call(&mut poor, &written, SCARCE_PER_BYTE * call.len());
    }
}

fn change(line: &str) -> (&str, String) {
    match line.split_once('\t') {
        Some((path, value)) => (path, value.to_owned()),
        None => (line, Value::from(line).to_string()),
    }
}

/// What was read is within its limits, written out again it is read alike, and no name of it reaches a
/// prototype.
fn check_path(text: &str) {
    match path::parse(text) {
        Ok(segments) => {
            assert!(text.len() <= MAX_PATH_BYTES);
            assert!((1..=MAX_SEGMENTS).contains(&segments.len()));
            assert!(matches!(segments.first(), Some(Segment::Name(_))));
            for segment in &segments {
                if let Segment::Name(name) = segment {
                    assert!(!name.is_empty());
                    assert!(!["__proto__", "constructor", "prototype"].contains(&name.as_str()));
                }
            }
            let shown = written(&segments);
            if shown.len() <= MAX_PATH_BYTES {
                assert_eq!(path::parse(&shown), Ok(segments), "{text} is {shown}");
            }
        }
        Err(error) => refusal::check(&error.to_string()),
    }
}

/// A path that leads along `segments`.
fn written(segments: &[Segment]) -> String {
    let mut text = String::new();
    for segment in segments {
        match segment {
            Segment::Index(index) => text.push_str(&format!("[{index}]")),
            Segment::Name(name) => {
                text.push('.');
                for ch in name.chars() {
                    if matches!(ch, '.' | '[' | ']' | '\\') {
                        text.push('\\');
                    }
                    text.push(ch);
                }
            }
        }
    }
    text
}

fn check_call(tree: &mut DataTree, written: &[(&str, String)], left: usize) {
    let changes = || written.iter().map(|(path, value)| Change { path, value });
    let (before, weight) = (tree.value().clone(), tree.weight());
    let bytes: usize = written
        .iter()
        .map(|(path, value)| path.len() + value.len())
        .sum();
    match tree.apply(changes(), left) {
        Ok(()) => {
            assert!(written.len() <= MAX_CHANGES && bytes <= MAX_SET_DATA_BYTES);
            assert!(tree.weight() <= weight.saturating_add(left));
            let mut expected = before;
            assert!(model(&mut expected, written), "the model refuses it");
            assert_eq!(tree.value().to_string(), expected.to_string());
        }
        Err(error) => {
            let shown = error.to_string();
            assert!(shown.len() <= 1_024, "{shown}");
            // As text, because the order of members counts as well.
            assert_eq!(tree.value().to_string(), before.to_string(), "{error}");
            assert_eq!(tree.weight(), weight, "{error}");
            if !error.is_size() {
                assert!(
                    !model(&mut before.clone(), written),
                    "the model applies it: {error}"
                );
            }
            check_reason(&error, written.len(), bytes);
        }
    }
    check_weight(tree);
}

fn check_reason(error: &DataError, count: usize, bytes: usize) {
    match error {
        DataError::TooLarge { bytes: told, .. } => {
            assert_eq!(*told, bytes);
            assert!(bytes > MAX_SET_DATA_BYTES);
        }
        DataError::TooMany(told) => assert_eq!(*told, count),
        DataError::Gap { index, length, .. } => assert!(index - length > MAX_GAP),
        _ => {}
    }
}

/// What set-data means, without limits of memory: whether all changes can be applied to `root`.
fn model(root: &mut Value, written: &[(&str, String)]) -> bool {
    written.iter().all(|(path, value)| {
        let segments = path::parse(path);
        match (segments, serde_json::from_str(value)) {
            (Ok(segments), Ok(value)) => assign(root, &segments, value),
            _ => false,
        }
    })
}

fn assign(place: &mut Value, segments: &[Segment], value: Value) -> bool {
    let Some((first, rest)) = segments.split_first() else {
        *place = value;
        return true;
    };
    match first {
        Segment::Name(name) => {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            assign(&mut place[name], rest, value)
        }
        Segment::Index(index) => {
            if !place.is_array() {
                *place = Value::Array(Vec::new());
            }
            let elements = place.as_array_mut().unwrap();
            if *index > elements.len() + MAX_GAP {
                return false;
            }
            if *index >= elements.len() {
                elements.resize(index + 1, Value::Null);
            }
            assign(&mut elements[*index], rest, value)
        }
    }
}

/// The weight is that of a tree into which the same data is set anew.
fn check_weight(tree: &DataTree) {
    let mut anew = DataTree::default();
    for (name, value) in tree.value().as_object().unwrap() {
        let path = written(&[Segment::Name(name.clone())]);
        let value = value.to_string();
        let change = Change {
            path: &path,
            value: &value,
        };
        // The data may be deeper than one value can be, and one value larger than a call.
        if anew.apply([change].into_iter(), usize::MAX).is_err() {
            return;
        }
    }
    assert_eq!(anew.weight(), tree.weight());
}
