//! What a mini-app has used and may still use: fuel, memory and time.
//!
//! Knows the limits and Wasmtime's store, and nothing of what the guest does
//! with either. Fuel belongs to the store and callbacks interleave in it, so it
//! is counted for the app and reported per turn; it is exact for one callback
//! only where no other ran in the same turn.

mod bucket;
mod memory;
pub mod price;
mod share;
mod turn;
mod waiting;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wasmtime::component::{Accessor, HasData};
use wasmtime::{AsContextMut, StoreContextMut, Trap};

pub(crate) use bucket::Bucket;
pub(crate) use memory::{Lent, MemoryMeter, Refusal};
pub(crate) use turn::{Driven, TurnSignal, TurnTooLong};
pub use turn::{Trigger, Turn};
pub(crate) use waiting::Waiting;

use share::CoreShare;

use crate::instance::State;
use crate::limits::{self, Limits};

/// Bytes of a page of WebAssembly's memory.
const WASM_PAGE: usize = 64 << 10;

/// Awaits host work for a guest. Tops its bucket up if that has really waited:
/// work that is done at once is part of the turn that asked for it.
pub(crate) async fn waited<W: Future, D: HasData>(
    accessor: &Accessor<State, D>,
    work: W,
) -> wasmtime::Result<W::Output> {
    let (mut work, mut wait) = (pin!(work), None);
    let output = poll_fn(|cx| {
        let polled = work.as_mut().poll(cx);
        if polled.is_pending() && wait.is_none() {
            wait = Some(accessor.with(|mut store| store.data_mut().waiting.begin()));
        }
        polled
    })
    .await;
    if wait.is_some() {
        let pause = accessor.with(|mut store| {
            Meter::refill(&mut store)?;
            Ok::<_, wasmtime::Error>(store.data_mut().meter.over_share())
        })?;
        hold_back(pause).await;
    }
    Ok(output)
}

/// The same for a call that keeps the store while it waits, of a mini-app that takes
/// one call at a time.
pub(crate) async fn waited_in_store<W: Future>(
    store: &mut StoreContextMut<'_, State>,
    work: W,
) -> wasmtime::Result<W::Output> {
    let (output, has_waited) = noticed(work).await;
    if has_waited {
        Meter::refill(&mut *store)?;
        let pause = store.data_mut().meter.over_share();
        hold_back(pause).await;
    }
    Ok(output)
}

/// Charges for work that was waited for, and holds the call back while there is little fuel
/// left: work that waits is slowed, and not ended for want of fuel.
pub(crate) async fn paid<D: HasData>(
    accessor: &Accessor<State, D>,
    fuel: u64,
) -> wasmtime::Result<()> {
    while let Some(pause) = accessor.with(|store| Meter::pay(store, fuel))? {
        tokio::time::sleep(pause).await;
        accessor.with(|store| Meter::refill(store))?;
    }
    Ok(())
}

/// The same for a call that keeps the store while it waits.
pub(crate) async fn paid_in_store(
    store: &mut StoreContextMut<'_, State>,
    fuel: u64,
) -> wasmtime::Result<()> {
    while let Some(pause) = Meter::pay(&mut *store, fuel)? {
        tokio::time::sleep(pause).await;
        Meter::refill(&mut *store)?;
    }
    Ok(())
}

/// Sleeps, if there is anything to sleep for: even no time at all would let others run.
async fn hold_back(pause: Duration) {
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
}

/// Awaits work, and tells whether it has really waited.
async fn noticed<W: Future>(work: W) -> (W::Output, bool) {
    let mut work = pin!(work);
    let mut has_waited = false;
    let output = poll_fn(|cx| {
        let polled = work.as_mut().poll(cx);
        has_waited |= polled.is_pending();
        polled
    })
    .await;
    (output, has_waited)
}

/// Fuel for work that is done where the meter cannot be reached, such as on another
/// task. The meter takes it with the next charge.
#[derive(Clone, Default)]
pub(crate) struct Owed(Arc<AtomicU64>);

impl Owed {
    pub(crate) fn add(&self, fuel: u64) {
        self.0.fetch_add(fuel, Ordering::Relaxed);
    }

    pub(crate) fn take(&self) -> u64 {
        // Mostly there is nothing, and a read is cheaper than an exchange.
        match self.0.load(Ordering::Relaxed) {
            0 => 0,
            _ => self.0.swap(0, Ordering::Relaxed),
        }
    }
}

/// The meter of one mini-app; lives in its store.
pub(crate) struct Meter {
    metered: bool,
    bucket: Bucket,
    /// Fuel that the host has charged and not yet taken from the store: taking
    /// it restarts the store's slice, which must not happen at every call.
    debt: u64,
    owed: Owed,
    /// Fuel that was left when the store was last asked.
    level: u64,
    /// Whether slices are short, because the guest makes the host work.
    short_slices: bool,
    /// Whether a call that has not returned yet has waited.
    has_waited: bool,
    signal: Arc<TurnSignal>,
    share: CoreShare,
    pub(crate) memory: MemoryMeter,
}

impl Meter {
    pub(crate) fn new(limits: &Limits, metered: bool, signal: Arc<TurnSignal>) -> Self {
        Self {
            metered,
            bucket: Bucket::new(
                limits.fuel_per_event,
                limits.fuel_per_second,
                Instant::now(),
            ),
            debt: 0,
            owed: Owed::default(),
            level: limits.fuel_per_event,
            short_slices: false,
            has_waited: false,
            signal,
            share: CoreShare::new(limits.core_percent, Instant::now()),
            memory: MemoryMeter::new(limits.memory),
        }
    }

    /// Where work that is done elsewhere is charged.
    pub(crate) fn owed(&self) -> &Owed {
        &self.owed
    }

    /// Fills a new store's bucket.
    pub(crate) fn start(store: &mut wasmtime::Store<State>) -> wasmtime::Result<()> {
        if store.data().meter.metered {
            let fuel = store.data().meter.bucket.capacity();
            store.set_fuel(fuel)?;
            store.fuel_async_yield_interval(Some(limits::FUEL_SLICE))?;
        }
        Ok(())
    }

    /// Tops the bucket up for something that is delivered to the guest.
    pub(crate) fn refill(store: impl AsContextMut<Data = State>) -> wasmtime::Result<()> {
        Self::top_up(store, |bucket, level, debt| {
            bucket.refill(level, debt, Instant::now)
        })
    }

    /// Fills the bucket for the farewell: a mini-app whose supply is used up must
    /// be able to take its leave.
    pub(crate) fn fill(store: impl AsContextMut<Data = State>) -> wasmtime::Result<()> {
        Self::top_up(store, Bucket::fill)
    }

    fn top_up(
        mut store: impl AsContextMut<Data = State>,
        added: impl FnOnce(&mut Bucket, u64, u64) -> u64,
    ) -> wasmtime::Result<()> {
        let mut store = store.as_context_mut();
        let meter = &mut store.data_mut().meter;
        meter.memory.forget_refusal();
        if !meter.metered {
            return Ok(());
        }
        let level = store.get_fuel()?;
        let meter = &mut store.data_mut().meter;
        let debt = meter.take_debt();
        let added = added(&mut meter.bucket, level, debt);
        let left = level.saturating_add(added).checked_sub(debt);
        meter.level = left.unwrap_or(0);
        let short = std::mem::take(&mut meter.short_slices);
        if added > 0 || debt > 0 {
            store.set_fuel(left.unwrap_or(0))?;
        }
        if short {
            store.fuel_async_yield_interval(Some(limits::FUEL_SLICE))?;
        }
        match left {
            Some(_) => Ok(()),
            None => Err(Trap::OutOfFuel.into()),
        }
    }

    /// How long to hold the next event back, so that an app that is given many
    /// stays within its fuel per second and its share of a core.
    pub(crate) fn pause(mut store: impl AsContextMut<Data = State>) -> wasmtime::Result<Duration> {
        let mut store = store.as_context_mut();
        if !store.data().meter.metered {
            return Ok(Duration::ZERO);
        }
        let over = store.data_mut().meter.over_share();
        if !over.is_zero() {
            return Ok(over);
        }
        let level = store.get_fuel()?.saturating_sub(store.data().meter.debt);
        Ok(store.data().meter.bucket.pause(level, Instant::now))
    }

    /// How long an app that has kept a thread busy beyond its share is to be held
    /// back from what it waits for.
    fn over_share(&mut self) -> Duration {
        if self.share.is_within() && self.signal.unshared() < limits::BUSY_STEP {
            return Duration::ZERO;
        }
        let busy = self.signal.take_unshared();
        self.share.add(busy, Instant::now());
        self.share.pause()
    }

    /// [`waited_in_store`] for work that has the meter and not the store: the bucket is
    /// topped up by [`Meter::refill_if_waited`], when the call returns.
    pub(crate) async fn wait<W: Future>(&mut self, work: W) -> W::Output {
        let (output, has_waited) = noticed(work).await;
        if has_waited {
            self.wait_for_supply().await;
        }
        output
    }

    /// Notes that the call which returns next has waited, so that its bucket is topped up
    /// then. Holds it back for as long as the supply or its share of a core wants: work
    /// that waits is slowed, and not ended for want of fuel.
    pub(crate) async fn wait_for_supply(&mut self) {
        self.has_waited = true;
        let level = self.level.saturating_sub(self.debt);
        let short_of_fuel = self.metered && level < self.bucket.capacity() / 2;
        let supply = if short_of_fuel {
            self.bucket.pause(level, Instant::now)
        } else {
            Duration::ZERO
        };
        hold_back(supply.max(self.over_share())).await;
    }

    /// Tops the bucket up if the call that returns now has waited.
    pub(crate) fn refill_if_waited(
        mut store: impl AsContextMut<Data = State>,
    ) -> wasmtime::Result<()> {
        let mut store = store.as_context_mut();
        if std::mem::take(&mut store.data_mut().meter.has_waited) {
            Self::refill(store)?;
        }
        Ok(())
    }

    /// Fuel burnt since the launch, host work included.
    pub(crate) fn spent(mut store: impl AsContextMut<Data = State>) -> wasmtime::Result<u64> {
        let store = store.as_context_mut();
        let meter = &store.data().meter;
        if !meter.metered {
            return Ok(0);
        }
        Ok(meter
            .bucket
            .spent(store.get_fuel()?)
            .saturating_add(meter.debt))
    }

    /// What the bucket still holds, once everything is paid; everything there is, where
    /// nothing is metered.
    pub(crate) fn left(mut store: impl AsContextMut<Data = State>) -> wasmtime::Result<u64> {
        let store = store.as_context_mut();
        let meter = &store.data().meter;
        if !meter.metered {
            return Ok(u64::MAX);
        }
        Ok(store.get_fuel()?.saturating_sub(meter.debt))
    }

    /// Charges host work to the guest.
    ///
    /// # Errors
    ///
    /// [`Trap::OutOfFuel`] where the guest has less than that left, and
    /// [`TurnTooLong`] where it has kept the thread busy for too long: a guest
    /// that calls the host again and again may not be cut by a slice of fuel.
    pub(crate) fn charge(
        mut store: impl AsContextMut<Data = State>,
        fuel: u64,
    ) -> wasmtime::Result<()> {
        let mut store = store.as_context_mut();
        let meter = &mut store.data_mut().meter;
        meter.signal.check()?;
        if !meter.metered {
            return Ok(());
        }
        let owed = meter.owed.take();
        meter.debt = meter.debt.saturating_add(fuel).saturating_add(owed);
        if meter.debt >= limits::FUEL_SLICE {
            Self::settle(&mut store)?;
        }
        Ok(())
    }

    /// Charges host work, or tells how long to hold back who asked for it: where half a
    /// bucket would not be left, until the supply has what is missing. So many that are due
    /// at once are paid one after another.
    fn pay(
        mut store: impl AsContextMut<Data = State>,
        fuel: u64,
    ) -> wasmtime::Result<Option<Duration>> {
        let mut store = store.as_context_mut();
        if store.data().meter.metered {
            let level = store.get_fuel()?.saturating_sub(store.data().meter.debt);
            let (level, bucket) = (level.saturating_sub(fuel), &store.data().meter.bucket);
            if level < bucket.capacity() / 2 {
                let pause = bucket.pause(level, Instant::now);
                if !pause.is_zero() {
                    return Ok(Some(pause));
                }
                Self::refill(&mut store)?;
            }
        }
        Self::charge(&mut store, fuel)?;
        Ok(None)
    }

    /// Notes host work done where the store cannot be reached; the next charge takes
    /// it with its own.
    pub(crate) fn note(&mut self, fuel: u64) {
        if self.metered {
            self.debt = self.debt.saturating_add(fuel);
        }
    }

    /// Notes host work as [`Meter::note`] does, where many such calls may come before
    /// the next charge: they never owe more than a whole bucket.
    fn owe(&mut self, fuel: u64) -> wasmtime::Result<()> {
        self.note(fuel);
        if self.debt > self.bucket.capacity() {
            return Err(Trap::OutOfFuel.into());
        }
        Ok(())
    }

    /// What is owed and was not yet taken from the store.
    fn take_debt(&mut self) -> u64 {
        std::mem::take(&mut self.debt).saturating_add(self.owed.take())
    }

    /// Takes the debt from the store and returns what is left.
    fn settle(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<u64> {
        let level = store.get_fuel()?;
        let meter = &mut store.data_mut().meter;
        let debt = meter.take_debt();
        if debt == 0 {
            return Ok(level);
        }
        let Some(left) = level.checked_sub(debt) else {
            store.set_fuel(0)?;
            return Err(Trap::OutOfFuel.into());
        };
        store.data_mut().meter.level = left;
        store.set_fuel(left)?;
        // Setting the fuel begins a new slice, so that one who makes the host work, and
        // burns little by itself, would never come to the end of one.
        if debt >= limits::FUEL_SLICE && !store.data().meter.short_slices {
            store.data_mut().meter.short_slices = true;
            store.fuel_async_yield_interval(Some(limits::SHORT_SLICE))?;
        }
        Ok(left)
    }
}

impl wasmtime::ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grows = self.memory.grow(current, desired);
        let bytes = if grows {
            desired.saturating_sub(current)
        } else {
            0
        };
        let pages = u64::try_from(bytes / WASM_PAGE).unwrap_or(u64::MAX);
        self.owe(price::CALL.saturating_add(pages.saturating_mul(price::MEMORY_PAGE)))?;
        Ok(grows)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory.undo_growth();
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grows = self.memory.grow_table(current, desired);
        let elements = if grows {
            desired.saturating_sub(current)
        } else {
            0
        };
        self.owe(price::call(elements.saturating_mul(size_of::<usize>()), 0))?;
        Ok(grows)
    }

    /// What was counted stays counted: Wasmtime also says this of growths that it has
    /// not asked about, and there is nothing else that a table of ours fails of.
    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        Ok(())
    }

    fn instances(&self) -> usize {
        limits::CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        limits::TABLES_PER_COMPONENT as usize
    }

    fn memories(&self) -> usize {
        limits::MEMORIES_PER_COMPONENT as usize
    }
}
