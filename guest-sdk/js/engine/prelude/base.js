// What the rest of the prelude stands on: the built-in functions as they were before any
// code of a mini-app ran, so that nothing a mini-app replaces changes how it is served.
const { stringify, parse } = JSON;
const { isArray, from: arrayFrom } = Array;
const { assign, create, defineProperty, entries, freeze, getPrototypeOf, hasOwn, keys } = Object;
const { apply, construct, ownKeys } = Reflect;
const { floor, max, trunc } = Math;
const uncurry = (method) => (self, ...rest) => apply(method, self, rest);
const push = uncurry(Array.prototype.push);
const join = uncurry(Array.prototype.join);
const splice = uncurry(Array.prototype.splice);
const filter = uncurry(Array.prototype.filter);
const sorted = uncurry(Array.prototype.sort);
const map = uncurry(Array.prototype.map);
const pop = uncurry(Array.prototype.pop);
const part = uncurry(Array.prototype.slice);
const has = uncurry(Array.prototype.includes);
const indexOf = uncurry(Array.prototype.indexOf);
const slice = uncurry(String.prototype.slice);
const charAt = uncurry(String.prototype.charAt);
const lower = uncurry(String.prototype.toLowerCase);
const upper = uncurry(String.prototype.toUpperCase);
const split = uncurry(String.prototype.split);
const find = uncurry(String.prototype.indexOf);
const startsWith = uncurry(String.prototype.startsWith);
const includes = uncurry(String.prototype.includes);
const wellFormed = uncurry(String.prototype.toWellFormed);
const search = uncurry(RegExp.prototype.exec);
const replace = uncurry(String.prototype.replace);
const dateToISO = uncurry(Date.prototype.toISOString);
const dateTime = uncurry(Date.prototype.getTime);
const mapGet = uncurry(Map.prototype.get);
const mapSet = uncurry(Map.prototype.set);
const mapHas = uncurry(Map.prototype.has);
const mapDelete = uncurry(Map.prototype.delete);
const mapClear = uncurry(Map.prototype.clear);
const toText = String;
const fromCode = String.fromCharCode;
const PromiseOriginal = Promise;
const then = uncurry(Promise.prototype.then);
const settledThen = uncurry(Promise.prototype.finally);

const resolved = PromiseOriginal.resolve();

/** Runs a function once the code that runs now is done. */
const soon = (run) => {
  then(resolved, run);
};

/** A text as the host takes it: lone surrogates become U+FFFD. */
const text = (value) => wellFormed(toText(value));

/** A value as JSON that the host reads: no text there has half a character, which `stringify`
 * writes as an escape. */
const json = (value) => {
  const written = stringify(value);
  if (written === undefined || !includes(written, '\\ud')) return written;
  return replace(written, /\\(?:ud[89a-f]..|.)/g, (escape) => (escape.length > 2 ? '\\ufffd' : escape));
};

const isObject = (value) => typeof value === 'object' && value !== null;
const isFunction = (value) => typeof value === 'function';

/** What an object is as a plain value (`ToPrimitive`). */
const primitiveOf = (value, hint) => {
  if (!isObject(value) && !isFunction(value)) return value;
  const convert = value[Symbol.toPrimitive];
  const ways = convert === undefined || convert === null ? ['valueOf', 'toString'] : [Symbol.toPrimitive];
  for (let at = 0; at < ways.length; at += 1) {
    const way = value[ways[at]];
    const primitive = isFunction(way) ? apply(way, value, ways.length === 1 ? [hint] : []) : value;
    if (!isObject(primitive) && !isFunction(primitive)) return primitive;
  }
  throw new TypeError('an object cannot be made a plain value');
};

const isPlain = (value) => {
  if (!isObject(value)) return false;
  const prototype = getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A copy of plain objects and arrays, all the way down; everything else is shared. */
const deepCopy = (value, seen = new Map()) => {
  if (!isArray(value) && !isPlain(value)) return value;
  if (mapHas(seen, value)) return mapGet(seen, value);
  const copy = isArray(value) ? [] : {};
  mapSet(seen, value, copy);
  for (const key of keys(value)) own(copy, key, deepCopy(value[key], seen));
  return copy;
};

/** Sets a property of an object's own, whatever its prototype has under that name. */
const own = (object, key, value) =>
  defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });

/** Makes a global, as web platforms have them: replaceable, and not enumerated. */
const global = (name, value) =>
  defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });

/** What the host answers where it does not do what it was asked. */
class HostError extends Error {
  constructor(api, failure) {
    const lines = [failure.message];
    if (failure.line) push(lines, `to grant it, write in ${failure.line}`);
    const told = join(lines, '; ');
    super(api ? `${api}: ${told}` : told);
    this.errMsg = api ? `${api}:fail ${told}` : told;
    this.code = failure.code;
    if (failure.permission) this.permission = failure.permission;
    if (failure.line) this.line = failure.line;
  }
}
defineProperty(HostError.prototype, 'name', { value: 'HostError', writable: true, configurable: true });

const hostError = (api, failure) => (failure instanceof Error ? failure : new HostError(api, failure));

/** An error of a mini-app's own making: what it gave is not what an API takes. */
const invalid = (message) => ({ code: 'invalid-argument', message });
