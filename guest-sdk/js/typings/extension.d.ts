declare namespace MiniApp {
  interface Invocation {
    /**
     * What the native app adds, such as `loyalty.points`, under the permission
     * `ext:loyalty.points`; or of the device, such as `device:lamp`, under that permission.
     */
    name: string;
    /** Anything that JSON can say, at most 1 MiB; `null` if absent. */
    data?: unknown;
  }

  interface Invoked<Answer = any> extends Ok {
    /** What the extension has answered, at most 1 MiB of JSON. */
    data: Answer;
  }

  interface Fc {
    /**
     * Calls what the native app adds by name; 16 calls are under way at once.
     *
     * Errors: `denied`, where the native app offers nothing of that name too; `not-found` where it
     * offers an interface and no such extension, `invalid-argument`,
     * `too-large`, `timeout`, `busy`, `unavailable`, and what the extension itself answers.
     */
    invoke<Answer = any>(options: Invocation & NoCallbacks): Promise<Invoked<Answer>>;
    invoke<Answer = any>(options: Invocation & Callbacks<Invoked<Answer>>): void;
  }
}
