App({
  onError(text) {
    getApp().heard?.(text);
  },
  onUnhandledRejection(told) {
    getApp().heard?.(told.reason);
  },
});
