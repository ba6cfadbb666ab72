//! Why a call did not do what was asked: the contract's error, and what a script throws in
//! its place. Knows neither the contract's types nor QuickJS beyond a plain object.

use rquickjs::{Ctx, Object};
use serde::Deserialize;

/// An error as the contract has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Failure {
    /// What happened, for programs.
    pub code: String,
    /// What happened, for people.
    pub message: String,
    /// The permission that was missing.
    pub permission: Option<String>,
    /// The manifest line that would grant it.
    pub line: Option<String>,
}

impl Failure {
    /// One that has nothing to do with permissions.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            permission: None,
            line: None,
        }
    }

    /// As the prelude takes it.
    pub(crate) fn to_object<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<Object<'js>> {
        let object = Object::new(ctx.clone())?;
        object.set("code", self.code.as_str())?;
        object.set("message", self.message.as_str())?;
        object.set("permission", self.permission.as_deref())?;
        object.set("line", self.line.as_deref())?;
        Ok(object)
    }
}
