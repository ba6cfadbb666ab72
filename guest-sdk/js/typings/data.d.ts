declare namespace MiniApp {
  /** What JSON can say of a page: names and values. */
  type Data = Record<string, any>;

  /** The names of every member of a union. */
  type NamesOf<T> = T extends unknown ? keyof T : never;

  /** `null`, `[]` and `{}` alone say nothing of what comes later, so they stand for anything. */
  type Settled<T> = [T] extends [never]
    ? never
    : [T] extends [null | undefined]
      ? any
      : [T] extends [readonly never[]]
        ? any[]
        : [NamesOf<T>] extends [never]
          ? any
          : T;

  /** The page's data as it is read. */
  type ReadData<D> = { [Name in keyof D]: Settled<D[Name]> };

  /** The value of a name. */
  type Named<T, Name extends string> = T extends null | undefined
    ? never
    : 0 extends 1 & T
      ? any
      : Name extends keyof T
        ? Settled<T[Name]>
        : never;

  /** The value behind `[0]`, `[0][1]` and so on. */
  type Indexed<T, Indices extends string> = Indices extends `[${number}]${infer Rest}`
    ? 0 extends 1 & T
      ? any
      : Indexed<Settled<NonNullable<T> extends readonly (infer Item)[] ? Item : never>, Rest>
    : T;

  /** The value of one part of a path between dots. */
  type Part<T, Text extends string> = Text extends `${infer Name}[${infer Indices}`
    ? Indexed<Name extends '' ? T : Named<T, Name>, `[${Indices}`>
    : Named<T, Text>;

  /**
   * The value that a data path such as `user.name` or `offers[0].title` leads to. A path that is
   * only known when it runs, or that escapes a character, leads to anything.
   */
  type ValueAt<D, Path> = Path extends string
    ? string extends Path
      ? any
      : Path extends `${string}\\${string}`
        ? any
        : Path extends keyof D
          ? Settled<D[Path]>
          : Path extends `${infer Head}.${infer Tail}`
            ? ValueAt<Part<D, Head>, Tail>
            : Part<D, Path>
    : any;

  /** Data paths and the values that are put there. */
  type Patch<D, Paths extends PropertyKey> = { [Path in Paths]: ValueAt<D, Path> };
}
