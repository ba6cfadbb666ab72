// Memory and disks without end.

const hold = [];

const grown = {
  'a text doubled': () => {
    let text = 'x';
    for (;;) text += text;
  },
  'a text of two bytes each, doubled': () => {
    let text = 'ﾟ';
    for (;;) text = text + text + 'ﾟ';
  },
  'texts that are flattened': () => {
    for (;;) hold.push('x'.repeat(1 << 20).toUpperCase());
  },
  'padded': () => hold.push('x'.padEnd(2 ** 30 - 1)),
  'repeated': () => hold.push('x'.repeat(2 ** 30)),
  'a list of 2^32 - 1': () => {
    const list = new Array(2 ** 32 - 1);
    list.fill(0);
  },
  'a list with a far end': () => {
    const list = [];
    list[2 ** 32 - 2] = 1;
    list.length = 2 ** 31;
    hold.push(list.map((x) => x), list.join().length);
  },
  'a list of lists': () => {
    for (;;) hold.push(new Array(1000).fill(0));
  },
  'typed, of 2^31': () => hold.push(new Uint8Array(2 ** 31)),
  'typed, of 2^53': () => hold.push(new Float64Array(2 ** 53 - 1)),
  'bytes that are touched': () => {
    for (;;) hold.push(new Uint8Array(1 << 20).fill(1));
  },
  'a buffer that can grow to 2^32': () => {
    const buffer = new ArrayBuffer(1, { maxByteLength: 2 ** 32 });
    for (let size = 1; ; size *= 2) buffer.resize(size);
  },
  'a buffer that is transferred': () => {
    let buffer = new ArrayBuffer(1);
    for (let size = 1; ; size *= 2) buffer = buffer.transfer(size);
  },
  'shared bytes': () => {
    for (;;) hold.push(new SharedArrayBuffer(1 << 20));
  },
  'a number doubled': () => {
    for (let number = 2n; ; ) number *= number;
  },
  'a number shifted': () => hold.push(1n << 2n ** 40n),
  'a map': () => {
    const map = new Map();
    for (let at = 0; ; at += 1) map.set(at, {});
  },
  'closures': () => {
    for (;;) hold.push(() => hold);
  },
  'symbols': () => {
    for (let at = 0; ; at += 1) hold.push(Symbol.for(`${at}`));
  },
  'names of properties': () => {
    const object = {};
    for (let at = 0; ; at += 1) object[`p${at}`] = at;
  },
  'promises that nobody settles': () => {
    for (;;) hold.push(new Promise(() => {}).then(() => {}));
  },
  'weak references': () => {
    const registry = new FinalizationRegistry(() => {
      for (;;);
    });
    for (;;) {
      const object = {};
      registry.register(object, 1, object);
      hold.push(new WeakRef(object));
    }
  },
  'weak keys that hold each other': () => {
    const map = new WeakMap();
    for (let key = {}; ; ) {
      const next = {};
      map.set(key, next);
      hold.push(key);
      key = next;
    }
  },
  'what finalizers make': () => {
    const registry = new FinalizationRegistry(() => make());
    const make = () => {
      for (let at = 0; at < 1000; at += 1) registry.register({}, 1);
    };
    for (;;) make();
  },
  'listeners': () => {
    const target = new EventTarget();
    for (;;) target.addEventListener('x', () => {});
  },
  'counters of the console': () => {
    for (let at = 0; ; at += 1) console.count(`${at}`.repeat(1000));
  },
  'handlers of a request': () => {
    const task = fc.request({ url: 'https://rogue.example.com/', fail() {} });
    for (;;) task.onHeadersReceived(() => {});
  },
  'promises of a request': () => {
    const task = fc.request({ url: 'https://rogue.example.com/', fail() {} });
    for (;;) task.then(() => {});
  },
  'requests under way': () => {
    for (;;) fc.request({ url: 'https://rogue.example.com/never', method: 'POST', data: 'x'.repeat(100_000), fail() {} });
  },
  'page data': (page) => {
    const text = 'x'.repeat(100_000);
    for (let at = 0; ; at += 1) page.setData({ [`p${at}`]: text });
  },
};

const filled = {
  'at once': () => {
    const text = 'x'.repeat(500_000);
    for (let at = 0; ; at += 1) wx.setStorageSync(`k${at}`, text);
  },
  'as it comes': async () => {
    const text = 'x'.repeat(500_000);
    for (let at = 0; ; at += 1) await wx.setStorage({ key: `k${at}`, data: text });
  },
  'keys': () => {
    for (let at = 0; ; at += 1) wx.setStorageSync(`k${at}`, 0);
  },
  'one that is too large': () => wx.setStorageSync('k', 'x'.repeat(1 << 20)),
  'a key that is too large': () => wx.setStorageSync('k'.repeat(5_000), 0),
  'both ways, and cleared': async () => {
    for (;;) {
      const set = wx.setStorage({ key: 'k', data: 1 });
      wx.clearStorageSync();
      await set;
    }
  },
};

export const handlers = {
  grow(event) {
    grown[event.detail](this);
  },
  async fill(event) {
    await filled[event.detail]();
  },
  /** Whether what is stored is within the quota; then all of it goes. */
  stored() {
    const { currentSize, limitSize } = wx.getStorageInfoSync();
    wx.clearStorageSync();
    this.setData({ isWithin: currentSize <= limitSize, currentSize });
  },
};

/** The ways of each handler: each is tried in a life of its own. */
export const ways = { grow: Object.keys(grown), fill: Object.keys(filled) };
