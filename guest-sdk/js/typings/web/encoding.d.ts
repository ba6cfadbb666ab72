// Encoding Standard, in UTF-8 alone; and base64 of the HTML Standard.

interface TextEncoder {
  readonly encoding: 'utf-8';
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}

declare var TextEncoder: {
  prototype: TextEncoder;
  new (): TextEncoder;
};

interface TextDecoderOptions {
  /** Whether what is not UTF-8 is a `TypeError`; it becomes U+FFFD if absent. */
  fatal?: boolean;
  /** Whether a byte order mark is kept. */
  ignoreBOM?: boolean;
}

interface TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

declare var TextDecoder: {
  prototype: TextDecoder;
  /** @throws `RangeError` for an encoding other than UTF-8. */
  new (label?: 'utf-8' | 'utf8' | 'UTF-8', options?: TextDecoderOptions): TextDecoder;
};

/**
 * From base64 to bytes, each of them a character.
 *
 * @throws `DOMException` of the name `InvalidCharacterError`.
 */
declare function atob(base64: string): string;

/**
 * From bytes, each of them a character, to base64.
 *
 * @throws `DOMException` of the name `InvalidCharacterError` for a character past U+00FF.
 */
declare function btoa(bytes: string): string;
