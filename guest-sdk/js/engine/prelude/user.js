// fc.login, fc.getUserProfile, fc.authorize: who the user is, as far as they agree.
api('login', (_, resolve, reject) => {
  native.loginCode(settle(resolve, reject, (code) => ({ code })));
});

const camel = (name) => replace(name, /-([a-z])/g, (_, letter) => letter.toUpperCase());

const readProfile = (options, resolve, reject) => {
  const fields = isArray(options.fields) ? map(options.fields, text) : [];
  native.readProfile(fields, settle(resolve, reject, (list) => {
    const userInfo = {};
    for (let at = 0; at < list.length; at += 2) own(userInfo, camel(list[at]), list[at + 1]);
    if (hasOwn(userInfo, 'nickname')) own(userInfo, 'nickName', userInfo.nickname);
    return { userInfo };
  }));
};
api('getUserProfile', readProfile);
api('getUserInfo', readProfile);
api('authorize', (options, resolve, reject) => {
  native.askConsent(requireText('scope', options.scope), settle(resolve, reject));
});
api('getConsent', (options, resolve) => {
  const [failure, status] = native.consentStatus(requireText('scope', options.scope));
  if (failure) throw failure;
  resolve({ status });
});
