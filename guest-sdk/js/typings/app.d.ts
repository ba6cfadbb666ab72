declare namespace MiniApp {
  /** The decoded pairs of a query; of a name that is repeated, the last one. */
  type Query = Record<string, string | undefined>;

  /** How the mini-app was opened. */
  interface LaunchOptions {
    /** The page that is opened first, such as `pages/index`. */
    path: string;
    query: Query;
    /** The part of the address after `#`, without it. */
    fragment?: string;
    /** Always 1001: scenes are WeChat's. */
    scene: 1001;
    referrerInfo: {
      /** The mini-app that opened this one. */
      appId?: string;
      /** What it has handed over: at most 64 KiB of JSON. */
      extraData?: any;
    };
  }

  /** A promise that was rejected, and that nothing handles. */
  interface UnhandledRejection {
    reason: unknown;
    promise: Promise<unknown>;
  }

  /**
   * What the app is told in its life. All of it may be left out.
   *
   * One that is told nothing is any function. Of one that is told something the compiler wants to
   * know what it returns before it knows `this`: where that is made with `this`, write its type
   * down, as in `onLaunch(options): Promise<void>`.
   */
  interface AppLifecycle {
    /** Called once, before everything else. A promise that it returns is waited for. */
    onLaunch?(options: LaunchOptions): unknown;
    /** The app came to the foreground. */
    onShow?(options: LaunchOptions): unknown;
    /** The app went to the background, or is about to be closed. */
    onHide?: Function;
    /** An error that nothing has handled, with its stack. It is reported to the native app too. */
    onError?(error: string): void;
    /** A rejected promise that nothing handles. It is reported to the native app too. */
    onUnhandledRejection?(rejection: UnhandledRejection): void;
    /**
     * What is to be kept when the native app ends the mini-app in the background to make room:
     * anything that JSON can say, at most 256 KiB; `undefined` keeps nothing. Answer at once: a
     * promise is not waited for.
     */
    onSaveState?: Function;
    /** What an earlier life has kept. Called after `onLaunch` and before `onShow`. */
    onRestoreState?(state: any): unknown;
  }
}

/**
 * Registers the app: its life, and what its pages share. Called once at most, in `app.js`; a
 * mini-app without it has an empty one. What is given is copied.
 *
 * @throws `TypeError` for what is no object; `Error` where it was called before.
 */
declare function App<Custom extends object = {}>(
  definition: Custom & MiniApp.AppLifecycle & ThisType<Custom & MiniApp.AppLifecycle>,
): void;

/**
 * The app. Its type is what the mini-app says of it: `getApp<{ globalData: { user?: string } }>()`.
 * It is not to be asked for before `App` was called.
 */
declare function getApp<Custom extends object = Record<string, any>>(): Custom & MiniApp.AppLifecycle;
