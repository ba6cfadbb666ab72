// Every function in both of its manners: callbacks return nothing, and none returns a promise.
const nothing = (_: void) => {};

async function storage() {
  const promise: Promise<MiniApp.Ok> = fc.setStorage({ key: 'k', data: { a: 1 } });
  await promise;
  nothing(fc.setStorage({ key: 'k', data: 1, success: (r) => r.errMsg.length }));
  nothing(fc.setStorage({ key: 'k', data: 1, fail: (e) => e.code.length }));
  nothing(fc.setStorage({ key: 'k', data: 1, complete() {} }));
  const { data } = await fc.getStorage<{ a: number }>({ key: 'k' });
  const a: number = data.a;
  nothing(fc.getStorage<number>({ key: 'k', success: (r) => r.data.toFixed(a) }));
  await fc.removeStorage({ key: 'k' });
  await fc.clearStorage();
  await fc.clearStorage({});
  nothing(fc.clearStorage({ success() {} }));
  const { keys, currentSize, limitSize, errMsg } = await fc.getStorageInfo();
  console.log(keys.length, currentSize + limitSize, errMsg);
  fc.setStorageSync('k', [1]);
  const kept = fc.getStorageSync<number[]>('k');
  kept.push(1);
  fc.removeStorageSync('k');
  fc.clearStorageSync();
  fc.getStorageInfoSync().keys.length;
  // @ts-expect-error: a key is missing
  fc.getStorage({});
  // @ts-expect-error: there are no options
  fc.getStorage();
  // @ts-expect-error: a key is a text
  fc.setStorage({ key: 1, data: 1 });
  // @ts-expect-error: callbacks return nothing to wait for
  fc.setStorage({ key: 'k', data: 1, success() {} }).then(() => {});
  // @ts-expect-error: a promise is no text
  const wrong: string = fc.getStorage({ key: 'k' });
}

async function navigation() {
  await fc.navigateTo({ url: '/pages/offer?id=7' });
  nothing(fc.redirectTo({ url: '../x', fail: (e) => console.log(e.errMsg, e.code === 'not-found') }));
  await Promise.all([fc.switchTab({ url: 'x' }), fc.reLaunch({ url: 'x' })]);
  await fc.navigateBack();
  await fc.navigateBack({ delta: 2 });
  nothing(fc.navigateBack({ success() {} }));
  // @ts-expect-error: an address is a text
  fc.navigateTo({ url: 7 });
  // @ts-expect-error: there are no channels of events
  fc.navigateTo({ url: 'x', events: {} });
}

async function ui() {
  await fc.showToast({ title: 'x', icon: 'none', duration: 1_000 });
  await fc.hideToast();
  nothing(fc.showLoading({ title: 'x', success: (r) => r.errMsg }));
  await fc.hideLoading();
  await fc.setNavigationBarTitle({ title: 'x' });
  const { confirm, cancel, content } = await fc.showModal({ title: 'x', editable: true });
  const typed: string | undefined = content;
  nothing(fc.showModal({ content: 'x', success: ({ confirm }) => confirm && typed }));
  await fc.setClipboardData({ data: 'x' });
  const text: string = (await fc.getClipboardData()).data;
  console.log(confirm || cancel, text);
  // @ts-expect-error: there is no such picture
  fc.showToast({ title: 'x', icon: 'sun' });
  // @ts-expect-error: there are no action sheets
  fc.showActionSheet({ itemList: ['x'] });
}

async function user() {
  const { code } = await fc.login();
  const { userInfo } = await fc.getUserProfile({ fields: ['nickname', 'avatar-url'] });
  const name: string | undefined = userInfo.nickName ?? userInfo.nickname;
  nothing(fc.getUserInfo({ success: (r) => r.userInfo.avatarUrl }));
  await fc.authorize({ scope: 'user:readProfile' });
  const { status } = await fc.getConsent({ scope: 'user:readProfile' });
  if (status === 'allowed') console.log(code, name);
  // @ts-expect-error: a scope is missing
  fc.authorize({});
}

async function system() {
  const { language, timeZone } = fc.getSystemInfoSync();
  const info = await fc.getSystemInfo();
  console.log(language, timeZone, info.errMsg, fc.getAppBaseInfo().language);
  const query = fc.getLaunchOptionsSync()?.query;
  console.log(query?.id, fc.getEnterOptionsSync()?.fragment);
  fc.nextTick(() => {});
  const can: boolean = fc.canIUse('request');
  // @ts-expect-error: code in a text does not run
  fc.nextTick('x');
}

async function invoke() {
  const points = await fc.invoke<{ balance: number }>({ name: 'loyalty.points', data: { member: 1 } });
  const balance: number = points.data.balance;
  nothing(fc.invoke({ name: 'device:lamp', success: (r) => console.log(r.data, balance) }));
  // @ts-expect-error: a name is missing
  fc.invoke({ data: 1 });
}

function errors() {
  try {
    fc.setStorageSync('k', 1);
  } catch (error) {
    const told = error as MiniApp.HostError;
    const code: string = told.code;
    const line: string | undefined = told.line ?? told.permission;
    if (told.name === 'HostError') console.log(told.errMsg, told.message, told.stack, code, line);
  }
}

// `wx` is the same.
const same: typeof fc = wx;
wx.showToast({ title: 'x' }).then(() => {});
