// What of the language is not there. The engine never turns a text into code, whatever the road:
// `eval`, `Function` and the constructors of other kinds of functions throw a `TypeError`.

interface FunctionConstructor {
  /**
   * Refused: a text never becomes code in a mini-app.
   *
   * @throws `TypeError`, always.
   * @deprecated
   */
  new (...code: string[]): never;
  /**
   * Refused: a text never becomes code in a mini-app.
   *
   * @throws `TypeError`, always.
   * @deprecated
   */
  (...code: string[]): never;
}
