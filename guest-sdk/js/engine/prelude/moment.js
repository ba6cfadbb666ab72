// Intl.DateTimeFormat and Date.prototype.toLocaleString and its kin. The host writes a date whole,
// in three lengths, with or without its day of the week, and a time of day with or without its
// seconds; what is neither is refused. How wide each field is written is the language's to say:
// `resolvedOptions` tells the lengths. A date without a style is of the middle length, which is
// the one whose year is whole.
const DATE_FIELDS = ['weekday', 'year', 'month', 'day'];
const TIME_FIELDS = ['hour', 'minute', 'second'];
const DIGITS_OF_FIELD = ['numeric', '2-digit'];

const MOMENT_FIXED = { era: [], dayPeriod: [], fractionalSecondDigits: [], timeZoneName: [] };

const FIELDS = {
  __proto__: null,
  weekday: ['long', 'short'],
  year: DIGITS_OF_FIELD,
  month: ['numeric', '2-digit', 'long', 'short'],
  day: DIGITS_OF_FIELD,
  hour: DIGITS_OF_FIELD,
  minute: DIGITS_OF_FIELD,
  second: DIGITS_OF_FIELD,
};

/** What the year of 1970 is called in the calendars that languages have by custom. */
const YEARS = { __proto__: null, 1970: 'gregory', 2513: 'buddhist', 1348: 'persian' };

const anyOf = (fields, names) => filter(names, (name) => fields[name] !== undefined).length > 0;

/** How the host is to write what these fields ask for. */
const lengthsOf = (fields) => {
  let date;
  let time;
  if (anyOf(fields, DATE_FIELDS)) {
    if (!fields.year || !fields.month || !fields.day) {
      throw new RangeError('Intl.DateTimeFormat: a date is written whole; give `year`, `month` and `day`, with or without `weekday`, or `dateStyle`');
    }
    if (fields.month === 'long' || fields.weekday === 'long') date = 'long';
    else date = fields.month !== 'short' && fields.year === '2-digit' ? 'short' : 'medium';
  }
  if (anyOf(fields, TIME_FIELDS)) {
    if (!fields.hour || !fields.minute) {
      throw new RangeError('Intl.DateTimeFormat: a time of day is written with its minutes; give `hour` and `minute`, with or without `second`, or `timeStyle`');
    }
    time = fields.second ? 'seconds' : 'minutes';
  }
  return { date, time, weekday: fields.weekday !== undefined };
};

/** How the host is to write what these styles ask for. */
const lengthsOfStyles = (dateStyle, timeStyle) => ({
  date: dateStyle === 'full' ? 'long' : dateStyle,
  weekday: dateStyle === 'full',
  time: timeStyle && (timeStyle === 'short' ? 'minutes' : 'seconds'),
});

const hoursOf = (given, language) => {
  const cycle = choice('DateTimeFormat', given, 'hourCycle', ['h11', 'h12', 'h23']);
  if (given.hour12 === undefined) return cycle;
  // The language has `hour12` count before `hourCycle`. Only in Japanese is noon 0 o'clock.
  if (!given.hour12) return 'h23';
  return split(language ?? native.language(), '-')[0] === 'ja' ? 'h11' : 'h12';
};

const zoneOf = (given) => {
  if (given === undefined) return undefined;
  const name = text(given);
  return upper(name) === 'UTC' ? 'UTC' : name;
};

class DateTimeFormat {
  #language;
  #spoken;
  #timeZone;
  #lengths;
  #format = null;

  constructor(locales, options, wanted = 'any', usual = 'date') {
    this.#language = canonicalTags(locales)[0];
    const given = optionsOf('DateTimeFormat', options);
    refuseOthers('DateTimeFormat', given, MOMENT_FIXED);
    const numbering = choice('DateTimeFormat', given, 'numberingSystem', keys(NOUGHTS));
    this.#spoken = spoken(this.#language, {
      ca: choice('DateTimeFormat', given, 'calendar', ['gregory']),
      hc: hoursOf(given, this.#language),
      nu: numbering,
    });
    checkSpoken('DateTimeFormat', this.#spoken, numbering);
    this.#timeZone = zoneOf(given.timeZone);
    const fields = { __proto__: null };
    for (const name of keys(FIELDS)) fields[name] = choice('DateTimeFormat', given, name, FIELDS[name]);
    const dateStyle = choice('DateTimeFormat', given, 'dateStyle', ['full', 'long', 'medium', 'short']);
    const timeStyle = choice('DateTimeFormat', given, 'timeStyle', ['medium', 'short']);
    if (dateStyle || timeStyle) {
      if (anyOf(fields, keys(FIELDS))) throw new TypeError('Intl.DateTimeFormat: `dateStyle` and `timeStyle` stand alone, without `year` and its kin');
      if (wanted === 'date' && timeStyle) throw new TypeError('a date is written without `timeStyle`; use toLocaleString');
      if (wanted === 'time' && dateStyle) throw new TypeError('a time of day is written without `dateStyle`; use toLocaleString');
      this.#lengths = lengthsOfStyles(dateStyle, timeStyle);
    } else {
      const isSaid = (wanted !== 'time' && anyOf(fields, DATE_FIELDS)) || (wanted !== 'date' && anyOf(fields, TIME_FIELDS));
      if (!isSaid && usual !== 'time') assign(fields, { year: 'numeric', month: 'numeric', day: 'numeric' });
      if (!isSaid && usual !== 'date') assign(fields, { hour: 'numeric', minute: 'numeric', second: 'numeric' });
      this.#lengths = lengthsOf(fields);
    }
    // Only the host knows which zones there are.
    if (this.#timeZone !== undefined) this.#write(0);
  }

  get format() {
    this.#format ??= (date) => this.#write(date === undefined ? utcNow() : timeOf(date));
    return this.#format;
  }

  /** Writes a moment; `wanted` is `date`, `time` or both (`any`), `usual` what there is without
   * options. */
  static formatMoment(moment, locales, options, wanted, usual) {
    return new DateTimeFormat(locales, options, wanted, usual).#write(moment);
  }

  resolvedOptions() {
    const { date, weekday, time } = this.#lengths;
    const resolved = {
      locale: this.#language ?? native.language(),
      calendar: this.#calendar(),
      numberingSystem: numberingOf(this.#spoken),
      timeZone: this.#timeZone ?? native.timeZone(),
    };
    if (time) assign(resolved, this.#hours());
    if (date) resolved.dateStyle = weekday && date === 'long' ? 'full' : date;
    if (date && weekday && date !== 'long') resolved.weekday = 'short';
    if (time) resolved.timeStyle = time === 'seconds' ? 'medium' : 'short';
    return resolved;
  }

  #write(moment) {
    if (!(moment >= -LAST && moment <= LAST)) throw new RangeError('Intl.DateTimeFormat: the date is invalid');
    return written(native.formatDate(trunc(moment), { ...this.#lengths, timeZone: this.#timeZone, language: this.#spoken }));
  }

  /** A moment in UTC with digits that scripts read. */
  #show(moment, lengths) {
    const language = withKeyword(this.#spoken ?? native.language(), 'nu', 'latn');
    return written(native.formatDate(moment, { ...lengths, timeZone: 'UTC', language }));
  }

  #calendar() {
    const shown = this.#show(0, { date: 'long', weekday: false });
    for (const year of keys(YEARS)) if (includes(shown, year)) return YEARS[year];
    const parts = split(this.#spoken ?? native.language(), '-');
    const at = indexOf(parts, 'ca');
    return at < 0 ? undefined : parts[at + 1];
  }

  #hours() {
    const hours = { weekday: false, time: 'minutes' };
    if (includes(this.#show(13 * 3600000, hours), '13')) return { hourCycle: 'h23', hour12: false };
    return { hourCycle: includes(this.#show(0, hours), '12') ? 'h12' : 'h11', hour12: true };
  }
}

const { formatMoment } = DateTimeFormat;
delete DateTimeFormat.formatMoment;
intlClass('DateTimeFormat', DateTimeFormat);

for (const [name, wanted, usual] of [['toLocaleString', 'any', 'all'], ['toLocaleDateString', 'date', 'date'], ['toLocaleTimeString', 'time', 'time']]) {
  dateMethod(name, 0, (_, moment, given) =>
    isNaN(moment) ? 'Invalid Date' : formatMoment(moment, given[0], given[1], wanted, usual));
}
