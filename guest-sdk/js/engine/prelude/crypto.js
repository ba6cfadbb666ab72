// crypto: random bytes of the operating system (Web Cryptography), and performance.now.
const MAX_RANDOM = 65536;
const INTEGERS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array];

const randomBytes = (length) => told(native.random(length));

global('crypto', {
  getRandomValues(array) {
    let isInteger = false;
    for (const kind of INTEGERS) isInteger ||= array instanceof kind;
    if (!isInteger) throw new DOMException('getRandomValues: expected an array of integers, such as a Uint8Array', 'TypeMismatchError');
    if (array.byteLength > MAX_RANDOM) {
      throw new DOMException(`getRandomValues: expected at most ${MAX_RANDOM} bytes, came ${array.byteLength}`, 'QuotaExceededError');
    }
    if (array.byteLength > 0) bytesOf(array).set(randomBytes(array.byteLength));
    return array;
  },
  randomUUID() {
    const bytes = randomBytes(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let told = '';
    for (let at = 0; at < 16; at += 1) {
      if (at === 4 || at === 6 || at === 8 || at === 10) told += '-';
      told += charAt('0123456789abcdef', bytes[at] >> 4) + charAt('0123456789abcdef', bytes[at] & 15);
    }
    return told;
  },
});

global('performance', {
  now: () => native.monotonic(),
  get timeOrigin() {
    return Date.now() - native.monotonic();
  },
});

global('self', globalThis);
