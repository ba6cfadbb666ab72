// High Resolution Time.

interface Performance {
  /** Milliseconds of a clock that never goes back, in steps of 0.1. */
  now(): number;
  /** When that clock began, in milliseconds since 1970. */
  readonly timeOrigin: number;
}

declare var performance: Performance;

/** The global object. */
declare var self: typeof globalThis;
