// setTimeout and its kin (HTML Standard, "Timers"). A string in place of a function is
// refused: it would be code that nobody has reviewed.
const timers = new Map();
let lastTimer = 0;

const delayOf = (delay) => {
  const milliseconds = Math.trunc(Number(delay));
  return milliseconds > 0 ? Math.min(milliseconds, 0x7fffffff) : 0;
};

const arm = (id, timer) => {
  const failure = native.startTimer(id, timer.delay);
  if (!failure) return;
  mapDelete(timers, id);
  throw hostError(timer.name, failure);
};

/** Runs a timer that is due, unless it was stopped meanwhile. */
const runTimer = (id) => {
  const timer = mapGet(timers, id);
  if (timer === undefined) return;
  if (timer.repeats) arm(id, timer);
  else mapDelete(timers, id);
  apply(timer.run, undefined, timer.rest);
};

const start = (name, repeats, run, delay, rest) => {
  if (!isFunction(run)) {
    throw new TypeError(`${name}: expected a function, came ${typeof run}; code in a string does not run in a mini-app`);
  }
  lastTimer += 1;
  const timer = { name, repeats, run, rest, delay: delayOf(delay) };
  // An interval without a pause would be one endless turn.
  if (repeats) timer.delay = Math.max(timer.delay, 4);
  mapSet(timers, lastTimer, timer);
  arm(lastTimer, timer);
  return lastTimer;
};

const stop = (id) => {
  const known = Number(id);
  if (mapDelete(timers, known)) native.stopTimer(known);
};

global('setTimeout', (run, delay, ...rest) => start('setTimeout', false, run, delay, rest));
global('setInterval', (run, delay, ...rest) => start('setInterval', true, run, delay, rest));
global('clearTimeout', stop);
global('clearInterval', stop);
global('queueMicrotask', (run) => {
  if (!isFunction(run)) throw new TypeError(`queueMicrotask: expected a function, came ${typeof run}`);
  soon(() => run());
});
