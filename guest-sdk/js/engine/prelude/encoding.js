// TextEncoder and TextDecoder for UTF-8 (Encoding Standard), btoa and atob (HTML Standard).
const UTF8_LABELS = ['utf-8', 'utf8', 'unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'x-unicode20utf8'];
const trimmed = (value) => replace(value, /^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '');

class TextEncoder {
  get encoding() {
    return 'utf-8';
  }

  encode(input = '') {
    return native.encode(text(input));
  }

  encodeInto(source, destination) {
    if (!(destination instanceof Uint8Array)) throw new TypeError('encodeInto: expected a Uint8Array to write to');
    let read = 0;
    let written = 0;
    for (const character of text(source)) {
      const bytes = native.encode(character);
      if (written + bytes.length > destination.length) break;
      destination.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

class TextDecoder {
  #fatal;
  #ignoresMark;
  #kept = new Uint8Array(0);
  #isWithin = false;

  constructor(label = 'utf-8', options = {}) {
    if (!has(UTF8_LABELS, lower(trimmed(text(label))))) {
      throw new RangeError(`TextDecoder: \`${text(label)}\` is not there; expected utf-8`);
    }
    this.#fatal = Boolean(options?.fatal);
    this.#ignoresMark = Boolean(options?.ignoreBOM);
  }

  get encoding() {
    return 'utf-8';
  }

  get fatal() {
    return this.#fatal;
  }

  get ignoreBOM() {
    return this.#ignoresMark;
  }

  decode(input, options = {}) {
    const given = input === undefined ? new Uint8Array(0) : bytesOf(input);
    if (!given) throw new TypeError('decode: expected an ArrayBuffer, or a view of one');
    const stream = Boolean(options?.stream);
    let bytes = given;
    if (this.#kept.length > 0) {
      bytes = new Uint8Array(this.#kept.length + given.length);
      bytes.set(this.#kept);
      bytes.set(given, this.#kept.length);
    }
    const decoded = native.decodeText(bytes, this.#fatal, stream);
    this.#kept = new Uint8Array(0);
    if (decoded === undefined) {
      this.#isWithin = false;
      throw new TypeError('decode: the bytes are not UTF-8');
    }
    const [told, read] = decoded;
    if (read < bytes.length) this.#kept = bytes.slice(read);
    const begins = !this.#isWithin && told.length > 0;
    this.#isWithin = stream && (this.#isWithin || told.length > 0);
    return begins && !this.#ignoresMark && charAt(told, 0) === '\ufeff' ? slice(told, 1) : told;
  }
}

global('TextEncoder', TextEncoder);
global('TextDecoder', TextDecoder);

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const code = uncurry(String.prototype.charCodeAt);

const wrongCharacter = (message) => new DOMException(message, 'InvalidCharacterError');

global('btoa', (data) => {
  const input = toText(data);
  let output = '';
  for (let at = 0; at < input.length; at += 3) {
    let bits = 0;
    for (let next = 0; next < 3; next += 1) {
      const byte = at + next < input.length ? code(input, at + next) : 0;
      if (byte > 255) throw wrongCharacter('btoa: expected characters up to U+00FF; encode the text with TextEncoder first');
      bits = (bits << 8) | byte;
    }
    for (let next = 0; next < 4; next += 1) {
      output += at + next > input.length ? '=' : charAt(BASE64, (bits >> (18 - 6 * next)) & 63);
    }
  }
  return output;
});

global('atob', (data) => {
  let input = replace(toText(data), /[\t\n\f\r ]+/g, '');
  if (input.length % 4 === 0) input = replace(input, /==?$/, '');
  if (input.length % 4 === 1 || search(/[^A-Za-z0-9+/]/, input)) throw wrongCharacter('atob: expected base64');
  let output = '';
  let bits = 0;
  let held = 0;
  for (let at = 0; at < input.length; at += 1) {
    bits = ((bits << 6) | find(BASE64, charAt(input, at))) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      output += fromCode((bits >> held) & 255);
    }
  }
  return output;
});
