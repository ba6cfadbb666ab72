// High Resolution Time.

interface Performance {
  /** Milliseconds of a clock that never goes back, in steps of 0.1. */
  now(): number;
}

declare var performance: Performance;
