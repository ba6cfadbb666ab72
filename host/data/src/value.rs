//! Reads JSON into values and weighs them while it does, so that a small text
//! cannot become a large tree before anyone has counted.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Bytes that any value costs.
pub(crate) const NODE: usize = size_of::<Value>();

/// Bytes that an element of an array costs beyond its value: arrays double when they
/// are full.
pub(crate) const SPARE: usize = NODE;

/// Bytes that an object costs which is not empty: the map's order and index have
/// room for a few members from the first one on.
pub(crate) const OBJECT: usize = 300;

/// Bytes that a member of an object costs beyond its name and its value: its
/// place in the map's order and index, with what those have to spare.
const MEMBER: usize = 144;

/// Bytes that a text costs beyond its own: what allocators round up.
const TEXT: usize = 32;

/// The name under which serde_json hands over a number that it keeps as a text, where some
/// crate of the program has turned on its feature `arbitrary_precision`; see [`NUMBER`].
const NUMBER_TEXT: &str = "$serde_json::private::Number";

/// Bytes that a number costs beyond its node: nothing, unless serde_json keeps numbers as
/// texts. Cargo turns a feature on for all crates of a program, so that any of them may have
/// done so; numbers are read alike then, as floats or integers of 64 bits.
const NUMBER: usize = if size_of::<Number>() > 16 {
    TEXT + 24
} else {
    0
};

/// Why a text was not read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, or nested more than 127 deep.
    #[error("not JSON: {0}")]
    Syntax(serde_json::Error),
    /// Weighs more than is left.
    #[error("too many values for the memory that is left")]
    TooHeavy,
}

/// Reads the JSON `text`, which may weigh `left` bytes as a tree; returns the value
/// and its weight.
///
/// # Errors
///
/// See [`Unreadable`]; nothing of it is kept.
pub fn read(text: &str, left: usize) -> Result<(Value, usize), Unreadable> {
    let mut budget = left;
    let mut json = serde_json::Deserializer::from_str(text);
    let read = Weighed(&mut budget)
        .deserialize(&mut json)
        .and_then(|value| {
            json.end()?;
            Ok(value)
        });
    match read {
        Ok(value) => Ok((value, left.saturating_sub(budget))),
        // The budget is taken to nothing exactly when it is exceeded.
        Err(_) if budget == 0 => Err(Unreadable::TooHeavy),
        Err(error) => Err(Unreadable::Syntax(error)),
    }
}

/// Approximate bytes that a value holds; what [`read`] has counted for it.
pub(crate) fn weight(value: &Value) -> usize {
    NODE + match value {
        Value::Null | Value::Bool(_) => 0,
        Value::Number(_) => NUMBER,
        Value::String(text) => TEXT + text.len(),
        Value::Array(elements) => elements.iter().map(|value| SPARE + weight(value)).sum(),
        Value::Object(members) => object_weight(members) + members_weight(members),
    }
}

fn members_weight(members: &Map<String, Value>) -> usize {
    let of_members = members.iter();
    of_members
        .map(|(name, value)| member_weight(name) + weight(value))
        .sum()
}

/// Bytes that an object costs beyond its members.
fn object_weight(members: &Map<String, Value>) -> usize {
    if members.is_empty() { 0 } else { OBJECT }
}

/// Bytes that a member costs beyond its value.
pub(crate) fn member_weight(name: &str) -> usize {
    MEMBER + TEXT + name.len()
}

struct Weighed<'a>(&'a mut usize);

impl Weighed<'_> {
    fn take<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        match self.0.checked_sub(bytes) {
            Some(left) if left > 0 => {
                *self.0 = left;
                Ok(())
            }
            _ => {
                *self.0 = 0;
                Err(E::custom("too heavy"))
            }
        }
    }

    fn take_number<E: Error>(&mut self) -> Result<(), E> {
        if NUMBER == 0 {
            return Ok(());
        }
        self.take(NUMBER)
    }

    /// A number that came as a text.
    fn number<'de, A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let text: String = from.next_value()?;
        if let Ok(whole) = text.parse::<i64>() {
            return self.visit_i64(whole);
        }
        match (text.parse::<u64>(), text.parse::<f64>()) {
            (Ok(whole), _) => self.visit_u64(whole),
            (_, Ok(number)) => self.visit_f64(number),
            (_, Err(_)) => Err(A::Error::custom("expected a number")),
        }
    }

    fn give_back(&mut self, bytes: usize) {
        *self.0 = self.0.saturating_add(bytes);
    }
}

impl<'de> DeserializeSeed<'de> for Weighed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(mut self, from: D) -> Result<Value, D::Error> {
        self.take(NODE)?;
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Weighed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(mut self, value: i64) -> Result<Value, E> {
        self.take_number()?;
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(mut self, value: u64) -> Result<Value, E> {
        self.take_number()?;
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<Value, E> {
        self.take_number()?;
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<Value, E> {
        self.take(TEXT + value.len())?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut from: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = from.next_element_seed(Weighed(&mut *self.0))? {
            self.take(SPARE)?;
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut from: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            // Where numbers are no texts, it is a name like any other.
            if NUMBER > 0 && members.is_empty() && name == NUMBER_TEXT {
                return self.number(from);
            }
            let fixed = member_weight(&name);
            self.take(fixed + OBJECT - object_weight(&members))?;
            let value = from.next_value_seed(Weighed(&mut *self.0))?;
            // As in JSON.parse, the last of several members of one name wins.
            if let Some(replaced) = members.insert(name, value) {
                self.give_back(fixed + weight(&replaced));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_serde_json_reads_and_weighs_it_alike() {
        for text in [
            "null",
            "true",
            "-7",
            "18446744073709551615",
            "1.5e300",
            r#""a\u00e4\n""#,
            "[]",
            r#"[1,[2,[3,{"a":"b"}]]]"#,
            r#"{"a":1,"b":{"c":[null]},"a":[1,2,3]}"#,
        ] {
            let (value, weighed) = read(text, 1 << 20).unwrap();
            assert_eq!(
                value,
                serde_json::from_str::<Value>(text).unwrap(),
                "{text}"
            );
            assert_eq!(weighed, weight(&value), "{text}");
        }
    }

    /// The value with its numbers as they are without `arbitrary_precision`; nothing, where
    /// one is beyond them.
    fn plain(value: Value) -> Option<Value> {
        Some(match value {
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(whole), _) => whole.into(),
                (_, Some(whole)) => whole.into(),
                _ => Value::Number(Number::from_f64(number.to_string().parse().ok()?)?),
            },
            Value::Array(elements) => elements.into_iter().map(plain).collect::<Option<_>>()?,
            Value::Object(members) => {
                let plain = |(name, value)| Some((name, plain(value)?));
                members.into_iter().map(plain).collect::<Option<_>>()?
            }
            other => other,
        })
    }

    #[test]
    fn numbers_are_of_64_bits_whoever_else_reads_json() {
        let read = |text: &str| read(text, 1 << 20).map(|(value, _)| value.to_string()).ok();
        assert_eq!(read("1.50").as_deref(), Some("1.5"));
        assert_eq!(
            read("[1E2,-0.0,1e-400]").as_deref(),
            Some("[100.0,-0.0,0.0]")
        );
        assert_eq!(
            read("18446744073709551616").as_deref(),
            Some("1.8446744073709552e+19")
        );
        assert_eq!(read("1e400"), None);
        let digits = "1".repeat(1_000);
        assert_eq!(read(&digits), None);
    }

    #[test]
    fn a_small_text_does_not_become_a_large_tree() {
        let text = format!("[{}0]", "0,".repeat(100_000));
        assert!(matches!(read(&text, 1 << 20), Err(Unreadable::TooHeavy)));
        let (_, weighed) = read("[0]", 1_000).unwrap();
        assert!(read("[0]", weighed + 1).is_ok());
        assert!(matches!(read("[0]", weighed), Err(Unreadable::TooHeavy)));
    }

    #[test]
    fn syntax_and_depth() {
        for text in ["", "{", "[1,]", "nul", "1 2", "\"\u{1}\"", "NaN"] {
            assert!(
                matches!(read(text, 1 << 20), Err(Unreadable::Syntax(_))),
                "{text}"
            );
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read(&nested(127), 1 << 20).is_ok());
        assert!(matches!(
            read(&nested(128), 1 << 20),
            Err(Unreadable::Syntax(_))
        ));
        assert!(matches!(
            read(&"[".repeat(1_000_000), 1 << 30),
            Err(Unreadable::Syntax(_))
        ));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r#"[\[\]{}:,"a0-9.e\\ -]{0,60}"#) {
            let ours = read(&text, 1 << 20).ok().map(|(value, _)| value);
            prop_assert_eq!(ours, serde_json::from_str(&text).ok().and_then(plain));
        }
    }
}
