//! The Wasmtime engine: one configuration for machine code and for the
//! interpreter, and the pool that instances come from.
//!
//! Knows nothing of mini-apps, grants or capabilities. What goes wrong here goes
//! wrong for every mini-app, so each switch below has its reason beside it.

use std::fmt;
use std::sync::Arc;

use wasmtime::component::Component;
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::limits;

/// How a mini-app's code is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Execution {
    /// Compiled to machine code.
    #[default]
    Jit,
    /// Compiled to byte code and interpreted, where a process may not make code
    /// executable. Ten to forty times slower at computing, alike at everything else.
    Interpreter,
}

impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jit => "jit",
            Self::Interpreter => "interpreter",
        })
    }
}

/// How an engine is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineOptions {
    /// Machine code or interpreter.
    pub execution: Execution,
    /// Mini-apps that may live at once; 100. Each reserves 4 GiB of address
    /// space when compiled, and no memory until it is launched.
    pub live_apps: u32,
    /// Stacks for all live mini-apps together, one each and some for calls that
    /// wait synchronously; [`limits::SPARE_STACKS`] more than `live_apps` if absent.
    pub stacks: Option<u32>,
    /// Largest memory limit that a mini-app of this engine can be given, in bytes.
    pub memory: usize,
    /// Whether fuel is counted. Without it nothing stops a mini-app that computes
    /// for ever; only measurements of the meter itself turn it off.
    pub metered: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            execution: Execution::Jit,
            live_apps: 100,
            stacks: None,
            memory: limits::MEMORY,
            metered: true,
        }
    }
}

/// An engine could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the WebAssembly engine ({execution}) could not be set up: {reason}")]
pub struct EngineError {
    /// How it was to execute.
    pub execution: Execution,
    /// What the engine says.
    pub reason: String,
}

/// A component could not be compiled.
#[derive(Debug, thiserror::Error)]
#[error(
    "the component does not compile: {0}; rebuild it with a current tool chain, and check it with `miniapp inspect`"
)]
pub struct CompileError(pub String);

/// What live mini-apps hold of the pool at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoolUsage {
    /// Component instances.
    pub instances: u64,
    /// Linear memories.
    pub memories: usize,
    /// Tables.
    pub tables: usize,
    /// Fiber stacks.
    pub stacks: usize,
}

/// Compiles components and lends the memory that they run in. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    wasmtime: wasmtime::Engine,
    options: EngineOptions,
    pooled: bool,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("options", &self.inner.options)
            .field("pooled", &self.inner.pooled)
            .finish()
    }
}

impl Engine {
    /// Sets up an engine. Instances come from a pool where the process may
    /// reserve the address space for it, else each maps its own memory.
    ///
    /// # Errors
    ///
    /// Where the machine has no back end for [`EngineOptions::execution`].
    pub fn new(options: EngineOptions) -> Result<Self, EngineError> {
        let refused = |reason: wasmtime::Error| EngineError {
            execution: options.execution,
            reason: format!("{reason:#}"),
        };
        let mut pooled = configuration(&options).map_err(refused)?;
        pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(&options)));
        if let Ok(wasmtime) = wasmtime::Engine::new(&pooled) {
            return Ok(Self::from_parts(wasmtime, options, true));
        }
        let on_demand = configuration(&options).map_err(refused)?;
        let wasmtime = wasmtime::Engine::new(&on_demand).map_err(refused)?;
        Ok(Self::from_parts(wasmtime, options, false))
    }

    fn from_parts(wasmtime: wasmtime::Engine, options: EngineOptions, pooled: bool) -> Self {
        Self {
            inner: Arc::new(Inner {
                wasmtime,
                options,
                pooled,
            }),
        }
    }

    /// How this engine was set up.
    pub fn options(&self) -> &EngineOptions {
        &self.inner.options
    }

    /// Whether instances come from a pool.
    pub fn is_pooled(&self) -> bool {
        self.inner.pooled
    }

    /// What is in use of the pool, if there is one.
    pub fn pool_usage(&self) -> Option<PoolUsage> {
        self.inner
            .wasmtime
            .pooling_allocator_metrics()
            .map(|metrics| PoolUsage {
                instances: metrics.component_instances(),
                memories: metrics.memories(),
                tables: metrics.tables(),
                stacks: metrics.stacks(),
            })
    }

    /// Wasmtime's own engine, for measurements beside this one.
    pub fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner.wasmtime
    }

    /// Compiles a component. Takes 150–250 ms for one of 40 KB, so call it off
    /// the threads that have to answer.
    ///
    /// # Errors
    ///
    /// Where the component is malformed or uses what this engine has turned off.
    pub fn compile(&self, component: &[u8]) -> Result<Component, CompileError> {
        Component::from_binary(&self.inner.wasmtime, component)
            .map_err(|error| CompileError(format!("{error:#}")))
    }
}

/// The configuration, but for the allocation strategy. Compiling and executing
/// engines must agree in every switch: this function is the only place for them.
fn configuration(options: &EngineOptions) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .consume_fuel(options.metered)
        .max_wasm_stack(limits::WASM_STACK)
        .async_stack_size(limits::FIBER_STACK)
        // What no guest needs and what has cost others advisories.
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        // Copy-on-write images make a launch cost what it touches.
        .memory_init_cow(true)
        // A trap's backtrace names the guest's functions.
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(32));
    if options.execution == Execution::Interpreter {
        // No executable memory, no signal handlers, and no more address space than
        // the memory that a mini-app may have: bounds are checked in any case.
        config
            .target("pulley64")?
            .signals_based_traps(false)
            .memory_reservation(u64::try_from(options.memory)?)
            .memory_guard_size(0)
            .memory_reservation_for_growth(0);
    }
    Ok(config)
}

fn pool(options: &EngineOptions) -> PoolingAllocationConfig {
    let apps = options.live_apps;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(apps)
        .total_core_instances(apps.saturating_mul(limits::CORE_INSTANCES))
        .total_memories(apps.saturating_mul(limits::MEMORIES_PER_COMPONENT))
        .total_tables(apps.saturating_mul(limits::TABLES_PER_COMPONENT))
        .total_stacks(
            options
                .stacks
                .unwrap_or(apps.saturating_add(limits::SPARE_STACKS)),
        )
        .max_component_instance_size(2 << 20)
        .max_core_instance_size(limits::CORE_INSTANCE_BYTES)
        .max_core_instances_per_component(limits::CORE_INSTANCES)
        .max_memories_per_component(limits::MEMORIES_PER_COMPONENT)
        .max_tables_per_component(limits::TABLES_PER_COMPONENT)
        .table_elements(limits::TABLE_ELEMENTS)
        .max_memory_size(options.memory);
    // What a mini-app has written is written back when it ends, rather than given back to the
    // system page by page: the next one in its place finds the pages there, and most launches
    // write to the same ones. Only where the system can tell which they are.
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.pagemap_scan(Enabled::Yes)
            .linear_memory_keep_resident(limits::KEPT_MEMORY)
            .max_unused_warm_slots(0);
    }
    pool
}
