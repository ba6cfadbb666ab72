// At most 10,000 timers wait at once; one more throws an error of code `busy`. A text in place of a
// function is refused: a text never becomes code in a mini-app.

/**
 * Calls a function after so many milliseconds.
 *
 * @throws An error of code `busy`, where too many timers wait.
 * @throws `TypeError` for what is no function.
 */
declare function setTimeout<Rest extends unknown[]>(
  run: (...rest: Rest) => void,
  milliseconds?: number,
  ...rest: Rest
): number;

/**
 * Calls a function again and again, every so many milliseconds, at least 4.
 *
 * @throws An error of code `busy`, where too many timers wait.
 * @throws `TypeError` for what is no function.
 */
declare function setInterval<Rest extends unknown[]>(
  run: (...rest: Rest) => void,
  milliseconds?: number,
  ...rest: Rest
): number;

declare function clearTimeout(id?: number | null): void;
declare function clearInterval(id?: number | null): void;

/**
 * Calls a function once the code that runs now is done.
 *
 * @throws `TypeError` for what is no function.
 */
declare function queueMicrotask(run: () => void): void;
