/**
 * The mini-app's log. A message has at most 8 KiB, of objects at most 4 levels and 100 entries
 * each; beyond 256 KiB in a second, lines are dropped and counted. The first text may hold the
 * directives `%s %d %i %f %o %O %j %c %%`.
 */
interface Console {
  /** With the stack of the call. */
  trace(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  dir(value?: unknown): void;
  /** The same as `dir`. */
  table(value?: unknown): void;
  /** An error where the condition does not hold. */
  assert(condition?: unknown, ...values: unknown[]): void;
  count(label?: string): void;
  countReset(label?: string): void;
  time(label?: string): void;
  timeLog(label?: string, ...values: unknown[]): void;
  timeEnd(label?: string): void;
  /** Indents what follows, 20 characters at most. */
  group(...values: unknown[]): void;
  /** The same as `group`. */
  groupCollapsed(...values: unknown[]): void;
  groupEnd(): void;
}

declare var console: Console;
