//! Engines of scripts: components that are compiled once and run many mini-apps, each instance the
//! script of one. Knows nothing of any language, nor of who is granted what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use miniapp_package::{
    Component, ComponentInfo, Digest, Import, InspectError, World, is_script_source,
};

use crate::engine::CompileError;
use crate::grant::{Grant, Shape};
use crate::prepared::Linked;
use crate::runtime::Runtime;

/// An engine cannot be added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptEngineError {
    /// Its bytes are no component of the contract's worlds.
    #[error("the engine is not one: {0}")]
    Inspect(#[from] InspectError),
    /// It has no way to be given a script.
    #[error(
        "the component does not import `miniapp:script/source`, so it is no engine of scripts; install it as a mini-app"
    )]
    NoSource,
    /// It does not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

/// The engines of a runtime, by the digests of their components.
#[derive(Default)]
pub(crate) struct ScriptEngines {
    known: Mutex<BTreeMap<Digest, Arc<ScriptEngine>>>,
}

/// An engine, compiled.
pub(crate) struct ScriptEngine {
    component: wasmtime::component::Component,
    info: ComponentInfo,
    world: World,
    /// How it was linked for those that are installed: most mini-apps are granted alike.
    linked: Mutex<Vec<(Shape, Weak<Linked>)>>,
}

impl ScriptEngines {
    /// Compiles an engine, unless it is there already.
    pub(crate) fn add(
        &self,
        runtime: &Runtime,
        bytes: Vec<u8>,
    ) -> Result<Digest, ScriptEngineError> {
        let digest = Digest::of(&bytes);
        if self.find(&digest).is_some() {
            return Ok(digest);
        }
        let Component { bytes, info, world } = Component::new(bytes)?;
        let mut imported = info.imports.iter().flat_map(|import| &import.interface);
        if !imported.any(is_script_source) {
            return Err(ScriptEngineError::NoSource);
        }
        let engine = ScriptEngine {
            component: runtime.engine().compile(&bytes)?,
            info,
            world,
            linked: Mutex::default(),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(digest).or_insert_with(|| Arc::new(engine));
        Ok(digest)
    }

    pub(crate) fn find(&self, digest: &Digest) -> Option<Arc<ScriptEngine>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(digest).cloned()
    }

    pub(crate) fn digests(&self) -> Vec<Digest> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.keys().copied().collect()
    }
}

impl ScriptEngine {
    /// What it imports, for all of its scripts.
    pub(crate) fn imports(&self) -> &[Import] {
        &self.info.imports
    }

    /// It linked for a grant, once for all that are granted alike.
    pub(crate) fn link(&self, grant: &Grant) -> wasmtime::Result<Arc<Linked>> {
        let shape = Shape::of(grant);
        let mut known = self.linked.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(_, linked)| linked.strong_count() > 0);
        let alike = known.iter().find(|(known, _)| *known == shape);
        if let Some(linked) = alike.and_then(|(_, linked)| linked.upgrade()) {
            return Ok(linked);
        }
        let linked = Linked::new(grant, &self.component, &self.info, self.world)?;
        let linked = Arc::new(linked);
        known.push((shape, Arc::downgrade(&linked)));
        Ok(linked)
    }
}
