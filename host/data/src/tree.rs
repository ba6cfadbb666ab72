//! The tree itself: applies a set-data call, all of its changes or none.

use serde_json::{Map, Value};

use crate::assignment::{Room, Weighed, assign, take_back};
use crate::error::{DataError, shorten};
use crate::path::{self, Segment};
use crate::value::{self, Unreadable};

/// One assignment of a set-data call, borrowed from whoever carries the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// The data path to assign to.
    pub path: &'a str,
    /// The value, as JSON text.
    pub value: &'a str,
}

impl Change<'_> {
    /// Bytes of path and value, as [`MAX_SET_DATA_BYTES`] counts them.
    fn size(&self) -> usize {
        self.path.len().saturating_add(self.value.len())
    }
}

/// Bytes of paths and values in one set-data call: 1,024 KiB, as in WeChat and FinClip.
pub const MAX_SET_DATA_BYTES: usize = 1_024 << 10;

/// Changes in one set-data call.
pub const MAX_CHANGES: usize = 10_000;

/// How far past the end of an array an index may lie. `a[4294967295]` would
/// otherwise be an allocation of gigabytes in six bytes of text.
pub const MAX_GAP: usize = 1_024;

/// The data of one page.
#[derive(Debug)]
pub struct DataTree {
    /// Always an object: a path begins with a name.
    root: Value,
    weight: usize,
    built: usize,
}

impl Default for DataTree {
    fn default() -> Self {
        Self {
            root: Value::Object(Map::new()),
            weight: 0,
            built: 0,
        }
    }
}

impl DataTree {
    /// Approximate bytes that the data holds; nothing for an empty object.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Approximate bytes that calls have built since this was last asked, beyond the
    /// values that they carry: objects and arrays on the way to them, and elements
    /// that fill gaps. A short path asks for a lot of them, and a call that is
    /// refused has built some, too.
    pub fn take_built(&mut self) -> usize {
        std::mem::take(&mut self.built)
    }

    /// The data as it is now: always an object.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.root
    }

    /// Applies `changes` in their order, all or none. The data may become `left`
    /// bytes heavier. The iterator is walked several times.
    ///
    /// # Errors
    ///
    /// [`DataError`]; the data is then what it was before.
    pub fn apply<'a>(
        &mut self,
        changes: impl ExactSizeIterator<Item = Change<'a>> + Clone,
        left: usize,
    ) -> Result<(), DataError> {
        check_size(changes.clone())?;
        let assignments = read_all(changes.clone(), left)?;
        let before = self.weight;
        // What is replaced is held until the call has succeeded, so what is added
        // is not set off against it.
        let mut room = Room::new(left);
        let mut undo = Vec::with_capacity(assignments.len());
        for (assignment, change) in assignments.into_iter().zip(changes) {
            let assigned = room.keep(assignment.new.weight).and_then(|()| {
                assign(
                    &mut self.root,
                    &assignment.segments,
                    assignment.new,
                    &mut room,
                )
            });
            let refused = match assigned {
                Ok(step) => {
                    self.weight = self
                        .weight
                        .saturating_add(step.added)
                        .saturating_sub(step.removed);
                    undo.push((assignment.segments, step));
                    continue;
                }
                Err(refused) => refused.of(change.path, left),
            };
            for (segments, step) in undo.into_iter().rev() {
                take_back(&mut self.root, &segments, step);
            }
            self.weight = before;
            self.built = self.built.saturating_add(room.built);
            return Err(refused);
        }
        self.built = self.built.saturating_add(room.built);
        Ok(())
    }
}

struct Assignment {
    segments: Vec<Segment>,
    new: Weighed,
}

fn check_size<'a>(
    changes: impl ExactSizeIterator<Item = Change<'a>> + Clone,
) -> Result<(), DataError> {
    if changes.len() > MAX_CHANGES {
        return Err(DataError::TooMany(changes.len()));
    }
    let sizes = changes.clone().map(|change| change.size());
    let bytes = sizes.fold(0, usize::saturating_add);
    if bytes <= MAX_SET_DATA_BYTES {
        return Ok(());
    }
    let largest = changes.max_by_key(Change::size);
    Err(DataError::TooLarge {
        bytes,
        path: largest
            .map(|change| shorten(change.path))
            .unwrap_or_default(),
        largest: largest.map(|change| change.size()).unwrap_or_default(),
    })
}

/// Reads all paths and values before anything is changed. What is replaced is
/// given back only after the call, so a call never holds more than `left`.
fn read_all<'a>(
    changes: impl Iterator<Item = Change<'a>>,
    left: usize,
) -> Result<Vec<Assignment>, DataError> {
    let mut budget = left;
    changes
        .map(|change| {
            let segments = path::parse(change.path).map_err(|reason| DataError::Path {
                path: shorten(change.path),
                reason,
            })?;
            let (value, weight) =
                value::read(change.value, budget).map_err(|error| match error {
                    Unreadable::Syntax(reason) => DataError::Value {
                        path: shorten(change.path),
                        reason,
                    },
                    Unreadable::TooHeavy => DataError::Memory {
                        path: shorten(change.path),
                        left,
                    },
                })?;
            budget = budget.saturating_sub(weight);
            Ok(Assignment {
                segments,
                new: Weighed { value, weight },
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const PLENTY: usize = 1 << 24;

    fn change(path: &str, value: &Value) -> (String, String) {
        (path.to_owned(), value.to_string())
    }

    fn apply(
        tree: &mut DataTree,
        changes: &[(String, String)],
        left: usize,
    ) -> Result<(), DataError> {
        let changes = changes.iter().map(|(path, value)| Change { path, value });
        tree.apply(changes, left)
    }

    fn set(tree: &mut DataTree, path: &str, value: Value) -> Result<(), DataError> {
        apply(tree, &[change(path, &value)], PLENTY)
    }

    fn assert_weight(tree: &DataTree) {
        assert_eq!(tree.weight(), value::weight(tree.value()) - value::NODE);
    }

    #[test]
    fn steps_make_the_containers_they_need() {
        let mut tree = DataTree::default();
        for (path, value, expected) in [
            ("a", json!(1), json!({"a": 1})),
            ("a.b", json!(2), json!({"a": {"b": 2}})),
            ("a[1]", json!(3), json!({"a": [null, 3]})),
            ("a[1].c[0]", json!(4), json!({"a": [null, {"c": [4]}]})),
            ("a[3]", json!(5), json!({"a": [null, {"c": [4]}, null, 5]})),
            (
                "a[1].c",
                json!([]),
                json!({"a": [null, {"c": []}, null, 5]}),
            ),
            ("a", json!({"x": "y"}), json!({"a": {"x": "y"}})),
            ("b.c", json!("d"), json!({"a": {"x": "y"}, "b": {"c": "d"}})),
        ] {
            set(&mut tree, path, value).unwrap();
            assert_eq!(tree.value(), &expected, "{path}");
            assert_weight(&tree);
        }
    }

    #[test]
    fn changes_apply_in_order() {
        let mut tree = DataTree::default();
        let changes = [
            change("a", &json!([1])),
            change("a[0]", &json!(2)),
            change("a[1]", &json!(3)),
        ];
        apply(&mut tree, &changes, PLENTY).unwrap();
        assert_eq!(tree.value(), &json!({"a": [2, 3]}));
    }

    #[test]
    fn an_index_at_the_gap_and_one_past() {
        let mut tree = DataTree::default();
        set(&mut tree, "a", json!([1])).unwrap();
        set(&mut tree, &format!("a[{}]", 1 + MAX_GAP), json!(2)).unwrap();
        let length = MAX_GAP + 2;
        let error = set(&mut tree, &format!("a[{}]", length + MAX_GAP + 1), json!(3)).unwrap_err();
        assert!(
            matches!(error, DataError::Gap { length: l, .. } if l == length),
            "{error}"
        );
        assert!(set(&mut tree, "b[4294967295]", json!(0)).is_err());
        assert_weight(&tree);
    }

    #[test]
    fn the_size_of_a_call_at_the_limit_and_one_past() {
        let mut tree = DataTree::default();
        let fits = Value::String("x".repeat(MAX_SET_DATA_BYTES - 3));
        set(&mut tree, "a", fits).unwrap();
        let over = Value::String("x".repeat(MAX_SET_DATA_BYTES - 2));
        let error = set(&mut tree, "a", over).unwrap_err();
        assert_eq!(
            error.to_string(),
            "set-data carries 1048577 bytes, 1048576 are allowed; the largest change is `a` with 1048577 bytes: \
             set less at once, such as only the elements that changed (`list[7].title`)"
        );
        let many: Vec<_> = (0..=MAX_CHANGES).map(|_| change("a", &json!(1))).collect();
        assert!(apply(&mut tree, &many[1..], PLENTY).is_ok());
        assert!(matches!(
            apply(&mut tree, &many, PLENTY),
            Err(DataError::TooMany(10_001))
        ));
    }

    #[test]
    fn memory_is_bounded_even_by_short_paths() {
        let mut tree = DataTree::default();
        let bomb: Vec<_> = (0..100)
            .map(|n| change(&format!("a{n}{}", "[1024]".repeat(63)), &json!(0)))
            .collect();
        let error = apply(&mut tree, &bomb, 4 << 20).unwrap_err();
        assert!(matches!(error, DataError::Memory { .. }), "{error}");
        assert_eq!(tree.value(), &json!({}));
        assert_eq!(tree.weight(), 0);
        let built = tree.take_built();
        assert!((3 << 20..=4 << 20).contains(&built), "{built}");
        assert_eq!(tree.take_built(), 0);
    }

    fn any_change() -> impl Strategy<Value = (String, String)> {
        let path = "[ab](\\.[ab]|\\[[0-3]\\]|\\[2000\\]){0,3}";
        let value = prop_oneof![
            Just(json!(1)),
            Just(json!([1, 2])),
            Just(json!({"a": {"b": 3}}))
        ];
        (path, value).prop_map(|(path, value)| change(&path, &value))
    }

    proptest! {
        #[test]
        fn all_or_none_and_the_weight_is_true(
            before in prop::collection::vec(any_change(), 0..6),
            call in prop::collection::vec(any_change(), 0..6),
        ) {
            let mut tree = DataTree::default();
            for change in before {
                let _ = apply(&mut tree, &[change], PLENTY);
            }
            let held = tree.value().clone();
            if apply(&mut tree, &call, PLENTY).is_err() {
                prop_assert_eq!(tree.value(), &held);
            }
            assert_weight(&tree);
        }

        #[test]
        fn a_call_is_its_changes_one_after_the_other(call in prop::collection::vec(any_change(), 0..8)) {
            let (mut at_once, mut one_by_one) = (DataTree::default(), DataTree::default());
            if apply(&mut at_once, &call, PLENTY).is_ok() {
                for change in call {
                    apply(&mut one_by_one, &[change], PLENTY).unwrap();
                }
                prop_assert_eq!(at_once.value().to_string(), one_by_one.value().to_string());
                prop_assert_eq!(at_once.weight(), one_by_one.weight());
            }
        }

        #[test]
        fn an_index_is_taken_up_to_the_gap(length in 0_usize..20, index in prop_oneof![0_usize..40, MAX_GAP - 5..MAX_GAP + 30, any::<usize>()]) {
            let mut tree = DataTree::default();
            set(&mut tree, "a", Value::Array(vec![Value::Null; length])).unwrap();
            let taken = set(&mut tree, &format!("a[{index}]"), json!(1)).is_ok();
            prop_assert_eq!(taken, index <= length + MAX_GAP);
            let expected = if taken { length.max(index + 1) } else { length };
            prop_assert_eq!(tree.value()["a"].as_array().map(Vec::len), Some(expected));
        }

        #[test]
        fn no_call_grows_the_data_by_more_than_is_left(
            before in prop::collection::vec(any_change(), 0..4),
            call in prop::collection::vec(any_change(), 0..6),
            left in 0_usize..4_000,
        ) {
            let mut tree = DataTree::default();
            let _ = apply(&mut tree, &before, PLENTY);
            let weight = tree.weight();
            let applied = apply(&mut tree, &call, left).is_ok();
            prop_assert!(tree.weight() <= weight + left);
            prop_assert!(applied || tree.weight() == weight);
        }
    }
}
