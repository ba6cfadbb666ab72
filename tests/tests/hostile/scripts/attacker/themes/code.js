// Every known road from a text to code, and to what the engine keeps for itself.

import { tryAll } from '../tried.js';

const TEXT = 'globalThis.ran = true; return "ran"';

/** Whether a text has run: what a road leads to is called, if it can be. */
const runs = (made) => {
  const told = typeof made === 'function' ? made() : made;
  const hasRun = globalThis.ran === true || told === 'ran';
  delete globalThis.ran;
  return hasRun;
};

const constructorsOf = {
  'an arrow': () => {},
  'an asynchronous arrow': async () => {},
  'a generator': function* () {},
  'an asynchronous generator': async function* () {},
  'a class': class {},
  'a method': { method() {} }.method,
  'a bound function': (() => {}).bind(null),
  'a proxy': new Proxy(() => {}, {}),
  'a getter of the language': Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags').get,
  'a function of the language': [].map,
  'the constructor of a constructor': [].constructor.constructor,
  'a typed array': Uint8Array,
  'a promise': Promise.resolve().then,
  'an iterator': [][Symbol.iterator]().next,
  'Page': Page,
  'fc.request': fc.request,
  'fc.login': fc.login,
  'a method of a request': fc.request({ url: 1, fail() {} }).abort,
  'console.log': console.log,
  'Math.random': Math.random,
  'fetch': fetch,
  'DOMException': DOMException,
  'Date': Date,
  'Intl': Intl.NumberFormat,
  'setData': () => getCurrentPages()[0].setData,
};

const roads = {
  eval: () => globalThis.eval(TEXT),
  'eval, elsewhere': () => [globalThis.eval].map((run) => run(TEXT)),
  Function: () => globalThis.Function(TEXT),
  'new Function': () => new globalThis.Function(TEXT),
  'construct': () => Reflect.construct(globalThis.Function, [TEXT]),
  'construct, as another': () => Reflect.construct(globalThis.Function, [TEXT], Array),
  'construct, by a getter': () => Reflect.construct(globalThis.Function, [TEXT], new Proxy(Array, { get: (target, key) => target[key] })),
  apply: () => Reflect.apply(globalThis.Function, null, [TEXT]),
  'a subclass': () => new (class extends globalThis.Function {})(TEXT),
  'a proxy that constructs': () => new (new Proxy(globalThis.Function, { construct: (target, given) => new target(...given) }))(TEXT),
  'a getter that is called constructor': () => {
    const object = { get constructor() { return (() => {}).constructor; } };
    return new object.constructor(TEXT);
  },
  'the prototype of functions': () => Object.getPrototypeOf(() => {}).constructor(TEXT),
  'what is not a text': () => globalThis.Function({ toString: () => TEXT }),
  'a parameter': () => globalThis.Function('a = globalThis.ran = true', ''),
  'reduce': () => [TEXT].reduce(globalThis.Function, ''),
  'sort': () => [TEXT, TEXT].sort(globalThis.Function),
  'reviver': () => JSON.parse('[1]', globalThis.Function),
  'replace': () => TEXT.replace(/^/, globalThis.Function),
  'a tag': () => globalThis.Function`${TEXT}`,
  'species': () => {
    const list = [TEXT];
    list.constructor = { [Symbol.species]: globalThis.Function };
    return list.map((x) => x);
  },
  'a promise of it': () => Promise.resolve(TEXT).then(globalThis.Function).then(runs),
  'setTimeout': () => setTimeout(`globalThis.ran = true`),
  'setInterval': () => setInterval(`globalThis.ran = true`),
  'setTimeout of an object': () => setTimeout({ toString: () => 'globalThis.ran = true' }),
  'queueMicrotask': () => queueMicrotask('globalThis.ran = true'),
  'nextTick': () => fc.nextTick('globalThis.ran = true'),
  'a listener': () => new EventTarget().addEventListener('x', TEXT),
  'call sites': () => {
    Error.prepareStackTrace = (_, sites) => sites;
    const sites = new Error().stack;
    delete Error.prepareStackTrace;
    return [...sites].map((site) => site.getFunction?.()).find((f) => typeof f === 'function').constructor(TEXT);
  },
  'what is called from within the engine': () =>
    new Promise((resolve, reject) => {
      fc.request({ url: 1, fail() { try { resolve(runs(this.fail.constructor(TEXT))); } catch (error) { reject(error); } } });
    }),
};
for (const name of Object.keys(constructorsOf)) {
  roads[`the constructor of ${name}`] = () => constructorsOf[name].constructor(TEXT);
  roads[`new, the constructor of ${name}`] = () => new constructorsOf[name].constructor(TEXT);
}

/** What would be another road, and is not there. */
const absent = ['WebAssembly', 'ShadowRealm', 'Worker', 'SharedWorker', 'importScripts', 'require', 'process', 'Deno', 'Bun', 'std', 'os', 'scriptArgs', 'print', 'load', 'evalScript', 'native', 'entry', 'MINIAPP_SCRIPT', '\0boot'];

const inner = {
  ...Object.fromEntries(absent.map((name) => [name, () => typeof globalThis[name] !== 'undefined'])),
  'names with a nought': () => Reflect.ownKeys(globalThis).some((key) => typeof key === 'string' && key.includes('\0')),
  'the text of a function': () => ![Page, setTimeout, fc.request, console.log].every((f) => !f.toString().includes('native.')),
  'callers': () => {
    let caller = null;
    const callback = function () { caller = callback.caller; };
    fc.request({ url: 1, fail: callback });
    return caller !== null;
  },
  'arguments of a caller': () => Page.arguments !== undefined,
  'the number of a page': (page) => Reflect.ownKeys(page).some((key) => page[key] === 1 && key !== 'tried'),
  'a page of nobody': () => {
    getCurrentPages()[0].setData.call({ data: {} }, { x: 1 });
    return true;
  },
  'a page made anew': (page) => {
    new page.constructor(2, 'pages/other', {}).setData({ x: 1 });
    return getCurrentPages().length > 1;
  },
  'another App': () => {
    App({});
    return true;
  },
  'another Page': () => {
    Page({});
    return true;
  },
  'another Page, under a name that was used': () => {
    __page('pages/index');
    Page({});
    return true;
  },
  'a signal of its own making': () => {
    new AbortSignal({});
    return true;
  },
};

export const handlers = {
  async road() {
    const ways = {};
    for (const name of Object.keys(roads)) ways[name] = async () => runs(await roads[name]());
    await tryAll(this, ways);
  },
  /** Roads that end with no error: none may. */
  async refusal() {
    const ways = {};
    for (const name of Object.keys(roads)) ways[name] = async () => (await roads[name](), true);
    await tryAll(this, ways);
  },
  inside() {
    return tryAll(this, inner);
  },
};

/** Each handler tries all of its ways. */
export const ways = {};
