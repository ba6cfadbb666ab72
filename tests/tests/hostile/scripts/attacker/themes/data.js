// What a page is given to show, made to be read one way by one and otherwise by another.

import { tryAll } from '../tried.js';

const isPolluted = () => {
  const is = 'polluted' in {} || 'polluted' in [] || 'polluted' in (() => {});
  delete Object.prototype.polluted;
  delete Array.prototype.polluted;
  delete Function.prototype.polluted;
  return is;
};

const set = (path) => (page) => {
  page.setData({ [path]: 1 });
  return isPolluted();
};

const PROTO = '{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 1 } } }';

const protos = {
  ...Object.fromEntries(
    ['__proto__.polluted', 'constructor.prototype.polluted', 'a.__proto__.polluted', 'a[0].__proto__.polluted', '__proto__.__proto__.polluted', 'a.constructor.prototype.polluted', 'toString.constructor.prototype.polluted', '__proto__[0].polluted', '\\__proto__.polluted'].map(
      (path) => [path, set(path)],
    ),
  ),
  'a value': (page) => {
    page.setData({ p: JSON.parse(PROTO) });
    return isPolluted() || page.data.p.polluted !== undefined;
  },
  'the patch': (page) => {
    page.setData(JSON.parse(PROTO));
    return isPolluted() || page.data.polluted !== undefined;
  },
  clone: () => structuredClone(JSON.parse(PROTO)).polluted !== undefined || isPolluted(),
  storage: () => {
    wx.setStorageSync('__proto__', JSON.parse(PROTO));
    const read = wx.getStorageSync('__proto__');
    wx.removeStorageSync('__proto__');
    return read.polluted !== undefined || isPolluted();
  },
  header: () => {
    fc.request({ url: 'https://rogue.example.com/', header: JSON.parse('{ "__proto__": "polluted" }'), fail() {} });
    return isPolluted();
  },
  'an answer': async () => {
    const answer = new Response(PROTO);
    return (await answer.json()).polluted !== undefined || isPolluted();
  },
  'a form': () => new URLSearchParams('__proto__=polluted').get('__proto__') !== 'polluted' || isPolluted(),
};

/** Paths of which it is easy to think otherwise than the host. */
const PATHS = ['', '.', '..', 'a..b', '.a', 'a.', '[0]', 'a[', 'a]', 'a[]', 'a[-1]', 'a[ 1]', 'a[1 ]', 'a[01]', 'a[1e1]', 'a[0x1]', 'a[1.5]', 'a[1]b', 'a[1][', 'a.[1]', 'a[+1]', 'a[١]', 'a[4294967295]', 'a[4294967296]', 'a[99999999999999999999]', 'b[2].c', 'b[2][1]', 'b.length', 'b.2', '\\', 'a\\', '\\.', '\\[0\\]', 'a\\\\.b', 'a\\b', '\ud800', 'a.\udc00.b', '\0', 'a\u2028b', 'ä.ﾟ', 'a[0'];

const liar = () => {
  let told = 0;
  return { toJSON: () => (told += 1) };
};

/** Ways that nothing comes of but what JSON can say. */
const tricks = {
  'toJSON that lies': (page) => page.setData({ lie: liar(), list: [liar(), liar()] }),
  'toJSON that sets': (page) => page.setData({ x: { toJSON() { page.setData({ x: 1 }); return 2; } } }),
  'toJSON of a text': (page) => {
    String.prototype.toJSON = () => ({ raw: 1 });
    page.setData({ x: 'text' });
    delete String.prototype.toJSON;
  },
  'a getter that removes the next': (page) => {
    const patch = { get x() { delete patch.y; return 1; }, y: 2, z: 3 };
    page.setData(patch);
  },
  'a getter that adds': (page) => {
    const patch = { get x() { for (let at = 0; at < 1_000; at += 1) patch[`n${at}`] = at; return 1; } };
    page.setData(patch);
  },
  'a getter that sets': (page) => page.setData({ get x() { page.setData({ x: { y: 1 } }); return 2; }, 'x.y': 3 }),
  'a getter that throws, last': (page) => {
    try {
      page.setData({ first: 1, get x() { throw new Error('last'); } });
    } catch {}
  },
  'a list that shrinks': (page) => {
    const list = [1, 2, 3, 4];
    Object.defineProperty(list, 0, { get() { list.length = 1; return 0; } });
    page.setData({ list });
  },
  'a list that grows': (page) => {
    const list = [1];
    Object.defineProperty(list, 0, { get() { list.length = 1_000; return 0; } });
    page.setData({ list });
  },
  'a proxy with keys that are not there': (page) => page.setData(new Proxy({}, { ownKeys: () => ['x', 'y'], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })),
  'a proxy of a list, as long as it likes': (page) => page.setData({ list: new Proxy([1, 2], { get: (target, key) => (key === 'length' ? 5 : target[key]) }) }),
  'lone surrogates': (page) => page.setData({ 'x\ud800': '\udc00\ud800', y: ['\ud83d'] }),
  'numbers that are none': (page) => page.setData({ x: [NaN, Infinity, -0, 1e400, 5e-324, 2 ** 53 + 2, -1e21] }),
  'nothing': (page) => page.setData({ x: [undefined, () => {}, Symbol('x')], y: { z: undefined } }),
  'the data itself': (page) => page.setData({ x: page.data }),
  'bytes of a buffer that shrinks': () => {
    const buffer = new ArrayBuffer(1 << 16, { maxByteLength: 1 << 20 });
    const view = new Uint8Array(buffer, 1 << 15);
    buffer.resize(8);
    new TextDecoder().decode(view);
    crypto.getRandomValues(view);
    fc.request({ url: 'https://rogue.example.com/', method: 'POST', data: view, fail() {} });
    structuredClone(view);
  },
  'bytes of a buffer that is gone': () => {
    const view = new Uint8Array(1 << 16);
    view.buffer.transfer();
    new TextDecoder().decode(view);
    crypto.getRandomValues(view);
    fc.request({ url: 'https://rogue.example.com/', method: 'POST', data: view, fail() {} });
  },
};

/** What a script does to its own copy. */
const replaced = {
  'data that was replaced': (page) => {
    page.data = null;
    page.setData({ 'x.y': 1 });
    page.data = [];
    page.setData({ 'x.y': 1 });
    Object.defineProperty(page, 'data', { get: () => ({}), configurable: true });
    try {
      page.setData({ z: 1 });
    } finally {
      Object.defineProperty(page, 'data', { value: {}, writable: true, configurable: true });
    }
  },
  'data that is frozen': (page) => {
    page.setData({ x: { y: 1 } });
    Object.freeze(page.data.x);
    try {
      page.setData({ 'x.z': 1 });
    } catch {}
  },
};

/** Lines of the log of what does not want to be shown. */
const shown = {
  'a circle': () => {
    const list = [];
    list.push(list, { list });
    console.log(list, new Map([[list, list]]), new Set([list]));
  },
  'a proxy that throws': () => console.log(new Proxy({}, new Proxy({}, { get() { throw new Error('no'); } }))),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    console.log(proxy, [proxy], '%s', proxy);
  },
  'a thousand keys': () => console.log(Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [at, at]))),
  'a list of 2^32 - 1': () => console.log(new Array(2 ** 32 - 1)),
  'a list that says it is long': () => console.log(new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 53 - 1 : 1) })),
  'a long text': () => console.log('%s %o', 'x'.repeat(1 << 16), 'y'.repeat(1 << 16)),
  'many values': () => console.log(...new Array(1_000).fill('x')),
  'many directives': () => console.log('%s'.repeat(1_000), ...new Array(1_000).fill(1)),
  'a wide tree': () => {
    const tree = (depth) => (depth === 0 ? 1 : new Array(20).fill(0).map(() => tree(depth - 1)));
    console.log(tree(3));
  },
  'odd errors': () => {
    const error = new Error('x');
    error.cause = error;
    Object.defineProperty(error, 'stack', { value: { toString() { throw 1; } } });
    console.log(error, Object.create(error), new AggregateError([error], 'y'));
  },
  'lone surrogates': () => console.log('\ud800', { '\udc00': '\ud800' }),
  'a name that throws': () => console.log({ constructor: { get name() { throw 1; } }, __proto__: {} }, class { static name() {} }),
  'a label that throws': () => console.count({ toString() { throw new Error('no'); } }),
  'groups without end': () => {
    for (let at = 0; at < 1_000; at += 1) console.group('x');
    console.log('y');
    for (let at = 0; at < 1_000; at += 1) console.groupEnd();
  },
};

const paths = Object.fromEntries(PATHS.map((path) => [JSON.stringify(path), (page) => page.setData({ [path]: 1 })]));

/** Whether none of it matters afterwards. */
const alone = (ways) =>
  Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, async (page) => { await way(page); return isPolluted(); }]));

export const handlers = {
  proto() {
    return tryAll(this, protos);
  },
  path() {
    this.setData({ b: [] });
    return tryAll(this, alone(paths));
  },
  trick() {
    return tryAll(this, alone(tricks));
  },
  replace() {
    return tryAll(this, alone(replaced));
  },
  show(event) {
    shown[event.detail]();
  },
  /** What it takes its own data for. */
  mirror() {
    this.setData({ mirror: JSON.stringify(this.data) });
  },
};

/** The ways of a handler that has a life for each; the others try all of theirs. */
export const ways = { show: Object.keys(shown) };
