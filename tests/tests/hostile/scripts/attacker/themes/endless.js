// Loops that nothing of their own ends.

const spin = () => {
  for (;;) {}
};

const loops = {
  plain: spin,
  'in finally': () => {
    try {
      spin();
    } finally {
      spin();
    }
  },
  'in catch': () => {
    try {
      spin();
    } catch {
      spin();
    }
  },
  'in an iterator that is closed': () => {
    for (const _ of { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return: spin }) }) spin();
  },
};

/** Where the prelude calls what it was given. */
const traps = {
  getter: (page) => page.setData({ get x() { return spin(); } }),
  toJSON: (page) => page.setData({ x: { toJSON: spin } }),
  'keys of a proxy': (page) => page.setData(new Proxy({}, { ownKeys: spin })),
  'value of a proxy': (page) => page.setData(new Proxy({ x: 1 }, { get: spin })),
  'list of a proxy': (page) => page.setData({ x: new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 53 - 1 : 1) }) }),
  'text of a title': () => fc.setNavigationBarTitle({ title: { toString: spin }, fail() {} }),
  'keys of a log': () => console.log(new Proxy({}, { ownKeys: spin })),
  'name of a timer': () => clearTimeout({ valueOf: spin }),
  'address': () => fc.request({ get url() { return spin(); } }),
  'header': () => fc.request({ url: 'https://rogue.example.com/', header: { x: { toString: spin } } }),
  'iterable': () => new Headers({ [Symbol.iterator]: () => ({ next: () => ({ value: ['a', 'b'], done: false }) }) }),
  'signals': () => AbortSignal.any({ [Symbol.iterator]: () => ({ next: () => ({ value: new AbortController().signal, done: false }) }) }),
};

/** Functions of the language that work on for long without calling anybody. */
const builtIns = {
  indexOf: () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1),
  fill: () => Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 1),
  join: () => Array.prototype.join.call({ length: 2 ** 32 - 1 }),
  reverse: () => Array.prototype.reverse.call({ length: 2 ** 53 - 1 }),
  sort: () => Array.prototype.sort.call({ length: 2 ** 31 - 1 }),
  copyWithin: () => Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 1),
  concat: () => [].concat({ length: 2 ** 53 - 2, [Symbol.isConcatSpreadable]: true }),
  from: () => Array.from({ length: 2 ** 32 - 1 }),
  'power of big numbers': () => 3n ** 10_000_000n,
  'digits of big numbers': () => (2n ** 200_000n).toString().length,
  'spread arguments': () => Math.max(...new Array(10_000_000)),
  'typed sort': () => {
    for (;;) new Float64Array(100_000).map((_, at) => -at).sort();
  },
  replaceAll: () => {
    for (;;) 'x'.repeat(100_000).replaceAll('x', 'yy');
  },
  localeCompare: () => {
    for (;;) 'ä'.repeat(100_000).normalize('NFD').localeCompare('ä'.repeat(100_000));
  },
  'dates': () => {
    for (;;) new Date(2026, 0, 1).toString();
  },
  'formats': () => {
    for (;;) new Intl.NumberFormat('de', { style: 'currency', currency: 'EUR' }).format(1e15);
  },
  'waiting for others': () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  'copies': () => {
    const list = new Array(100).fill({});
    for (;;) structuredClone(list);
  },
};

const patterns = {
  'nested quantifiers': () => /^(a+)+$/.test('a'.repeat(40) + 'b'),
  'overlapping alternatives': () => /^(a|a|a|a)*$/.test('a'.repeat(40) + 'b'),
  'any, many times': () => /^(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x$/.test('a'.repeat(5_000)),
  'back references': () => /^(a*)\1*(a*)\2*(a*)\3*b$/.test('a'.repeat(2_000)),
  'looking behind': () => /(?<=x(a+)+)b/.test('a'.repeat(40) + 'b'),
  'counted': () => /^(?:(?:a{1,100}){1,100}){1,100}$/.test('a'.repeat(10_000) + 'b'),
  'empty loops': () => /^(?:(?:)*)*(?:a?){5000}b$/.test('a'.repeat(5_000)),
  'sticky, for ever': () => {
    const pattern = /(?:)/y;
    while (pattern.test('')) pattern.lastIndex = 0;
  },
  'replaced with itself': () => 'a'.repeat(2_000).replace(/a*?$/g, (all) => all + /^(a+)+$/.test('a'.repeat(40) + 'b')),
};

/** Reactions of promises without a pause. */
const reactions = {
  'one after another': () => {
    const again = () => Promise.resolve().then(again);
    again();
  },
  'tasks': () => {
    const again = () => queueMicrotask(again);
    again();
  },
  'two for each': () => {
    const again = () => {
      Promise.resolve().then(again);
      Promise.resolve().then(again);
    };
    again();
  },
  'each awaits the other': () => {
    const one = async () => { await null; return two(); };
    const two = async () => { await null; return one(); };
    one();
  },
  'a thenable that resolves to itself': () => {
    const thenable = { then(resolve) { resolve(thenable); } };
    Promise.resolve(thenable);
  },
  'a generator without end': async () => {
    const numbers = async function* () { for (;;) yield 1; };
    for await (const _ of numbers());
  },
  'stopped, and caught': async () => {
    for (;;) {
      try {
        await new Promise(spin);
      } catch {
        await null;
      }
    }
  },
};

const timers = {
  'five thousand at once': (page) => {
    let ran = 0;
    for (let at = 0; at < 5_000; at += 1) setTimeout(() => page.setData({ ran: (ran += 1) }), 1);
    page.setData({ tried: 5_000 });
  },
  'two of each': () => {
    const again = () => {
      setTimeout(again);
      setTimeout(again);
    };
    again();
  },
  'intervals without a pause': () => {
    for (let at = 0; at < 200; at += 1) setInterval(() => {}, 0);
  },
  'set and cleared': () => {
    for (;;) clearTimeout(setTimeout(() => {}, 0x7fffffff));
  },
  'signals that time out': () => {
    for (;;) AbortSignal.timeout(1_000_000);
  },
};

const lines = {
  'short ones': () => {
    for (;;) console.log('x');
  },
  'long ones': () => {
    const line = 'x'.repeat(100_000);
    for (;;) console.error(line);
  },
  'warnings of the prelude': (page) => {
    for (;;) page.setData({ x: undefined });
  },
  'requests that fail': () => {
    for (;;) fc.request({ url: 1 });
  },
};

export const handlers = {
  loop: (event) => loops[event.detail](),
  trap(event) {
    return traps[event.detail](this);
  },
  builtIn: (event) => void builtIns[event.detail](),
  pattern: (event) => void patterns[event.detail](),
  react: (event) => void reactions[event.detail](),
  time(event) {
    timers[event.detail](this);
  },
  log(event) {
    lines[event.detail](this);
  },
};

/** The ways of each handler: each is tried in a life of its own. */
export const ways = { loop: Object.keys(loops), trap: Object.keys(traps), builtIn: Object.keys(builtIns), pattern: Object.keys(patterns), react: Object.keys(reactions), time: Object.keys(timers), log: Object.keys(lines) };
