//! How much a value of any type carries: bytes and elements, as a call is charged for
//! them. Knows no type: it is told by serde.

use std::fmt::{self, Display};

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::limits::HOST_CALL_BYTES;
use crate::meter::price;

/// What a value carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Bytes of texts and of numbers.
    bytes: usize,
    /// Texts, lists, fields and numbers, but for numbers of one byte.
    elements: usize,
    /// Numbers of one byte, which are told one by one.
    small: usize,
}

/// What one call may carry each way, as [`Weight::total`] counts it.
pub(super) const MAX_WEIGHT: usize = 1 << 20;

/// Bytes that an element counts beyond its own.
const ELEMENT: usize = 16;

impl Weight {
    /// Weighs `value`, or so much of it that it is too heavy.
    pub(super) fn of(value: &impl Serialize) -> Self {
        let mut weight = Self::default();
        // One that will not be told weighs what it has told.
        let _ = value.serialize(&mut weight);
        weight
    }

    /// Bytes and elements in one number.
    pub(super) fn total(self) -> usize {
        self.bytes
            .saturating_add(self.elements.saturating_mul(ELEMENT))
    }

    /// What it costs to copy and to weigh.
    pub(super) fn fuel(self) -> u64 {
        let small = u64::try_from(self.small).unwrap_or(u64::MAX);
        price::call(self.bytes, self.elements)
            .saturating_add(small.saturating_mul(price::JSON_WRITTEN))
    }

    /// What it costs where it was too heavy: weighed in part, and copied as a whole, which may
    /// have been all that one call may carry, in texts of no length.
    pub(super) fn fuel_of_all(self) -> u64 {
        let texts = HOST_CALL_BYTES / size_of::<String>();
        self.fuel()
            .saturating_add(price::call(HOST_CALL_BYTES, texts))
    }

    /// A text, a list, a field: what carries so many bytes and takes a place of its own.
    fn add(&mut self, bytes: usize) -> Result<(), Untold> {
        self.elements = self.elements.saturating_add(1);
        self.carry(bytes)
    }

    /// A number of so many bytes.
    fn add_number(&mut self, bytes: usize) -> Result<(), Untold> {
        if bytes > 1 {
            return self.add(bytes);
        }
        self.small = self.small.saturating_add(1);
        self.carry(bytes)
    }

    /// A part of a record or a tuple, which counts no less than it takes up: a small case of a
    /// variant, an option that is absent. Of what stands in a list itself serde tells no size.
    fn add_part<T: Serialize + ?Sized>(&mut self, part: &T) -> Result<(), Untold> {
        let before = self.total();
        part.serialize(&mut *self)?;
        let counted = self.total().saturating_sub(before);
        self.carry(size_of_val(part).saturating_sub(counted))
    }

    fn carry(&mut self, bytes: usize) -> Result<(), Untold> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.total() > MAX_WEIGHT {
            return Err(Untold);
        }
        Ok(())
    }
}

/// A value that is too heavy, or has refused to be told.
#[derive(Debug)]
pub(super) struct Untold;

impl Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that cannot be weighed")
    }
}

impl std::error::Error for Untold {}

impl serde::ser::Error for Untold {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

macro_rules! numbers {
    ($($function:ident: $number:ty),*) => {
        $(fn $function(self, _: $number) -> Result<(), Untold> {
            self.add_number(size_of::<$number>())
        })*
    };
}

impl Serializer for &mut Weight {
    type Ok = ();
    type Error = Untold;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_bool: bool, serialize_char: char,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64
    }

    fn serialize_str(self, text: &str) -> Result<(), Untold> {
        self.add(text.len())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Untold> {
        self.add(bytes.len())
    }

    fn serialize_none(self) -> Result<(), Untold> {
        self.add(0)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Untold> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Untold> {
        self.add(0)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Untold> {
        self.add(0)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
    ) -> Result<(), Untold> {
        self.add(0)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Untold> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Untold> {
        self.add(0)?;
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Untold> {
        self.add(0)?;
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Untold> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Untold> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Untold> {
        self.serialize_seq(None)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Untold> {
        self.serialize_seq(None)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Untold> {
        self.serialize_seq(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Untold> {
        self.serialize_seq(None)
    }
}

macro_rules! parts {
    ($($part:ident: $function:ident($($name:ty)?)),*) => {
        $(impl $part for &mut Weight {
            type Ok = ();
            type Error = Untold;

            fn $function<T: Serialize + ?Sized>(
                &mut self,
                $(_: $name,)?
                value: &T,
            ) -> Result<(), Untold> {
                self.add_part(value)
            }

            fn end(self) -> Result<(), Untold> {
                Ok(())
            }
        })*
    };
}

parts! {
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeStruct: serialize_field(&'static str),
    SerializeStructVariant: serialize_field(&'static str)
}

impl SerializeSeq for &mut Weight {
    type Ok = ();
    type Error = Untold;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Untold> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Untold> {
        Ok(())
    }
}

impl SerializeMap for &mut Weight {
    type Ok = ();
    type Error = Untold;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Untold> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Untold> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Untold> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_numbers_and_lists_are_counted() {
        let weigh = |bytes, elements, small| Weight {
            bytes,
            elements,
            small,
        };
        let long = "x".repeat(100);
        assert_eq!(Weight::of(&(long, 7_u32)), weigh(104, 3, 0));
        assert_eq!(Weight::of(&vec![String::new(); 10]), weigh(0, 11, 0));
        assert_eq!(Weight::of(&vec![0_u8; 10]), weigh(10, 1, 10));
        assert_eq!(Weight::of(&vec!["x".to_owned(); 10]), weigh(10, 11, 0));
        assert_eq!(Weight::of(&Some(Ok::<f64, ()>(1.5))), weigh(8, 2, 0));
        assert_eq!(Weight::of(&()), weigh(0, 1, 0));
    }

    #[test]
    fn a_part_counts_no_less_than_it_takes_up() {
        #[derive(Clone, serde::Serialize)]
        enum Either {
            Small(u8),
            Large([u64; 8]),
        }
        #[derive(Clone, serde::Serialize)]
        struct Both {
            either: Either,
            absent: Option<[u64; 8]>,
        }
        let both = |either: Either| {
            vec![
                Both {
                    either,
                    absent: None
                };
                100
            ]
        };
        let parts = size_of::<Either>() + size_of::<Option<[u64; 8]>>();
        // Each record counts as a list does, and its parts.
        let least = ELEMENT + 100 * (ELEMENT + parts);
        assert_eq!(Weight::of(&both(Either::Small(7))).total(), least);
        assert!(Weight::of(&both(Either::Large([7; 8]))).total() > least);
        // A case is an element of its own, wherever it stands.
        let cases = Weight::of(&vec![Either::Small(7); 100]).total();
        assert_eq!(cases, ELEMENT + 100 * (ELEMENT + 1));
    }

    #[test]
    fn weighing_stops_where_it_is_too_heavy() {
        let bytes = |count: usize| Weight::of(&"x".repeat(count)).total();
        assert_eq!(bytes(MAX_WEIGHT - ELEMENT), MAX_WEIGHT);
        assert!(bytes(MAX_WEIGHT - ELEMENT + 1) > MAX_WEIGHT);
        let many = Weight::of(&vec![String::new(); 10 * MAX_WEIGHT]).total();
        assert_eq!(many, MAX_WEIGHT + ELEMENT);
    }
}
