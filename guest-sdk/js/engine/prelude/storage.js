// fc.setStorage and its kin. Values are kept as JSON, so that every tool reads them.
const keyOf = (options) => requireText('key', options.key);

const kept = (value) => {
  const json = stringify(value);
  if (json === undefined) throw invalid(`a ${typeof value} cannot be stored; expected what JSON can say`);
  return native.encode(json);
};

/** A value as it was stored. One that is no JSON was not stored here: by the mini-app before it
 * was a script, or by nobody who can be asked. */
const readBack = (key, bytes) => {
  try {
    return parse(native.decode(bytes));
  } catch {
    throw { code: 'app', message: `the value of \`${key}\` in the storage is not JSON, so that it was not stored by a script; set or remove it` };
  }
};

const usageOf = (usage, names) => ({
  keys: names,
  currentSize: Math.ceil(usage.bytes / 1024),
  limitSize: Math.floor(usage.limit / 1024),
});

const found = (key, bytes) => {
  if (bytes === undefined) throw { code: 'not-found', message: `there is no \`${key}\` in the storage` };
  return { data: readBack(key, bytes) };
};

api('setStorage', (options, resolve, reject) => {
  native.storageSet(keyOf(options), kept(options.data), settle(resolve, reject));
});
api('getStorage', (options, resolve, reject) => {
  const key = keyOf(options);
  native.storageGet(key, settle(resolve, reject, (bytes) => found(key, bytes)));
});
api('removeStorage', (options, resolve, reject) => {
  native.storageRemove(keyOf(options), settle(resolve, reject));
});
api('clearStorage', (_, resolve, reject) => {
  native.storageClear(settle(resolve, reject));
});
api('getStorageInfo', (_, resolve, reject) => {
  native.storageKeys((failure, names) => {
    if (failure) reject(failure);
    else native.storageUsage(settle(resolve, reject, (usage) => usageOf(usage, names)));
  });
});

/** What an API answers at once; the whole mini-app stands still meanwhile. */
const atOnce = (name, run) => {
  fc[name] = {
    [name](...given) {
      try {
        return run(...given);
      } catch (failure) {
        throw hostError(name, failure);
      }
    },
  }[name];
};

const told = ([failure, value]) => {
  if (failure) throw failure;
  return value;
};

atOnce('setStorageSync', (key, data) => {
  told(native.storageSetSync(keyOf({ key }), kept(data)));
});
// A key that is not there reads as an empty text, as it does with the peers.
atOnce('getStorageSync', (key) => {
  const bytes = told(native.storageGetSync(keyOf({ key })));
  return bytes === undefined ? '' : readBack(key, bytes);
});
atOnce('removeStorageSync', (key) => {
  told(native.storageRemoveSync(keyOf({ key })));
});
atOnce('clearStorageSync', () => {
  told(native.storageClearSync());
});
atOnce('getStorageInfoSync', () => usageOf(told(native.storageUsageSync()), told(native.storageKeysSync())));
