declare namespace MiniApp {
  /** What every function answers that succeeds. */
  interface Ok {
    /** The function and `ok`, such as `setStorage:ok`. */
    errMsg: string;
  }

  /** Who is told of the outcome. Where none of them is given, a promise is returned. */
  interface Callbacks<Answer extends Ok = Ok> {
    /** It was done. */
    success?: (answer: Answer) => void;
    /** It was not done. Where neither `fail` nor `complete` is given, the error goes to the log. */
    fail?: (error: HostError) => void;
    /** Called after `success` or `fail`, with the same. */
    complete?: (outcome: Answer | HostError) => void;
  }

  /** No callbacks: the outcome is told by the promise. */
  interface NoCallbacks {
    success?: undefined;
    fail?: undefined;
    complete?: undefined;
  }

  /** A function of `fc` whose options may all be left out. */
  interface CallWithDefaults<Options, Answer extends Ok = Ok> {
    (options?: Options & NoCallbacks): Promise<Answer>;
    (options: Options & Callbacks<Answer>): void;
  }

  /** A function of `fc` that needs options. */
  interface Call<Options, Answer extends Ok = Ok> {
    (options: Options & NoCallbacks): Promise<Answer>;
    (options: Options & Callbacks<Answer>): void;
  }
}
