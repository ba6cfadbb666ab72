//! Links a grant: each granted import to its capability, each denied one to
//! functions that only answer `denied`, and nothing else at all. What is linked holds nothing
//! of the mini-app: two that are granted alike are linked alike ([`Shape`]).

mod shape;

use std::sync::Arc;

use wasmtime::AsContextMut;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, Linker, LinkerInstance, Val};

use super::{Grant, LinkTo};
use crate::capability::{self, Capability, Interface};
use crate::contract::{GuestError, code};
use crate::instance::State;
use crate::meter::{Meter, price};
use crate::report::Denial;

/// What each import of a component is linked to, without what is said to one mini-app.
#[derive(Debug, Clone)]
pub(crate) struct Shape(Vec<Kind>);

#[derive(Debug, Clone)]
enum Kind {
    Capability(&'static Capability),
    Interface(Arc<Interface>),
    Denial,
    Types,
    Script,
    Unasked,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Capability(one), Self::Capability(other)) => one.interface == other.interface,
            (Self::Interface(one), Self::Interface(other)) => Arc::ptr_eq(one, other),
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        }
    }
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Shape {
    pub(crate) fn of(grant: &Grant) -> Self {
        let kinds = grant.links().iter().map(|link| match &link.to {
            LinkTo::Capability(capability) => Kind::Capability(capability),
            LinkTo::Interface(interface) => Kind::Interface(Arc::clone(interface)),
            LinkTo::Denial(_) => Kind::Denial,
            LinkTo::Types => Kind::Types,
            LinkTo::Script => Kind::Script,
            LinkTo::Unasked => Kind::Unasked,
        });
        Self(kinds.collect())
    }
}

/// Makes the linker of what is granted so. Interfaces that only name types need no
/// definition.
pub(crate) fn link(grant: &Grant, component: &Component) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(component.engine());
    let mut linked = Vec::new();
    let mut own: Vec<&Arc<Interface>> = Vec::new();
    let mut has_unasked = false;
    for (at, link) in grant.links().iter().enumerate() {
        match &link.to {
            // A component may import an interface in several versions, and one
            // definition serves them all.
            LinkTo::Capability(capability) => {
                if !linked.contains(&capability.interface) {
                    linked.push(capability.interface);
                    (capability.link)(&mut linker)?;
                }
            }
            LinkTo::Interface(interface) => {
                if !own.iter().any(|linked| Arc::ptr_eq(linked, interface)) {
                    own.push(interface);
                    interface.link(&mut linker)?;
                }
            }
            LinkTo::Denial(_) => link_denial(&mut linker, component, &link.import, at)?,
            LinkTo::Types => {
                linker.instance(&link.import)?;
            }
            LinkTo::Script => capability::script::link(&mut linker)?,
            LinkTo::Unasked => has_unasked = true,
        }
    }
    if has_unasked {
        linker.define_unknown_imports_as_traps(component)?;
    }
    Ok(linker)
}

/// Defines every function of an import to answer `denied`.
fn link_denial(
    linker: &mut Linker<State>,
    component: &Component,
    import: &str,
    at: usize,
) -> wasmtime::Result<()> {
    let engine = component.engine();
    let types = component.component_type();
    let Some(item) = types.imports(engine).find(|(name, _)| *name == import) else {
        return Ok(());
    };
    let ComponentItem::ComponentInstance(interface) = item.1.ty else {
        return Ok(());
    };
    let mut instance = linker.instance(import)?;
    for (name, item) in interface.exports(engine) {
        if let ComponentItem::ComponentFunc(function) = item.ty {
            if !shape::may_be_denied(&function) {
                wasmtime::bail!("`{import}` has a function `{name}` that is not the contract's");
            }
            define(&mut instance, name, &function, at)?;
        }
    }
    Ok(())
}

fn define(
    instance: &mut LinkerInstance<'_, State>,
    name: &str,
    function: &ComponentFunc,
    at: usize,
) -> wasmtime::Result<()> {
    if function.async_() {
        return instance.func_new_concurrent(name, move |accessor, _, arguments, results| {
            Box::pin(async move { accessor.with(|store| refuse(store, arguments, results, at)) })
        });
    }
    instance.func_new(name, move |store, _, arguments, results| {
        refuse(store, arguments, results, at)
    })
}

fn refuse(
    mut store: impl AsContextMut<Data = State>,
    arguments: &[Val],
    results: &mut [Val],
    at: usize,
) -> wasmtime::Result<()> {
    // The arguments were copied, whatever becomes of them.
    let (bytes, elements) = shape::size(arguments);
    Meter::charge(&mut store, price::call(bytes, elements))?;
    let mut context = store.as_context_mut();
    let state = context.data_mut();
    let Some(denial) = state.grant.denial(at).map(Arc::clone) else {
        wasmtime::bail!("the import {at} is linked otherwise than it was granted");
    };
    state.deny(&denial);
    answer(results, &denial);
    Ok(())
}

fn answer(results: &mut [Val], denial: &Denial) {
    let error = guest_error(denial);
    let text = |text: String| Val::String(text);
    let optional = |value: Option<String>| Val::Option(value.map(|value| Box::new(text(value))));
    let record = Val::Record(vec![
        ("code".to_owned(), text(error.code)),
        ("message".to_owned(), text(error.message)),
        ("permission".to_owned(), optional(error.permission)),
        ("line".to_owned(), optional(error.line)),
    ]);
    if let Some(result) = results.first_mut() {
        *result = Val::Result(Err(Some(Box::new(record))));
    }
}

/// What the guest is told of a denial.
pub(crate) fn guest_error(denial: &Denial) -> GuestError {
    GuestError {
        code: code::DENIED.to_owned(),
        message: denial.message.clone(),
        permission: denial
            .permission
            .as_ref()
            .map(|permission| permission.id().to_string()),
        line: denial.line.as_ref().map(ToString::to_string),
    }
}
