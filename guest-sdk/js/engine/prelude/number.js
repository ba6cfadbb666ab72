// Intl.NumberFormat and Number.prototype.toLocaleString: plain numbers, shares and amounts of
// money.
const MAX_FRACTION = 20;

/** Options that have one value here. Nought is never written with a sign, which the language
 * calls `negative`. */
const NUMBER_FIXED = {
  currencyDisplay: ['symbol'],
  currencySign: ['standard'],
  notation: ['standard'],
  signDisplay: ['auto', 'negative'],
  minimumIntegerDigits: [1],
  minimumSignificantDigits: [],
  maximumSignificantDigits: [],
  roundingIncrement: [1],
  roundingMode: ['halfExpand'],
  roundingPriority: ['auto'],
  trailingZeroDisplay: ['auto'],
  unit: [],
};

const DECIMAL = /^[ \t\n\r]*([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)[ \t\n\r]*$/;
const DIGITS = /\p{Nd}(?:.*\p{Nd})?/u;

const countDigits = (shown) => {
  let rest = shown;
  let count = 0;
  for (let found = search(DIGIT, rest); found !== null; found = search(DIGIT, rest)) {
    rest = slice(rest, found.index + found[0].length);
    count += 1;
  }
  return count;
};

/** A value as the host takes numbers. */
const decimalText = (given) => {
  const value = primitiveOf(given, 'number');
  if (typeof value === 'bigint') return toText(value);
  if (typeof value === 'string') {
    const found = search(DECIMAL, value);
    // What is longer is not more exact than a number by much, and more than the host takes.
    if (found !== null && found[1].length <= 64) return found[1];
  }
  return toText(Number(value));
};

const fractionOf = (given, option) => {
  if (given[option] === undefined) return undefined;
  const digits = Number(given[option]);
  if (!(digits >= 0 && digits <= MAX_FRACTION)) {
    throw new RangeError(`Intl.NumberFormat: expected \`${option}\` from 0 to ${MAX_FRACTION}, came ${toText(given[option])}`);
  }
  return floor(digits);
};

const groupingOf = (value) => {
  if (value === undefined || has([true, 'auto', 'true', 'false'], value)) return true;
  if (value === false || value === null || value === 0 || value === '') return false;
  throw refused('NumberFormat', 'useGrouping', value, ['auto', true, false]);
};

class NumberFormat {
  #language;
  #spoken;
  #style;
  #currency;
  #minimum;
  #maximum;
  #grouping;
  #format = null;

  constructor(locales, options) {
    this.#language = canonicalTags(locales)[0];
    const given = optionsOf('NumberFormat', options);
    const numbering = choice('NumberFormat', given, 'numberingSystem', keys(NOUGHTS));
    this.#spoken = spoken(this.#language, { nu: numbering });
    checkSpoken('NumberFormat', this.#spoken, numbering);
    this.#style = choice('NumberFormat', given, 'style', ['decimal', 'percent', 'currency']) ?? 'decimal';
    refuseOthers('NumberFormat', given, NUMBER_FIXED);
    this.#grouping = groupingOf(given.useGrouping);
    const minimum = fractionOf(given, 'minimumFractionDigits');
    const maximum = fractionOf(given, 'maximumFractionDigits');
    if (minimum > maximum) throw new RangeError('Intl.NumberFormat: `minimumFractionDigits` is more than `maximumFractionDigits`');
    if (this.#style === 'currency') {
      this.#setCurrency(given.currency, minimum, maximum);
      return;
    }
    this.#minimum = minimum ?? 0;
    this.#maximum = maximum ?? max(this.#style === 'percent' ? 0 : 3, this.#minimum);
  }

  get format() {
    this.#format ??= (value) => this.#write(value);
    return this.#format;
  }

  static formatNow(value, locales, options) {
    return new NumberFormat(locales, options).#write(value);
  }

  resolvedOptions() {
    const resolved = {
      locale: this.#language ?? native.language(),
      numberingSystem: numberingOf(this.#spoken),
      style: this.#style,
      minimumIntegerDigits: 1,
      minimumFractionDigits: this.#minimum,
      maximumFractionDigits: this.#maximum,
      useGrouping: this.#grouping ? 'auto' : false,
      notation: 'standard',
      signDisplay: 'negative',
      roundingMode: 'halfExpand',
    };
    if (this.#style !== 'currency') return resolved;
    return { ...resolved, currency: this.#currency, currencyDisplay: 'symbol', currencySign: 'standard' };
  }

  #setCurrency(currency, minimum, maximum) {
    if (currency === undefined) throw new TypeError('Intl.NumberFormat: an amount of money needs `currency`, such as "CHF"');
    this.#currency = upper(text(currency));
    // The currency says how many there are; one text of the host's shows it.
    const digits = countDigits(this.#plain('0')) - 1;
    if ((minimum ?? digits) !== digits || (maximum ?? digits) !== digits) {
      throw new RangeError(`Intl.NumberFormat: ${this.#currency} is written with ${digits} digits after the decimal sign; leave out \`minimumFractionDigits\` and \`maximumFractionDigits\``);
    }
    if (!this.#grouping) throw refused('NumberFormat', 'useGrouping', false, ['auto', true]);
    this.#minimum = digits;
    this.#maximum = digits;
  }

  #plain(number) {
    if (this.#style === 'currency') return written(native.formatCurrency(number, this.#currency, this.#spoken));
    return writeNumber(number, this.#style === 'percent', this.#minimum, this.#maximum, this.#grouping, this.#spoken);
  }

  #write(value) {
    const number = decimalText(value);
    const isInfinite = number === 'Infinity' || number === '-Infinity';
    if (!isInfinite && number !== 'NaN') return this.#plain(number);
    // The host writes digits alone: what has none stands where they would.
    const shown = this.#plain(number === '-Infinity' ? '-1' : '1');
    const digits = search(DIGITS, shown);
    const sign = isInfinite ? '∞' : 'NaN';
    return slice(shown, 0, digits.index) + sign + slice(shown, digits.index + digits[0].length);
  }
}

const { formatNow } = NumberFormat;
delete NumberFormat.formatNow;
intlClass('NumberFormat', NumberFormat);

for (const prototype of [Number.prototype, BigInt.prototype]) {
  const valueOf = uncurry(prototype.valueOf);
  const { toLocaleString } = {
    toLocaleString(locales = undefined, options = undefined) {
      return formatNow(valueOf(this), locales, options);
    },
  };
  defineProperty(prototype, 'toLocaleString', { value: toLocaleString, writable: true, configurable: true });
}
