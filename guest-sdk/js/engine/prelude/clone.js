// structuredClone (HTML Standard), for what there is in this engine: no streams, no ports.
const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const VIEWS = {
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView,
};
const viewName = uncurry(Object.getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get);
const sliceBuffer = uncurry(ArrayBuffer.prototype.slice);

const notCloned = (what) => new DOMException(`structuredClone: ${what} cannot be cloned`, 'DataCloneError');

const cloneObject = (value, seen) => {
  const remember = (copy) => {
    mapSet(seen, value, copy);
    return copy;
  };
  if (isFunction(value)) throw notCloned('a function');
  if (value instanceof Date) return remember(new Date(+value));
  if (value instanceof RegExp) return remember(new RegExp(value.source, value.flags));
  if (value instanceof Boolean || value instanceof Number || value instanceof String || value instanceof BigInt) {
    return remember(Object(value.valueOf()));
  }
  if (value instanceof ArrayBuffer) return remember(sliceBuffer(value, 0));
  if (ArrayBuffer.isView(value)) {
    const View = VIEWS[viewName(value) ?? 'DataView'];
    const buffer = clone(value.buffer, seen);
    return remember(new View(buffer, value.byteOffset, View === DataView ? value.byteLength : value.length));
  }
  if (value instanceof Map) {
    const copy = remember(new Map());
    for (const [key, held] of [...value]) mapSet(copy, clone(key, seen), clone(held, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = remember(new Set());
    for (const held of [...value]) copy.add(clone(held, seen));
    return copy;
  }
  if (value instanceof Error) {
    const Kind = hasOwn(ERRORS, value.name) ? ERRORS[value.name] : Error;
    const copy = remember(create(Kind.prototype));
    const hidden = (name, told) => defineProperty(copy, name, { value: told, writable: true, configurable: true });
    if (hasOwn(value, 'message')) hidden('message', toText(value.message));
    if (hasOwn(value, 'stack')) hidden('stack', toText(value.stack));
    if (hasOwn(value, 'cause')) hidden('cause', clone(value.cause, seen));
    return copy;
  }
  if (value instanceof PromiseOriginal) throw notCloned('a promise');
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) throw notCloned('what is held weakly');
  const copy = remember(isArray(value) ? new Array(value.length) : {});
  for (const key of keys(value)) own(copy, key, clone(value[key], seen));
  return copy;
};

const clone = (value, seen) => {
  if (typeof value === 'symbol') throw notCloned('a symbol');
  if (!isObject(value) && !isFunction(value)) return value;
  return mapHas(seen, value) ? mapGet(seen, value) : cloneObject(value, seen);
};

global('structuredClone', function structuredClone(value, options) {
  if (arguments.length === 0) throw new TypeError('structuredClone: expected a value');
  if (options?.transfer?.length > 0) throw notCloned('what is to be transferred');
  return clone(value, new Map());
});
