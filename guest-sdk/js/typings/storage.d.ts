// Needs the permission `storage:local`.

declare namespace MiniApp {
  interface StorageKey {
    /** 1 byte to 1 KiB. */
    key: string;
  }

  interface StoredValue<Value = any> extends Ok {
    data: Value;
  }

  /** What a mini-app's storage holds. */
  interface StorageInfo {
    keys: string[];
    /** KiB of keys and values, rounded up; each key counts 64 bytes more. */
    currentSize: number;
    /** KiB that may be held at most: 10,240, unless the native app says otherwise. */
    limitSize: number;
  }

  interface Fc {
    /**
     * Keeps a value, as JSON: per user and mini-app. At most 1 MiB for a value, 10 MiB and 10,000
     * keys in all. What was answered is written.
     *
     * Errors: `denied`, `invalid-argument`, `too-large`, `busy`, `unavailable`.
     */
    setStorage: Call<StorageKey & { data: unknown }>;
    /**
     * Reads a value. Errors: `not-found` where the key is not there, `denied`,
     * `invalid-argument`, `busy`, `unavailable`.
     */
    getStorage<Value = any>(options: StorageKey & NoCallbacks): Promise<StoredValue<Value>>;
    getStorage<Value = any>(options: StorageKey & Callbacks<StoredValue<Value>>): void;
    /** Removes a key; one that is not there is no error. Errors: as for `getStorage`, without `not-found`. */
    removeStorage: Call<StorageKey>;
    /** Removes everything. Errors: `denied`, `busy`, `unavailable`. */
    clearStorage: CallWithDefaults<object>;
    /** How much is held. Errors: `denied`, `busy`, `unavailable`. */
    getStorageInfo: CallWithDefaults<object, StorageInfo & Ok>;
    /**
     * `setStorage`, done when it returns; the whole mini-app stands still meanwhile.
     *
     * @throws {@link HostError} with the codes of `setStorage`.
     */
    setStorageSync(key: string, data: unknown): void;
    /**
     * `getStorage`, at once. A key that is not there reads as `''`.
     *
     * @throws {@link HostError} with the codes of `getStorage`, without `not-found`.
     */
    getStorageSync<Value = any>(key: string): Value;
    /**
     * `removeStorage`, at once.
     *
     * @throws {@link HostError} with the codes of `removeStorage`.
     */
    removeStorageSync(key: string): void;
    /**
     * `clearStorage`, at once.
     *
     * @throws {@link HostError} with the codes of `clearStorage`.
     */
    clearStorageSync(): void;
    /**
     * `getStorageInfo`, at once.
     *
     * @throws {@link HostError} with the codes of `getStorageInfo`.
     */
    getStorageInfoSync(): StorageInfo;
  }
}
