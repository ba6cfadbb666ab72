// Callbacks that call back, and pages that reach for each other.

const turns = {
  'data in its own callback': (page) => {
    const again = () => page.setData({ n: 1 }, again);
    again();
  },
  'data in its own callback, twice': (page) => {
    const again = () => {
      page.setData({ n: 1 }, again);
      page.setData({ n: 2 }, again);
    };
    again();
  },
  'pages that open themselves': (_, app) => {
    app.onLoadDoes = () => wx.navigateTo({ url: '/pages/other', fail() {} });
    app.onLoadDoes();
  },
  'pages that open two': (_, app) => {
    app.onShowDoes = () => {
      for (let at = 0; at < 20; at += 1) wx.navigateTo({ url: '/pages/other', fail() {} });
    };
    app.onShowDoes();
  },
  'redirections in a circle': (_, app) => {
    app.onLoadDoes = () => wx.redirectTo({ url: '/pages/other', fail() {} });
    app.onLoadDoes();
  },
  'pages that open when they close': (_, app) => {
    app.onUnloadDoes = () => wx.navigateTo({ url: '/pages/other', fail() {} });
    wx.redirectTo({ url: '/pages/other', success: () => wx.redirectTo({ url: '/pages/other' }) });
  },
  'reloads without end': () => {
    const again = () => wx.reLaunch({ url: '/pages/index', fail: again });
    for (;;) again();
  },
  'back from nowhere': () => {
    const again = () => wx.navigateBack({ delta: 1e300, fail: again });
    again();
  },
  'requests in their own answers': () => {
    const again = () => fc.request({ url: 'https://rogue.example.com/', complete: again });
    for (let at = 0; at < 20; at += 1) again();
  },
  'requests that fail at once, in their own answers': () => {
    const again = () => fc.request({ url: 1, complete: again });
    again();
  },
  'requests called off in their own answers': () => {
    const again = () => {
      const task = fc.request({ url: 'https://rogue.example.com/', complete: again });
      task.abort();
    };
    again();
  },
  'toasts in their own answers': () => {
    const again = () => fc.showToast({ title: 'x', complete: again });
    again();
  },
  'questions in their own answers': () => {
    const again = () => fc.showModal({ title: 'x', complete: again });
    for (let at = 0; at < 20; at += 1) again();
  },
  'values in their own answers': () => {
    const again = () => wx.setStorage({ key: 'k', data: 1, complete: again });
    again();
  },
};

/** What is done to a page by another. */
const reaches = {
  'its data': (other) => {
    other.data = null;
    delete other.data;
  },
  'its callbacks': (other) => {
    other.onUnload = () => {
      throw new Error('no');
    };
    other.onShow = new Proxy(() => {}, { apply() { throw new Error('no'); } });
  },
  'itself': (other) => {
    for (const key of Reflect.ownKeys(other)) delete other[key];
    Object.setPrototypeOf(other, null);
  },
  'its name': (other) => {
    other.route = { toString() { throw new Error('no'); } };
    other.options = null;
  },
  'its handlers': (other) => {
    other.__proto__ = new Proxy({}, { get() { throw new Error('no'); }, has: () => true });
    other.answer = null;
  },
  'the list': () => {
    const open = getCurrentPages();
    open.length = 0;
    open.push({ setData() {} });
  },
  'the app': (other, app) => {
    for (const key of Reflect.ownKeys(app)) delete app[key];
    Object.setPrototypeOf(app, null);
    Object.freeze(app);
    Object.freeze(other);
  },
};

export const handlers = {
  turn(event) {
    turns[event.detail](this, getApp());
  },
  reach(event) {
    const app = getApp();
    const way = reaches[event.detail];
    app.onLoadDoes = (other) => {
      way(other, app);
      app.other = other;
      wx.navigateBack({
        success: () => setTimeout(() => {
          let isTold = false;
          try {
            // Closed: what it says is nobody's.
            other.setData?.({ late: 1 });
          } catch {
            isTold = true;
          }
          this.setData({ tried: 1, reached: this.data.late === 1 ? [event.detail] : [], isTold });
        }, 20),
      });
    };
    if (event.detail === 'the app') this.setData({ tried: 1, reached: [] });
    wx.navigateTo({ url: '/pages/other' });
  },
};

/** The ways of each handler: each is tried in a life of its own. */
export const ways = { turn: Object.keys(turns), reach: Object.keys(reaches) };
