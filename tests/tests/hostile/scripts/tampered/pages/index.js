// Asks for what its manifest does not, fails, and tells whether code has run that must not.
const kept = (page) => ({ success: () => page.setData({ reached: true }), fail() {} });

Page({
  data: { reached: false },
  say() {
    this.setData({ ran: globalThis.ran === true });
  },
  fail() {
    const again = (depth) => (depth === 0 ? null.x : again(depth - 1) + 1);
    again(40);
  },
  profile() {
    fc.getUserProfile(kept(this));
  },
  login() {
    fc.login(kept(this));
  },
  request() {
    fc.request({ url: 'https://rogue.example.com/', ...kept(this) });
  },
  storage() {
    fc.setStorage({ key: 'k', data: 1, ...kept(this) });
  },
  storageSync() {
    fc.setStorageSync('k', 1);
    this.setData({ reached: true });
  },
  clipboard() {
    fc.getClipboardData(kept(this));
  },
  invoke() {
    fc.invoke({ name: 'points', ...kept(this) });
  },
});
