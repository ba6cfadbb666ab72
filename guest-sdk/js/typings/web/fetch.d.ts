// Fetch Standard, over what `fc.request` is: the same hosts, limits and errors. There are no
// streams, so `body` is null; bodies are read as a whole.

type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>;

interface Headers extends Iterable<[string, string]> {
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  getSetCookie(): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  forEach(run: (value: string, name: string, headers: Headers) => void, self?: any): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
}

declare var Headers: {
  prototype: Headers;
  new (init?: HeadersInit): Headers;
};

type BodyInit = string | URLSearchParams | ArrayBuffer | ArrayBufferView;

interface Body {
  /** There are no streams. */
  readonly body: null;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  json(): Promise<any>;
  text(): Promise<string>;
}

interface RequestInit {
  /** At most 8 MiB; none with GET and HEAD. */
  body?: BodyInit | null;
  headers?: HeadersInit;
  method?: string;
  signal?: AbortSignal | null;
}

interface Request extends Body {
  readonly headers: Headers;
  readonly method: string;
  readonly signal: AbortSignal;
  readonly url: string;
  clone(): Request;
}

declare var Request: {
  prototype: Request;
  new (input: string | URL | Request, init?: RequestInit): Request;
};

interface ResponseInit {
  headers?: HeadersInit;
  /** 200 to 599; 200 if absent. */
  status?: number;
  statusText?: string;
}

interface Response extends Body {
  readonly headers: Headers;
  /** Whether the status is one of 200 to 299. */
  readonly ok: boolean;
  readonly status: number;
  /** Empty in what a server has answered. */
  readonly statusText: string;
  readonly redirected: boolean;
  readonly type: 'basic' | 'default';
  /** Where the answer came from, after redirects. */
  readonly url: string;
  clone(): Response;
}

declare var Response: {
  prototype: Response;
  new (body?: BodyInit | null, init?: ResponseInit): Response;
  json(data: unknown, init?: ResponseInit): Response;
};

declare namespace MiniApp {
  /** What the promise of `fetch` is rejected with where the host does not answer. */
  interface FetchError extends TypeError {
    /** What happened, for programs. */
    code: ErrorCode;
    /** The permission that was missing. */
    permission?: string;
    /** The line of a manifest that would grant it. */
    line?: string;
  }
}

/**
 * Sends an HTTP request to a host that both manifests allow, and takes 60 seconds at most. Every
 * status is an answer; where there is none, the promise is rejected with a
 * {@link MiniApp.FetchError}, or with the reason of the signal.
 */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
