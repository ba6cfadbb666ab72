declare namespace MiniApp {
  /**
   * What a mini-app can ask of its host. Most functions take an object with options and with the
   * callbacks `success`, `fail` and `complete`; without any of these they return a promise.
   */
  interface Fc {}
}

/** What a mini-app can ask of its host. */
declare const fc: MiniApp.Fc;
/** The same as {@link fc}. */
declare const wx: MiniApp.Fc;
