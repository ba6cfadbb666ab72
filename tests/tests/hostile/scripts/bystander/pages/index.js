// Lives in the same engine as the attacker, and looks whether anything of its own has changed.
const holders = [
  globalThis, Object.prototype, Function.prototype, Array.prototype, String.prototype, Number.prototype, Symbol, Symbol.prototype,
  Promise, Promise.prototype, Map.prototype, RegExp.prototype, Date.prototype, Error, Error.prototype, JSON, Math, Reflect, fc, console,
];

/** All of what they hold, as pairs of a name and what is under it. */
const held = () =>
  holders.map((holder) =>
    Reflect.ownKeys(holder).map((key) => {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(holder, key);
      return [key, value, get, set];
    }),
  );

const before = held();

/** Whether something is otherwise than it was at the beginning. */
const isChanged = () => {
  const now = held();
  return now.some(
    (pairs, at) => pairs.length !== before[at].length || pairs.some((pair, of) => pair.some((part, which) => !Object.is(part, before[at][of][which]))),
  );
};

Page({
  data: { beat: -1 },
  onLoad() {
    wx.setStorageSync('own', 1);
  },
  beat(event) {
    this.setData({ beat: event.detail, isChanged: isChanged(), pages: getCurrentPages().length, app: Object.keys(getApp()) });
  },
  kept() {
    this.setData({ kept: wx.getStorageInfoSync().keys });
  },
});
