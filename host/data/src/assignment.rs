//! One assignment to a place in a tree: what it builds on the way, what it weighs, and how it is
//! taken back. Knows neither calls nor their limits but the room that is left.

use serde_json::{Map, Value};

use crate::error::{DataError, shorten};
use crate::path::Segment;
use crate::tree::MAX_GAP;
use crate::value;

/// How much a call may add.
pub(crate) struct Room {
    left: usize,
    /// Bytes that were built so far.
    pub(crate) built: usize,
}

impl Room {
    pub(crate) fn new(left: usize) -> Self {
        Self { left, built: 0 }
    }

    /// Takes room for bytes that are there already.
    pub(crate) fn keep(&mut self, bytes: usize) -> Result<(), Refused> {
        self.left = self.left.checked_sub(bytes).ok_or(Refused::Heavy)?;
        Ok(())
    }

    /// Takes room for bytes that are going to be built.
    fn build(&mut self, bytes: usize) -> Result<(), Refused> {
        self.keep(bytes)?;
        self.built = self.built.saturating_add(bytes);
        Ok(())
    }
}

/// A value and what it weighs.
pub(crate) struct Weighed {
    pub(crate) value: Value,
    pub(crate) weight: usize,
}

/// Why nothing was assigned.
pub(crate) enum Refused {
    /// An index too far past the end.
    Gap { index: usize, length: usize },
    /// There is no room for it.
    Heavy,
}

impl Refused {
    /// The error for the change of a path, where so many bytes were left.
    pub(crate) fn of(self, path: &str, left: usize) -> DataError {
        let path = shorten(path);
        match self {
            Self::Gap { index, length } => DataError::Gap {
                path,
                index,
                length,
            },
            Self::Heavy => DataError::Memory { path, left },
        }
    }
}

/// What an assignment has done, and how to take it back.
pub(crate) struct Step {
    /// Segments of the path that were walked before anything changed.
    depth: usize,
    undo: Undo,
    pub(crate) added: usize,
    pub(crate) removed: usize,
}

enum Undo {
    /// The place held this.
    Restore(Value),
    /// The object at the place had no member of the next name.
    Remove,
    /// The array at the place had this length.
    Truncate(usize),
}

/// Assigns `new` below `place`. An index step turns what is not an array into
/// `[]`, a name step turns what is not an object into `{}`. Nothing is built that
/// there is no room for.
pub(crate) fn assign(
    place: &mut Value,
    segments: &[Segment],
    new: Weighed,
    room: &mut Room,
) -> Result<Step, Refused> {
    let deeper = |step: Step| Step {
        depth: step.depth + 1,
        ..step
    };
    match (segments.split_first(), place) {
        (Some((Segment::Name(name), rest)), Value::Object(members)) => {
            if let Some(member) = members.get_mut(name) {
                return assign(member, rest, new, room).map(deeper);
            }
            let first = if members.is_empty() { value::OBJECT } else { 0 };
            let own = first + value::member_weight(name);
            room.build(own)?;
            let built = build(rest, new, room)?;
            members.insert(name.clone(), built.value);
            let added = own + built.weight;
            Ok(Step {
                depth: 0,
                undo: Undo::Remove,
                added,
                removed: 0,
            })
        }
        (Some((Segment::Index(index), rest)), Value::Array(elements)) => {
            if let Some(element) = elements.get_mut(*index) {
                return assign(element, rest, new, room).map(deeper);
            }
            let length = elements.len();
            let own = gap_weight(*index, length)? + value::SPARE;
            room.build(own)?;
            let built = build(rest, new, room)?;
            elements.resize(*index, Value::Null);
            elements.push(built.value);
            let added = own + built.weight;
            Ok(Step {
                depth: 0,
                undo: Undo::Truncate(length),
                added,
                removed: 0,
            })
        }
        (_, place) => {
            let built = build(segments, new, room)?;
            let old = std::mem::replace(place, built.value);
            let removed = value::weight(&old);
            Ok(Step {
                depth: 0,
                undo: Undo::Restore(old),
                added: built.weight,
                removed,
            })
        }
    }
}

/// Wraps `new` in the containers that `segments` ask for.
fn build(segments: &[Segment], new: Weighed, room: &mut Room) -> Result<Weighed, Refused> {
    segments.iter().rev().try_fold(new, |inner, segment| {
        let own = value::NODE
            + match segment {
                Segment::Name(name) => value::OBJECT + value::member_weight(name),
                Segment::Index(index) => gap_weight(*index, 0)? + value::SPARE,
            };
        room.build(own)?;
        let value = match segment {
            Segment::Name(name) => Value::Object(Map::from_iter([(name.clone(), inner.value)])),
            Segment::Index(index) => {
                let mut elements = vec![Value::Null; *index];
                elements.push(inner.value);
                Value::Array(elements)
            }
        };
        Ok(Weighed {
            value,
            weight: own + inner.weight,
        })
    })
}

/// What the elements weigh that fill the gap before an index.
fn gap_weight(index: usize, length: usize) -> Result<usize, Refused> {
    let nulls = index.saturating_sub(length);
    if nulls > MAX_GAP {
        return Err(Refused::Gap { index, length });
    }
    Ok(nulls.saturating_mul(value::NODE + value::SPARE))
}

pub(crate) fn take_back(root: &mut Value, segments: &[Segment], step: Step) {
    let (walked, rest) = segments.split_at(step.depth.min(segments.len()));
    let mut place = root;
    for segment in walked {
        let next = match segment {
            Segment::Name(name) => place.get_mut(name),
            Segment::Index(index) => place.get_mut(*index),
        };
        match next {
            Some(next) => place = next,
            None => return,
        }
    }
    match (step.undo, place, rest.first()) {
        (Undo::Restore(old), place, _) => *place = old,
        (Undo::Remove, Value::Object(members), Some(Segment::Name(name))) => {
            members.shift_remove(name);
        }
        (Undo::Truncate(length), Value::Array(elements), _) => elements.truncate(length),
        _ => {}
    }
}
