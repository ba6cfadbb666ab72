App({
  globalData: { user: undefined as string | undefined, taps: 0 },
  onLaunch(options) {
    const path: string = options.path;
    const opener: string | undefined = options.referrerInfo.appId;
    this.greet(`${path} ${opener}`);
    // @ts-expect-error: there is no such name
    options.pth;
  },
  async onShow(options) {
    const id: string | undefined = options.query.id;
    this.globalData.user = id;
    // @ts-expect-error: it is a text
    this.globalData.user = 7;
  },
  onError(error) {
    console.error(error.split('\n')[0]);
  },
  onUnhandledRejection({ reason, promise }) {
    console.error(reason, promise);
  },
  onSaveState() {
    return { taps: this.globalData.taps };
  },
  onRestoreState(state) {
    this.globalData.taps = state.taps;
  },
  greet(name: string) {
    console.log('hello', name);
  },
});

App({});

interface Shop {
  globalData: { cart: string[] };
}
const app = getApp<Shop>();
app.globalData.cart.push('x');
// @ts-expect-error: it holds texts
app.globalData.cart.push(7);
getApp().anything.goes;

// @ts-expect-error: it is a function
App({ onLaunch: true });
// @ts-expect-error: an app has a definition
App();
