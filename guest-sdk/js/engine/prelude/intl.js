// Intl: numbers, amounts of money and moments, as the host writes them in the user's manner. Not
// there: what the host has no function for, such as Collator, PluralRules and `formatToParts`.
const Intl = {};
defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });
global('Intl', Intl);

const TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;

/** A tag of BCP 47 in its usual form: `de-Latn-CH`. */
const canonicalTag = (given) => {
  if (typeof given !== 'string' && !isObject(given)) throw new TypeError(`expected the tag of a language, came ${typeof given}`);
  const tag = text(given);
  if (search(TAG, tag) === null) throw new RangeError(`${quoted(tag)} is not the tag of a language, such as "de-CH"`);
  const parts = split(lower(tag), '-');
  for (let at = 1; at < parts.length; at += 1) {
    // What follows a letter alone is an extension.
    if (parts[at].length === 1) break;
    if (parts[at].length === 2) parts[at] = upper(parts[at]);
    else if (parts[at].length === 4) parts[at] = upper(charAt(parts[at], 0)) + slice(parts[at], 1);
  }
  return join(parts, '-');
};

const canonicalTags = (given) => {
  if (given === undefined) return [];
  if (typeof given === 'string') return [canonicalTag(given)];
  if (given === null) throw new TypeError('expected the tag of a language, came null');
  const tags = [];
  const list = arrayFrom(given);
  for (let at = 0; at < list.length; at += 1) {
    const tag = canonicalTag(list[at]);
    if (!has(tags, tag)) push(tags, tag);
  }
  return tags;
};

/** A tag that also says how something is written, before what it says of that itself (UTS 35,
 * `-u-`). */
const withKeyword = (tag, key, value) => {
  const parts = split(tag, '-');
  const ownUse = indexOf(parts, 'x');
  const end = ownUse < 0 ? parts.length : ownUse;
  let at = indexOf(parts, 'u');
  if (at < 0 || at >= end) {
    splice(parts, end, 0, 'u', key, value);
    return join(parts, '-');
  }
  at += 1;
  while (at < end && parts[at].length > 2) at += 1;
  splice(parts, at, 0, key, value);
  return join(parts, '-');
};

/** The language to write in, which says what is asked for in `keywords`, if anything is. */
const spoken = (language, keywords) => {
  let tag = language;
  for (const key of keys(keywords)) {
    if (keywords[key] !== undefined) tag = withKeyword(tag ?? native.language(), key, keywords[key]);
  }
  return tag;
};

/** What the host has written; what it refuses is a `RangeError`. */
const written = (answer) => {
  const failure = answer[0];
  if (!failure) return answer[1];
  throw failure.code === 'invalid-argument' ? new RangeError(failure.message) : hostError('Intl', failure);
};

/** The noughts of the digits that languages are written with. */
const NOUGHTS = { __proto__: null, latn: '0', arab: '\u0660', arabext: '\u06f0', deva: '\u0966', beng: '\u09e6', mymr: '\u1040', thai: '\u0e50' };
const DIGIT = /\p{Nd}/u;

const writeNumber = (number, percent, minimum, maximum, grouping, language) =>
  written(native.formatNumber(number, { percent, minimum, maximum, grouping, language }));

/** The digits that a language is written with; `undefined` if they are none of `NOUGHTS`. */
const numberingOf = (language) => {
  const nought = search(DIGIT, writeNumber('0', false, 0, 0, false, language));
  for (const name of keys(NOUGHTS)) if (NOUGHTS[name] === nought?.[0]) return name;
  return undefined;
};

const refused = (name, option, value, values) => {
  const shown = map(values, (one) => (typeof one === 'string' ? quoted(one) : toText(one)));
  const can = shown.length === 0 ? 'leave it out' : `there is ${join(shown, ', ')}`;
  return new RangeError(`Intl.${name}: \`${option}: ${typeof value === 'string' ? quoted(value) : toText(value)}\` is not there; ${can}`);
};

/** An option that is one of some texts, if it is given. */
const choice = (name, given, option, values) => {
  const value = given[option];
  if (value === undefined) return undefined;
  const chosen = text(value);
  if (!has(values, chosen)) throw refused(name, option, chosen, values);
  return chosen;
};

/** Refuses options of the language that the host cannot do, other than with these values. */
const refuseOthers = (name, given, fixed) => {
  for (const option of keys(fixed)) {
    const value = given[option];
    if (value !== undefined && !has(fixed[option], value)) throw refused(name, option, value, fixed[option]);
  }
};

/** Asks the host whether it knows a language, if one is asked for, and its digits. */
const checkSpoken = (name, language, numbering) => {
  if (language === undefined) return;
  const shown = numberingOf(language);
  if (numbering !== undefined && shown !== numbering) throw refused(name, 'numberingSystem', numbering, shown ? [shown] : []);
};

const optionsOf = (name, options) => {
  if (options === null) throw new TypeError(`Intl.${name}: expected an object with options, came null`);
  return options === undefined ? create(null) : Object(options);
};

/** Makes a class of `Intl`, which may be called without `new`. */
const intlClass = (name, Class) => {
  const { prototype } = Class;
  const make = {
    [name]: function (locales, options) {
      return construct(Class, [locales, options], new.target ?? make);
    },
  }[name];
  const hidden = (object, key, value) => defineProperty(object, key, { value, writable: true, configurable: true });
  defineProperty(make, 'length', { value: 0 });
  defineProperty(make, 'prototype', { value: prototype, writable: false });
  const { supportedLocalesOf } = {
    // The host writes in every language: in one that it does not know as in its parents.
    supportedLocalesOf(locales) {
      return canonicalTags(locales);
    },
  };
  hidden(make, 'supportedLocalesOf', supportedLocalesOf);
  defineProperty(prototype, 'constructor', { value: make });
  defineProperty(prototype, Symbol.toStringTag, { value: `Intl.${name}`, configurable: true });
  hidden(Intl, name, make);
};

const { getCanonicalLocales } = {
  getCanonicalLocales(locales) {
    return canonicalTags(locales);
  },
};
defineProperty(Intl, 'getCanonicalLocales', { value: getCanonicalLocales, writable: true, configurable: true });
