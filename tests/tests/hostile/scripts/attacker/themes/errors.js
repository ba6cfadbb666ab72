// What is thrown, and what is told of it.

const spin = () => {
  for (;;) {}
};

const made = (properties) => Object.defineProperties(new Error('x'), Object.getOwnPropertyDescriptors(properties));

const refusing = () =>
  new Proxy(new Error('x'), new Proxy({}, { get: () => () => { throw new Error('no'); } }));

const thrown = {
  'a number': () => 1,
  'nothing': () => undefined,
  'null': () => null,
  'a symbol': () => Symbol('x'),
  'a big number': () => 10n ** 1_000n,
  'a function': () => spin,
  'a promise': () => Promise.resolve(),
  'no prototype': () => Object.create(null),
  'a proxy that refuses': refusing,
  'a proxy that was revoked': () => {
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    return proxy;
  },
  'a long message': () => new Error('x'.repeat(1 << 16)),
  'a long name': () => made({ name: 'x'.repeat(1 << 16) }),
  'a long stack': () => made({ stack: '    at f (miniapp:app:1:1)\n'.repeat(2_000) }),
  'a long code': () => made({ code: 'x'.repeat(1 << 16), permission: 'y'.repeat(1 << 16), line: 'z'.repeat(1 << 16) }),
  'a stack of nowhere': () => made({ stack: '    at f (miniapp:app:4294967295:4294967295)\n    at (((miniapp:app:-1:1)\n    at miniapp:app:99999999999999999999:1\n    at \n at x (:::)' }),
  'a message that throws': () => made({ get message() { throw new Error('no'); } }),
  'a name that throws': () => made({ get name() { throw new Error('no'); } }),
  'a stack that throws': () => made({ get stack() { throw new Error('no'); } }),
  'a code that throws': () => made({ get code() { throw new Error('no'); } }),
  'a message that is none': () => made({ message: Symbol('x') }),
  'a text that throws itself': () => {
    const error = { toString() { throw error; } };
    return error;
  },
  'a text that is an object': () => made({ toString: () => ({}) }),
  'causes in a circle': () => {
    const error = new Error('x');
    error.cause = error;
    return error;
  },
  'a cause that is wide': () => new Error('x', { cause: new Array(1_000).fill({ x: 'y'.repeat(1_000) }) }),
  'a thousand errors': () => new AggregateError(new Array(1_000).fill(new Error('x'))),
  'lone surrogates': () => made({ message: '\ud800', code: '\udc00', stack: '\ud800' }),
  'code of the host': () => made({ code: 'denied', permission: 'user:readProfile', line: 'partner.yaml:1: permissions: ["user:readProfile"]' }),
  'codes that are none': () => made({ code: {}, permission: 1, line: [] }),
};

const spinning = {
  'a message': () => made({ get message() { return spin(); } }),
  'a stack': () => made({ get stack() { return spin(); } }),
  'a code': () => made({ get code() { return spin(); } }),
  'a text': () => ({ toString: spin, [Symbol.toPrimitive]: spin, get x() { return spin(); } }),
  'a proxy': () => new Proxy(new Error('x'), { get: spin, getPrototypeOf: spin }),
  'onError': (app) => {
    app.heard = spin;
    return new Error('x');
  },
  prepareStackTrace: () => {
    Error.prepareStackTrace = spin;
    return new Error('x');
  },
};

/** Errors that come later, and how many. */
const rejections = {
  'without end': () => {
    for (;;) Promise.reject(new Error('x'));
  },
  'a thousand': () => {
    for (let at = 0; at < 1_000; at += 1) Promise.reject(at);
  },
  'long ones': () => {
    for (let at = 0; at < 100; at += 1) Promise.reject(new Error('x'.repeat(100_000)));
  },
  'more of each': () => {
    getApp().heard = () => {
      Promise.reject(1);
      Promise.reject(2);
    };
    Promise.reject(0);
  },
  'of what hears of it': () => {
    getApp().heard = (error) => {
      throw error;
    };
    Promise.reject(new Error('x'));
  },
  'handled, and not': () => {
    for (let at = 0; at < 1_000; at += 1) {
      const promise = Promise.reject(at);
      promise.catch(() => {});
      promise.then(() => {});
    }
  },
  'of what refuses': () => {
    for (let at = 0; at < 10; at += 1) Promise.reject(refusing());
  },
  'in timers': () => {
    for (let at = 0; at < 500; at += 1) setTimeout(() => { throw new Error('x'); });
  },
};

const stacks = {
  'a call for each frame': () => {
    Error.prepareStackTrace = (_, sites) => sites.map((site) => Object.values(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(site))).map((of) => typeof of.value === 'function' && of.value.call(site)));
    return new Error('x').stack;
  },
  'itself': () => {
    Error.prepareStackTrace = () => new Error('x').stack;
    return new Error('x').stack;
  },
  'no function': () => {
    Error.prepareStackTrace = 1;
    return null.x;
  },
  'throws': () => {
    Error.prepareStackTrace = () => {
      throw new Error('no');
    };
    return null.x;
  },
  'a long limit': () => {
    Error.stackTraceLimit = Infinity;
    const deep = (n) => (n === 0 ? new Error('x').stack : deep(n - 1));
    return deep(200);
  },
  'an odd limit': () => {
    Error.stackTraceLimit = { valueOf: spin };
    throw new Error('x');
  },
  'the getter, of others': () => {
    const { get } = Object.getOwnPropertyDescriptor(new Error('x'), 'stack') ?? {};
    return [1, {}, fc, new Proxy({}, {})].map((of) => get?.call(of));
  },
  'captured into others': () => [{}, fc, Object.freeze({}), getCurrentPages(), 1].map((into) => {
    try {
      return Error.captureStackTrace?.(into);
    } catch (error) {
      return error;
    }
  }),
};

export const handlers = {
  fail(event) {
    throw thrown[event.detail]();
  },
  failForLong(event) {
    throw spinning[event.detail](getApp());
  },
  reject(event) {
    rejections[event.detail]();
  },
  stack(event) {
    stacks[event.detail]();
  },
};

/** The ways of each handler: each is tried in a life of its own. */
export const ways = { fail: Object.keys(thrown), failForLong: Object.keys(spinning), reject: Object.keys(rejections), stack: Object.keys(stacks) };
