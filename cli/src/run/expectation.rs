//! What a page's data is expected to be in the end. Must not know how it came to be.

use miniapp_data::path::{self, Segment};
use serde_json::Value;

use crate::text::line;

/// That there is a certain value at a place of the page's data.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    path: String,
    segments: Vec<Segment>,
    value: Value,
}

impl Expectation {
    /// Reads `PATH=VALUE`. A value that is no JSON is a text, so that nobody needs quotes within
    /// quotes; what begins as JSON does is meant to be JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let Some((path, value)) = text.split_once('=') else {
            return Err(format!("`{text}` is not of the form PATH=VALUE"));
        };
        let value = match serde_json::from_str(value) {
            Ok(value) => value,
            Err(error) if value.starts_with(['{', '[', '"']) => {
                return Err(format!("the value is not JSON: {error}"));
            }
            Err(_) => Value::String(value.to_owned()),
        };
        Ok(Self {
            path: path.to_owned(),
            segments: path::parse(path).map_err(|error| error.to_string())?,
            value,
        })
    }

    /// What there is instead, if it is not as expected.
    pub(super) fn unmet_by(&self, data: &Value) -> Option<String> {
        let mut found = Some(data);
        for segment in &self.segments {
            found = found.and_then(|value| match segment {
                Segment::Name(name) => value.as_object()?.get(name),
                Segment::Index(index) => value.as_array()?.get(*index),
            });
        }
        match found {
            Some(found) if *found == self.value => None,
            Some(found) => Some(format!("it is {}", line(&found.to_string()))),
            None => Some("there is nothing at this path".to_owned()),
        }
    }
}

impl std::fmt::Display for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {}", self.path, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_expectation_is_met_by_the_same_value_at_its_path() {
        let data = json!({
            "taps": 2, "greeting": "Hello Mia", "number": "7", "a.b": null,
            "offers": [{ "title": "Ice", "price": { "EUR": 2, "USD": 3 } }],
        });
        let unmet = |text: &str| Expectation::parse(text).unwrap().unmet_by(&data);
        for met in [
            "taps=2",
            "greeting=Hello Mia",
            "greeting=\"Hello Mia\"",
            "number=\"7\"",
            "a\\.b=null",
            "offers[0].title=Ice",
            r#"offers=[{"price":{"USD":3,"EUR":2},"title":"Ice"}]"#,
        ] {
            assert_eq!(unmet(met), None, "{met}");
        }
        assert_eq!(unmet("taps=3").unwrap(), "it is 2");
        assert_eq!(unmet("number=7").unwrap(), "it is \"7\"");
        for nothing in ["tap=2", "offers[1]=1", "offers.title=Ice", "taps[0]=2"] {
            let unmet = unmet(nothing).unwrap();
            assert_eq!(unmet, "there is nothing at this path", "{nothing}");
        }
    }

    #[test]
    fn what_begins_as_json_is_json() {
        for wrong in ["", "taps", "=1", "[0]=1", "a[=1", "a={", "a=[1", "a=\"x"] {
            assert!(Expectation::parse(wrong).is_err(), "{wrong}");
        }
        let empty = Expectation::parse("a=").unwrap();
        assert_eq!(empty.to_string(), "a = \"\"");
    }
}
