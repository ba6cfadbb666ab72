declare namespace MiniApp {
  /**
   * What happened, for programs. An unknown code is to be treated like `unavailable`; one of an
   * extension may be any word.
   *
   * | code | what it means |
   * |---|---|
   * | `denied` | The manifests do not grant it, or the user has refused. |
   * | `invalid-argument` | What was given is not what the function takes. |
   * | `too-large` | A limit is exceeded; the message tells size and limit. |
   * | `timeout` | It took too long. |
   * | `network` | The server could not be reached, or broke off. |
   * | `busy` | Too many calls wait. |
   * | `cancelled` | It was called off. |
   * | `not-found` | There is no such key, page or extension. |
   * | `unavailable` | The device or the native app cannot do it. |
   * | `app` | An error of the mini-app's own. |
   */
  type ErrorCode =
    | 'denied'
    | 'invalid-argument'
    | 'too-large'
    | 'timeout'
    | 'network'
    | 'busy'
    | 'cancelled'
    | 'not-found'
    | 'unavailable'
    | 'app'
    | (string & {});

  /**
   * Why the host does not do what it was asked: what `fail` is told, what promises are rejected
   * with, what functions that end in `Sync` throw. Its class is not a global: tell it by `name`.
   */
  interface HostError extends Error {
    readonly name: 'HostError';
    /** The function and what happened, such as `request:fail no connection`. */
    errMsg: string;
    /** What happened, for programs. */
    code: ErrorCode;
    /** The permission that was missing, such as `user:readProfile`. */
    permission?: string;
    /** The line of a manifest that would grant it. */
    line?: string;
  }
}
