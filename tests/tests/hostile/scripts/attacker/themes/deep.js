// Recursion, and what is nested so deep that whoever walks it recurs.

// More than any stack has room for, and built with a part of an event's fuel.
const DEPTH = 2_500;
const LENGTH = 100_000;

const nested = (wrap, from = null) => {
  let value = from;
  for (let at = 0; at < DEPTH; at += 1) value = wrap(value);
  return value;
};

const lists = () => nested((value) => [value]);

const recursions = {
  plain: () => {
    const again = () => again() + 1;
    return again();
  },
  'big frames': () => {
    const again = (...rest) => again(...rest, 1, 2, 3, 4) + 1;
    return again();
  },
  bind: () => nested((f) => f.bind(null), () => 1)(),
  proxy: () => nested((proxy) => new Proxy(proxy, {}), {}).x,
  'proxy of a function': () => nested((proxy) => new Proxy(proxy, {}), () => 1)(),
  'proxy that is its own prototype': () => {
    const proxy = new Proxy({}, { getPrototypeOf: () => proxy, get: (target, key, self) => self[key] });
    return proxy.x;
  },
  reviver: () => {
    const again = () => JSON.parse('[1]', again);
    return again();
  },
  replacer: () => {
    const again = () => JSON.stringify([1], again);
    return again();
  },
  comparator: () => {
    const again = () => [2, 1].sort(again);
    return again();
  },
  'replace callback': () => {
    const again = () => 'x'.replace(/x/, again);
    return again();
  },
  getter: () => {
    const object = { get x() { return this.x; } };
    return object.x;
  },
  toString: () => {
    const object = { toString() { return `${this}`; } };
    return `${object}`;
  },
  'toPrimitive of a date': () => {
    const object = { [Symbol.toPrimitive]() { return new Date(object); } };
    return new Date(object);
  },
  'tagged constructor': () => {
    class Again { constructor() { return new Again(); } }
    return new Again();
  },
  species: () => {
    class List extends Array { static get [Symbol.species]() { return function () { return new List(1).map((x) => x); }; } }
    return new List(1).map((x) => x);
  },
  'iterator': () => {
    const iterable = { [Symbol.iterator]: () => [...iterable] };
    return [...iterable];
  },
  'dispatched events': () => {
    const target = new EventTarget();
    target.addEventListener('x', () => target.dispatchEvent(new Event('x')));
    target.dispatchEvent(new Event('x'));
    throw new Error('each listener was stopped by itself');
  },
};

const walks = {
  parse: () => JSON.parse('['.repeat(LENGTH)),
  'parse with a reviver': () => JSON.parse('['.repeat(2_000) + ']'.repeat(2_000), (_, value) => value),
  stringify: () => JSON.stringify(lists()),
  prototypes: () => nested((of) => Object.create(of), {}).x,
  flat: () => lists().flat(Infinity),
  join: () => String(lists()),
  clone: () => structuredClone(lists()),
  pattern: () => new RegExp('('.repeat(LENGTH) + ')'.repeat(LENGTH)),
  'pattern of alternatives': () => new RegExp('(?:a|'.repeat(LENGTH) + ')'.repeat(LENGTH)).test('b'),
  'pattern of classes': () => new RegExp('['.repeat(LENGTH) + ']'.repeat(LENGTH), 'v'),
  causes: () => {
    throw nested((cause) => new Error('x', { cause }));
  },
  'set-data of lists': (page) => page.setData({ deep: lists() }),
  'set-data of objects': (page) => page.setData({ deep: nested((o) => ({ o })) }),
  'set-data path': (page) => page.setData({ ['a.'.repeat(LENGTH) + 'a']: 1 }),
  'set-data indices': (page) => page.setData({ ['a' + '[0]'.repeat(LENGTH)]: 1 }),
  'set-data of a hundred levels, a hundred times over': (page) => {
    let path = 'deep';
    for (let at = 0; at < 100; at += 1) {
      path += '.a'.repeat(100);
      page.setData({ [path]: 1 });
    }
  },
  storage: () => wx.setStorageSync('deep', lists()),
  body: () => {
    let failed;
    fc.request({ url: 'https://rogue.example.com/', method: 'POST', data: lists(), fail: (error) => (failed = error) });
    return failed;
  },
  'a log line': () => console.log(lists(), nested((cause) => new Error('x', { cause }))),
  'a rejection': () => Promise.reject(nested((cause) => new Error('x', { cause }))),
  'promises': () => nested((value) => Promise.resolve(1).then(() => value)),
  'freed at once': (page) => {
    page.held = lists();
    page.held = nested((o) => ({ o }));
    page.held = null;
  },
};

export const handlers = {
  recur: (event) => void recursions[event.detail](),
  async walk(event) {
    await walks[event.detail](this);
  },
};

/** The ways of each handler: each is tried in a life of its own. */
export const ways = { recur: Object.keys(recursions), walk: Object.keys(walks) };
