//! How what the host answers looks to the prelude, and how lists of pairs come from it.

use rquickjs::{Array, Ctx, FromJs, IntoJs, Object, TypedArray, Value};

use crate::Failure;
use crate::outside::{Question, Reply, Response, Usage};

/// Bytes, as a `Uint8Array` of their own; a copy, both ways.
pub(super) struct Bytes(pub(super) Vec<u8>);

impl<'js> IntoJs<'js> for Bytes {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        TypedArray::new(ctx.clone(), self.0)?.into_js(ctx)
    }
}

impl<'js> FromJs<'js> for Bytes {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Self> {
        let array = TypedArray::<u8>::from_value(value)?;
        // SAFETY: nothing runs in the context while the bytes are copied.
        let bytes = unsafe { array.as_bytes() };
        Ok(Self(bytes.unwrap_or_default().to_vec()))
    }
}

/// A failure, or nothing.
pub(super) struct Failed(pub(super) Result<(), Failure>);

impl<'js> IntoJs<'js> for Failed {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        match self.0 {
            Ok(()) => Ok(Value::new_undefined(ctx.clone())),
            Err(failure) => failure.to_object(ctx)?.into_js(ctx),
        }
    }
}

/// `[failure, value]`, of which one is there.
pub(super) struct Told<T>(pub(super) Result<T, Failure>);

impl<'js, T: IntoJs<'js>> IntoJs<'js> for Told<T> {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        let pair = Array::new(ctx.clone())?;
        match self.0 {
            Ok(value) => pair.set(1, value)?,
            Err(failure) => pair.set(0, failure.to_object(ctx)?)?,
        }
        pair.into_js(ctx)
    }
}

/// A text and of how many bytes it was read, as a pair; or nothing.
pub(super) struct Read(pub(super) Option<(String, usize)>);

impl<'js> IntoJs<'js> for Read {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        let Some((text, bytes)) = self.0 else {
            return Ok(Value::new_undefined(ctx.clone()));
        };
        let pair = Array::new(ctx.clone())?;
        pair.set(0, text)?;
        pair.set(1, bytes)?;
        pair.into_js(ctx)
    }
}

/// Pairs of texts, as a list that has them one after the other.
pub(super) struct Pairs(pub(super) Vec<(String, String)>);

impl<'js> FromJs<'js> for Pairs {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Self> {
        let list = Array::from_value(value)?;
        let mut pairs = Vec::with_capacity(list.len() / 2);
        for at in 0..list.len() / 2 {
            pairs.push((list.get(at * 2)?, list.get(at * 2 + 1)?));
        }
        Ok(Self(pairs))
    }
}

impl<'js> IntoJs<'js> for Pairs {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        let list = Array::new(ctx.clone())?;
        for (at, (name, value)) in self.0.into_iter().enumerate() {
            list.set(at * 2, name)?;
            list.set(at * 2 + 1, value)?;
        }
        list.into_js(ctx)
    }
}

impl<'js> FromJs<'js> for Question {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Self> {
        let asked = Object::from_value(value)?;
        Ok(Self {
            title: asked.get("title")?,
            text: asked.get("text")?,
            confirm: asked.get("confirm")?,
            cancellable: asked.get("cancellable")?,
            cancel: asked.get("cancel")?,
            placeholder: asked.get("placeholder")?,
        })
    }
}

impl<'js> IntoJs<'js> for Response {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        let object = Object::new(ctx.clone())?;
        object.set("status", self.status)?;
        object.set("url", self.url)?;
        object.set("headers", Pairs(self.headers))?;
        object.set("body", Bytes(self.body))?;
        object.into_js(ctx)
    }
}

impl<'js> IntoJs<'js> for Usage {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        let object = Object::new(ctx.clone())?;
        // Numbers of a script are exact up to 2^53, far beyond what a storage holds.
        #[allow(clippy::cast_precision_loss)]
        let (bytes, limit) = (self.bytes as f64, self.limit as f64);
        object.set("bytes", bytes)?;
        object.set("limit", limit)?;
        object.into_js(ctx)
    }
}

impl<'js> IntoJs<'js> for Reply {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        let object = Object::new(ctx.clone())?;
        object.set("confirmed", self.confirmed)?;
        object.set("input", self.input)?;
        object.into_js(ctx)
    }
}
