declare namespace MiniApp {
  /** Where a mini-app runs, as far as it may know. */
  interface SystemInfo {
    /** The user's language as a BCP 47 tag, such as `de-CH`. */
    language: string;
    /** The user's time zone as an IANA name, such as `Europe/Zurich`. */
    timeZone: string;
  }

  interface Fc {
    /** How the mini-app was launched; `null` before `onLaunch`. */
    getLaunchOptionsSync(): LaunchOptions | null;
    /** How the mini-app was opened last; `null` before `onLaunch`. */
    getEnterOptionsSync(): LaunchOptions | null;
    getSystemInfoSync(): SystemInfo;
    getSystemInfo: CallWithDefaults<object, SystemInfo & Ok>;
    /** The same as `getSystemInfoSync`. */
    getAppBaseInfo(): SystemInfo;
    /** Runs a function once the code that runs now is done. */
    nextTick(run: () => void): void;
    /**
     * Whether `fc` has a function: `fc.canIUse('request')`. What comes after a dot is not looked
     * at; whether the manifests grant it is not told.
     */
    canIUse(name: string): boolean;
  }
}
