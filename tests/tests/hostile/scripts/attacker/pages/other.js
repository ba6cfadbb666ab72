// A page whose callbacks do what the app says.
const does = (name) =>
  function (given) {
    getApp()[name]?.(this, given);
  };

Page({
  data: { own: 'other' },
  onLoad: does('onLoadDoes'),
  onShow: does('onShowDoes'),
  onUnload: does('onUnloadDoes'),
  answer(event) {
    this.setData({ answer: event.detail });
  },
});
