// DOM Standard, "Aborting ongoing activities".

/** An error of the web platform, told by its name, such as `AbortError`. */
interface DOMException extends Error {
  readonly name: string;
  readonly message: string;
  /** The number that the name had once, such as 20 for `AbortError`; 0 for newer names. */
  readonly code: number;
}

declare var DOMException: {
  prototype: DOMException;
  new (message?: string, name?: string): DOMException;
};

/** Tells whoever works that nobody waits any more. */
interface AbortSignal extends EventTarget {
  readonly aborted: boolean;
  readonly reason: any;
  onabort: ((this: AbortSignal, event: Event) => any) | null;
  /** @throws The reason, where it is aborted. */
  throwIfAborted(): void;
}

declare var AbortSignal: {
  prototype: AbortSignal;
  abort(reason?: any): AbortSignal;
  any(signals: Iterable<AbortSignal>): AbortSignal;
  /** Aborts by itself with a `TimeoutError`. */
  timeout(milliseconds: number): AbortSignal;
};

interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: any): void;
}

declare var AbortController: {
  prototype: AbortController;
  new (): AbortController;
};
