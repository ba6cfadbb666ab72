// What the attacker is not granted, each asked for once. A way tells when it got there.

const granted = (got) => ({ success: got, fail() {} });

export const asked = {
  profile: (got, fc) => fc.getUserProfile(granted(got)),
  'fields of the profile': (got, fc) => fc.getUserInfo({ fields: ['nickname'], ...granted(got) }),
  login: (got, fc) => fc.login(granted(got)),
  'the clipboard': (got, fc) => fc.getClipboardData(granted(got)),
  'the clipboard, written': (got, fc) => fc.setClipboardData({ data: 'x', ...granted(got) }),
  'what is added by name': (got, fc) => fc.invoke({ name: 'points', data: {}, ...granted(got) }),
  consent: (got, fc) => fc.authorize({ scope: 'user:readProfile', ...granted(got) }),
  'another host': (got, fc) => fc.request({ url: 'https://elsewhere.example.com/', ...granted(got) }),
  'another host, as a list': (got, fc) => fc.request({ url: ['https://rogue.example.com/', 'https://elsewhere.example.com/'], ...granted(got) }),
  'another host, by fetch': (got) => {
    const answer = fetch('https://elsewhere.example.com/');
    // Waited for in its own way: what the language has of it may be replaced.
    (async () => { if ((await answer).ok === true) got(); })();
  },
  'another scheme': (got, fc) => fc.request({ url: 'http://rogue.example.com/', ...granted(got) }),
};
