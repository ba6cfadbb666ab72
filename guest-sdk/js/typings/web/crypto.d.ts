// Web Cryptography API, without `subtle`.

interface Crypto {
  /**
   * Fills an array of integers with random bytes, at most 65,536, and returns it.
   *
   * @throws `DOMException` of the name `QuotaExceededError` for more, and `TypeMismatchError` for
   * what is no array of integers.
   */
  getRandomValues<
    Integers extends
      | Int8Array
      | Uint8Array
      | Uint8ClampedArray
      | Int16Array
      | Uint16Array
      | Int32Array
      | Uint32Array
      | BigInt64Array
      | BigUint64Array,
  >(integers: Integers): Integers;
  /** A random UUID of version 4. */
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
}

declare var crypto: Crypto;
