// fc.showToast, fc.showModal and what else the native app draws over a page.
const now = (resolve, reject, failure) => {
  if (failure) reject(failure);
  else resolve({});
};

api('showToast', (options, resolve, reject) => {
  const icon = options.icon ?? 'success';
  const milliseconds = options.duration === undefined ? 0 : delayOf(options.duration);
  now(resolve, reject, native.showToast(text(options.title ?? ''), text(icon), milliseconds));
});
api('hideToast', (_, resolve) => {
  native.hideToast();
  resolve({});
});
api('showLoading', (options, resolve, reject) => {
  now(resolve, reject, native.showLoading(text(options.title ?? '')));
});
api('hideLoading', (_, resolve) => {
  native.hideLoading();
  resolve({});
});
api('setNavigationBarTitle', (options, resolve, reject) => {
  const top = pages[pages.length - 1];
  if (!top) throw { code: 'not-found', message: 'no page is open' };
  now(resolve, reject, native.setTitle(top.id, text(options.title ?? '')));
});
api('showModal', (options, resolve, reject) => {
  const optional = (value) => (value === undefined || value === null ? undefined : text(value));
  const question = {
    title: text(options.title ?? ''),
    text: text(options.content ?? ''),
    confirm: optional(options.confirmText),
    cancellable: options.showCancel !== false,
    cancel: optional(options.cancelText),
    placeholder: options.editable ? text(options.placeholderText ?? '') : undefined,
  };
  native.ask(question, settle(resolve, reject, (reply) => ({
    confirm: reply.confirmed,
    cancel: !reply.confirmed,
    ...(options.editable ? { content: reply.input ?? '' } : {}),
  })));
});
api('setClipboardData', (options, resolve, reject) => {
  native.writeClipboard(text(options.data ?? ''), settle(resolve, reject));
});
api('getClipboardData', (_, resolve, reject) => {
  native.readClipboard(settle(resolve, reject, (data) => ({ data: data ?? '' })));
});
