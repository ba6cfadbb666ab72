declare namespace MiniApp {
  /** What is asked of a server. */
  interface RequestOptions {
    /**
     * An absolute URL of at most 8,192 bytes, on a host that both manifests allow under
     * `network.allow`.
     */
    url: string;
    /** `GET` if absent; in small letters too. */
    method?: RequestMethod | Lowercase<RequestMethod>;
    /**
     * With GET and HEAD an object becomes the query; anything else is left out. Otherwise it is
     * the body: texts and bytes as they are, objects as JSON, or as a form where the header
     * `content-type` is `application/x-www-form-urlencoded`. At most 8 MiB.
     */
    data?: string | object | number | boolean | null;
    /**
     * At most 64, of 16 KiB in all. `content-type` is `application/json` if absent, unless `data`
     * is a text. Those of the connection are the host's to set.
     */
    header?: Record<string, string | number | boolean | null | undefined>;
    /** The same as `header`, which is used where both are there. */
    headers?: Record<string, string | number | boolean | null | undefined>;
    /** Milliseconds for the whole exchange; 60,000 if absent and at most. */
    timeout?: number;
    /** `json` if absent: the answer is parsed if it is JSON. With any other word it stays a text. */
    dataType?: 'json' | (string & {});
    /** `text` if absent; `arraybuffer` answers the bytes. */
    responseType?: 'text' | 'arraybuffer';
  }

  type RequestMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

  /** What a server has answered. */
  interface RequestAnswer<Body = any> extends Ok {
    /** The body of at most 8 MiB: parsed JSON; else a text, or bytes where they were asked for. */
    data: Body;
    /** Every status is an answer, not an error. */
    statusCode: number;
    /** Names are in small letters; values of one name are joined by `, `. */
    header: Record<string, string | undefined>;
    /** The values of `set-cookie`. */
    cookies: string[];
  }

  /** What is known of an answer before its body. */
  type HeadersReceived = Pick<RequestAnswer, 'header' | 'statusCode' | 'cookies'>;

  /**
   * A request that is under way. It can be waited for, whether or not it was given callbacks. It
   * has what a promise has, but is none: wrap it with `Promise.resolve` where one is needed.
   */
  interface RequestTask<Body = any> extends PromiseLike<RequestAnswer<Body>> {
    /** Calls it off: `fail` is told `request:fail abort`, of code `cancelled`. */
    abort(): void;
    /** Called once, just before `success`. */
    onHeadersReceived(listener: (headers: HeadersReceived) => void): void;
    offHeadersReceived(listener: (headers: HeadersReceived) => void): void;
    catch<Other = never>(
      rejected?: ((error: HostError) => Other | PromiseLike<Other>) | null,
    ): Promise<RequestAnswer<Body> | Other>;
    finally(run?: (() => void) | null): Promise<RequestAnswer<Body>>;
  }

  interface Fc {
    /**
     * Sends an HTTP request: `fc.request<Offer[]>({ url })`. Ten of a mini-app are under way at
     * once, up to 100 more wait. They are called off when the mini-app closes. An error that
     * nobody waits for goes to the log.
     *
     * Errors: `denied` with the line that would allow the host, `invalid-argument`, `too-large`,
     * `timeout`, `network`, `busy`, `cancelled`.
     */
    request(
      options: RequestOptions & { responseType: 'arraybuffer' } & Callbacks<RequestAnswer<ArrayBuffer>>,
    ): RequestTask<ArrayBuffer>;
    request<Body = any>(
      options: RequestOptions & Callbacks<RequestAnswer<Body>>,
    ): RequestTask<Body>;
  }
}
