// Everything that a script can replace, replaced; then all that it is not granted is asked for.

import { asked } from '../asked.js';

const { ownKeys, getOwnPropertyDescriptor: described, defineProperty: define, setPrototypeOf, getPrototypeOf } = Reflect;
const { create } = Object;
const undone = [];

/** What a property is to be, without anything that objects inherit. */
const holding = (value) => {
  const property = create(null);
  property.value = value;
  property.writable = property.enumerable = property.configurable = true;
  return property;
};

/** Keeps a way back. */
const keep = (undo) => define(undone, undone.length, holding(undo));

/** Replaces a property until it is all over. */
const replace = (holder, key, by) => {
  const before = described(holder, key);
  const after = typeof by === 'object' ? setPrototypeOf(by, null) && by : holding(by);
  if (!define(holder, key, after)) return;
  keep(() => (before ? define(holder, key, before) : delete holder[key]));
};

const prototypes = [Array, String, Object, Map, Set, WeakMap, Promise, RegExp, Date, Function, Number, Symbol, Error, Uint8Array, ArrayBuffer, Response, Headers, URL];

const functionsOf = (holder) =>
  ownKeys(holder).filter((key) => key !== 'constructor' && typeof described(holder, key).value === 'function');

/** Replaces all functions of the language by what one makes of each. */
const replaceAll = (by) => {
  const holders = [...prototypes.map((kind) => kind.prototype), JSON, Object, Array, Promise, Reflect, String, Math];
  const found = holders.map((holder) => ({ holder, keys: functionsOf(holder) }));
  for (let at = 0; at < found.length; at += 1) {
    const { holder, keys } = found[at];
    for (let of = 0; of < keys.length; of += 1) replace(holder, keys[of], by(holder[keys[of]]));
  }
};

const NAMES = ['code', 'message', 'permission', 'line', 'status', 'url', 'body', 'success', 'then', 'value', 'writable', 'enumerable', 'get', 'set', 'data', 'signal', '0', '1', 'length'];

const pollutions = {
  'every function throws': () => replaceAll(() => () => { throw new Error('polluted'); }),
  'every function answers nothing': () => replaceAll(() => () => undefined),
  'every function answers its first': () => replaceAll(() => (first) => first),
  'every function is a proxy of itself': () => replaceAll((original) => new Proxy(original, {})),
  ...Object.fromEntries(
    NAMES.map((name) => [`every object has \`${name}\``, () => replace(Object.prototype, name, { get: () => 'granted', set() {}, configurable: true })]),
  ),
  'every list has a first': () => {
    for (const index of [0, 1, 2]) replace(Array.prototype, index, { get: () => undefined, set() {}, configurable: true });
  },
  'then of a promise': () => replace(Promise.prototype, 'then', function (resolve) { resolve?.({ data: 'granted', userInfo: {} }); return this; }),
  'the constructor of a promise': () => {
    replace(Promise.prototype, 'constructor', { get: () => function (run) { run(() => {}, () => {}); }, configurable: true });
  },
  'species of a promise': () => replace(Promise, Symbol.species, { get() { throw new Error('polluted'); }, configurable: true }),
  'iterators that end at once': () => replace(Array.prototype, Symbol.iterator, () => ({ next: () => ({ done: true }) })),
  'iterators that tell other things': () => replace(Array.prototype, Symbol.iterator, function () {
    const list = this;
    let at = 0;
    return { next: () => ({ done: at >= list.length, value: ((at += 1), undefined) }) };
  }),
  'iterators that throw': () => replace(Array.prototype, Symbol.iterator, () => { throw new Error('polluted'); }),
  'JSON that lies': () => {
    replace(JSON, 'stringify', () => '{"granted":true}');
    replace(JSON, 'parse', () => ({ granted: true }));
  },
  'concat, and templates': () => {
    replace(String.prototype, 'concat', () => 'https://rogue.example.com/');
    replace(Object.prototype, Symbol.toPrimitive, () => 'https://rogue.example.com/');
    replace(Array.prototype, Symbol.isConcatSpreadable, true);
  },
  'instanceof': () => {
    for (const kind of [Error, ArrayBuffer, Promise, Date, Map]) replace(kind, Symbol.hasInstance, () => true);
  },
  'matching': () => {
    for (const key of [Symbol.match, Symbol.replace, Symbol.split, Symbol.search]) replace(RegExp.prototype, key, () => []);
    replace(RegExp.prototype, 'exec', () => null);
  },
  'prototypes of prototypes': () => {
    const proxy = new Proxy(Object.create(null), { get: () => 'granted', has: () => true, set: () => true });
    for (const holder of [fc, Array.prototype, Function.prototype, Promise.prototype, Error.prototype]) {
      const before = getPrototypeOf(holder);
      setPrototypeOf(holder, proxy);
      keep(() => setPrototypeOf(holder, before));
    }
  },
  'the globals': () => {
    for (const name of ['Promise', 'Object', 'Array', 'JSON', 'Error', 'TypeError', 'Uint8Array', 'ArrayBuffer', 'Map', 'String', 'Math', 'Reflect', 'Symbol', 'URL', 'Headers', 'Response', 'encodeURIComponent', 'isNaN', 'Number', 'Date', 'console', 'undefined']) {
      replace(globalThis, name, () => { throw new Error('polluted'); });
    }
  },
  'fc itself': () => {
    for (const name of ownKeys(fc)) if (name !== 'setData') replace(fc, name, { get: () => fc.request, configurable: true });
  },
  'stacks': () => {
    replace(Error, 'prepareStackTrace', () => ({ code: 'granted' }));
    replace(Error.prototype, 'toString', () => 'granted');
  },
};

const { defineProperty, keys } = Object;
const { setTimeout: later } = globalThis;

export const handlers = {
  pollute(event) {
    const reached = [];
    const ways = keys(asked);
    // Before anything is replaced: what goes wrong afterwards is not to keep it from being told.
    const told = { tried: ways.length };
    defineProperty(told, 'reached', { value: reached, enumerable: true });
    later(() => {
      // The last that was replaced goes first.
      for (let at = undone.length - 1; at >= 0; at -= 1) undone[at]();
      this.setData(told);
    }, 50);
    const original = { ...fc };
    pollutions[event.detail]();
    for (let at = 0; at < ways.length; at += 1) {
      const name = ways[at];
      try {
        asked[name](() => { define(reached, reached.length, holding(name)); }, original);
      } catch {
        // It was refused.
      }
    }
  },
};

/** The ways of each handler: each is tried in a life of its own. */
export const ways = { pollute: Object.keys(pollutions) };
