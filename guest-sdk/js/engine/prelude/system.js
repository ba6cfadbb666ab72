// fc.getLaunchOptionsSync and what else a mini-app asks about where it runs.
atOnce('getLaunchOptionsSync', () => launchOptions);
atOnce('getEnterOptionsSync', () => enterOptions);
atOnce('getSystemInfoSync', () => ({ language: native.language(), timeZone: native.timeZone() }));
api('getSystemInfo', (_, resolve) => resolve(fc.getSystemInfoSync()));
fc.getAppBaseInfo = fc.getSystemInfoSync;
fc.nextTick = (run) => {
  if (!isFunction(run)) throw new TypeError(`nextTick: expected a function, came ${typeof run}`);
  soon(() => run());
};
fc.canIUse = (name) => hasOwn(fc, split(toText(name), '.')[0]);

Math.random = { random: () => native.randomNumber() }.random;
