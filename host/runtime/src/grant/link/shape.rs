//! The shape of functions and of values, where a guest decides on them: a function
//! that is only ever denied is linked by its name alone.

use wasmtime::component::Val;
use wasmtime::component::types::{ComponentFunc, Type};

/// Whether a function can answer with the contract's error, and takes nothing
/// that the host would have to keep.
pub(super) fn may_be_denied(function: &ComponentFunc) -> bool {
    let mut results = function.results();
    let answers = match (results.next(), results.next()) {
        (Some(Type::Result(result)), None) => result.err().is_some_and(|error| is_error(&error)),
        _ => false,
    };
    answers && function.params().all(|(_, parameter)| is_plain(&parameter))
}

/// Whether a type is the record `error` of the contract.
fn is_error(error: &Type) -> bool {
    let Type::Record(record) = error else {
        return false;
    };
    let is_text = |ty: &Type| matches!(ty, Type::String);
    let is_optional_text = |ty: &Type| matches!(ty, Type::Option(option) if is_text(&option.ty()));
    let fields: Vec<_> = record.fields().collect();
    match fields.as_slice() {
        [code, message, permission, line] => {
            (code.name, message.name, permission.name, line.name)
                == ("code", "message", "permission", "line")
                && is_text(&code.ty)
                && is_text(&message.ty)
                && is_optional_text(&permission.ty)
                && is_optional_text(&line.ty)
        }
        _ => false,
    }
}

/// Whether a type holds data only. Types of a validated component are nested at
/// most 100 deep.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Bool
        | Type::S8
        | Type::U8
        | Type::S16
        | Type::U16
        | Type::S32
        | Type::U32
        | Type::S64
        | Type::U64
        | Type::Float32
        | Type::Float64
        | Type::Char
        | Type::String
        | Type::Enum(_)
        | Type::Flags(_) => true,
        Type::List(list) => is_plain(&list.ty()),
        Type::Option(option) => is_plain(&option.ty()),
        Type::Record(record) => record.fields().all(|field| is_plain(&field.ty)),
        Type::Tuple(tuple) => tuple.types().all(|ty| is_plain(&ty)),
        Type::Variant(variant) => variant.cases().all(|case| is_plain_if_any(case.ty)),
        Type::Result(result) => is_plain_if_any(result.ok()) && is_plain_if_any(result.err()),
        _ => false,
    }
}

fn is_plain_if_any(ty: Option<Type>) -> bool {
    ty.is_none_or(|ty| is_plain(&ty))
}

/// Bytes of text in `values`, and how many values there are. Names are text too: the
/// guest chooses them, and each value carries a copy.
pub(super) fn size(values: &[Val]) -> (usize, usize) {
    let mut total = (0_usize, 0_usize);
    let mut rest: Vec<&Val> = values.iter().collect();
    while let Some(value) = rest.pop() {
        total.1 = total.1.saturating_add(1);
        match value {
            Val::String(text) => total.0 = total.0.saturating_add(text.len()),
            Val::List(values) | Val::Tuple(values) => rest.extend(values),
            Val::Record(fields) => {
                for (name, value) in fields {
                    total.0 = total.0.saturating_add(name.len());
                    rest.push(value);
                }
            }
            Val::Enum(name) => total.0 = total.0.saturating_add(name.len()),
            Val::Flags(names) => {
                let bytes = names.iter().map(String::len);
                total.0 = bytes.fold(total.0, usize::saturating_add);
            }
            Val::Variant(name, value) => {
                total.0 = total.0.saturating_add(name.len());
                rest.extend(value.as_deref());
            }
            Val::Result(Ok(value) | Err(value)) | Val::Option(value) => {
                rest.extend(value.as_deref());
            }
            _ => {}
        }
    }
    total
}
