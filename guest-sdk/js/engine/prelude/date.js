// Date in the user's time zone: what the language says of local time, by what the host says of
// how far it is ahead of UTC; UTC where the host says nothing. The host is asked when a script
// asks, so that nothing of a user is in the snapshot. The names of months and days in `toString`
// and its kin are English, as the language has them.
//
// Texts are put together by `+` here and in what is about Intl: the engine makes templates of
// String.prototype.concat, which a mini-app may replace.
const DAY = 86400000;
const MINUTE = 60000;
const MAX_OFFSETS = 512;
/** The last moment of a `Date`. */
const LAST = 8.64e15;

const UtcDate = Date;
const utcNow = UtcDate.now;
const utcParse = UtcDate.parse;
const utcMoment = UtcDate.UTC;
const setMoment = uncurry(UtcDate.prototype.setTime);
const utcText = uncurry(UtcDate.prototype.toUTCString);

/** How far local time is ahead at a moment, in milliseconds. */
const askOffset = (moment) => {
  const answer = native.utcOffset(moment);
  return answer[0] ? 0 : answer[1] * MINUTE;
};

/** Whether there is a local time; near the first and the last moment it could be none that a
 * `Date` holds, and is UTC. */
const hasLocal = (moment) => moment > DAY - LAST && moment < LAST - DAY;

/** The name of the zone that `offsetAt` tells of. */
const zoneName = (moment) => (hasLocal(moment) && !native.utcOffset(moment)[0] ? native.timeZone() : 'UTC');

/** What it is at the beginnings of days (UTC). */
const offsets = new Map();
let countOfOffsets = 0;

/** Forgets them: the user may have travelled. */
const forgetOffsets = () => {
  mapClear(offsets);
  countOfOffsets = 0;
};

const offsetOfDay = (day) => {
  let offset = mapGet(offsets, day);
  if (offset === undefined) {
    offset = askOffset(day * DAY);
    if (countOfOffsets >= MAX_OFFSETS) forgetOffsets();
    countOfOffsets += 1;
    mapSet(offsets, day, offset);
  }
  return offset;
};

/** No zone changes it and changes it back within a day: only on days with a change is the host
 * asked for the very moment. */
const offsetAt = (moment) => {
  if (!hasLocal(moment)) return 0;
  const day = floor(moment / DAY);
  const offset = offsetOfDay(day);
  return offset === offsetOfDay(day + 1) ? offset : askOffset(moment);
};

const localOf = (moment) => moment + offsetAt(moment);

/** The moment of a local time. One that is there twice is the first, and one that is skipped
 * counts as if the clock had not yet been changed. */
const momentOfLocal = (local) => {
  if (isNaN(local)) return local;
  const before = offsetAt(local - DAY);
  const after = offsetAt(local + DAY);
  const early = local - before;
  if (before === after || offsetAt(early) === before) return early;
  const late = local - after;
  return offsetAt(late) === after ? late : early;
};

/** A date and a time of day as the language writes them, and whether they say where. */
const ISO = /^(?:\d{4}|[+-]\d{6})(?:-\d\d(?:-\d\d)?)?(T\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?$/;

const parseDate = (given) => {
  const parts = search(ISO, given);
  if (parts) return parts[1] && !parts[2] ? momentOfLocal(utcParse(given + 'Z')) : utcParse(given);
  // A zone that is named first counts unless the text names one itself.
  const inUtc = utcParse('Z ' + given);
  return inUtc === utcParse('EST ' + given) ? inUtc : momentOfLocal(inUtc);
};

const isDate = (value) => {
  try {
    dateTime(value);
    return true;
  } catch {
    return false;
  }
};

/** The moment of a date, or of what stands for one. */
const timeOf = (value) => (isObject(value) && isDate(value) ? dateTime(value) : Number(value));

/** The moment that the arguments of the constructor stand for. */
const momentOf = (given) => {
  if (given.length > 1) return momentOfLocal(apply(utcMoment, undefined, given));
  if (isObject(given[0]) && isDate(given[0])) return dateTime(given[0]);
  const value = primitiveOf(given[0], 'default');
  return typeof value === 'string' ? parseDate(value) : Number(value);
};

const LocalDate = {
  Date: function (...given) {
    if (new.target === undefined) return dateText(utcNow(), true, true);
    return construct(UtcDate, given.length === 0 ? [] : [momentOf(given)], new.target);
  },
}.Date;

/** A date of the engine's own, to read the fields of a local time from. */
const scratch = new UtcDate(0);

const pad = (count) => slice(toText(count + 100), 1);

const dateText = (moment, hasDate, hasTime) => {
  if (isNaN(moment)) return 'Invalid Date';
  const offset = offsetAt(moment);
  setMoment(scratch, moment + offset);
  // Such as `Wed, 25 Nov 2026 10:30:00 GMT`.
  const utc = utcText(scratch);
  const parts = [];
  if (hasDate) push(parts, slice(utc, 0, 3), slice(utc, 8, 11), slice(utc, 5, 7), slice(utc, 12, -13));
  if (hasTime) {
    const minutes = (offset < 0 ? -offset : offset) / MINUTE;
    const sign = offset < 0 ? 'GMT-' : 'GMT+';
    push(parts, slice(utc, -12, -4), sign + pad(floor(minutes / 60)) + pad(minutes % 60), '(' + zoneName(moment) + ')');
  }
  return join(parts, ' ');
};

/** Gives dates a function in place of the engine's. */
const dateMethod = (name, length, run) => {
  const method = {
    [name](...given) {
      return run(this, dateTime(this), given);
    },
  }[name];
  defineProperty(method, 'length', { value: length });
  defineProperty(UtcDate.prototype, name, { value: method });
};

for (const field of ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
  const get = uncurry(UtcDate.prototype[`getUTC${field}`]);
  dateMethod(`get${field}`, 0, (_, moment) => {
    if (isNaN(moment)) return moment;
    setMoment(scratch, localOf(moment));
    return get(scratch);
  });
}

const setLocal = (date, moment, set, given) => {
  // One of its own: the arguments may be objects that use dates while they are read.
  const local = new UtcDate(isNaN(moment) ? moment : localOf(moment));
  return setMoment(date, momentOfLocal(apply(set, local, given)));
};

for (const [field, length] of [['FullYear', 3], ['Month', 2], ['Date', 1], ['Hours', 4], ['Minutes', 3], ['Seconds', 2], ['Milliseconds', 1]]) {
  const set = UtcDate.prototype[`setUTC${field}`];
  dateMethod(`set${field}`, length, (date, moment, given) => setLocal(date, moment, set, given));
}

const fullYear = uncurry(UtcDate.prototype.getUTCFullYear);
const setFullYear = UtcDate.prototype.setUTCFullYear;
dateMethod('getYear', 0, (_, moment) => {
  if (isNaN(moment)) return moment;
  setMoment(scratch, localOf(moment));
  return fullYear(scratch) - 1900;
});
dateMethod('setYear', 1, (date, moment, given) => {
  const year = trunc(Number(given[0]));
  return setLocal(date, moment, setFullYear, [year >= 0 && year <= 99 ? year + 1900 : year]);
});
dateMethod('getTimezoneOffset', 0, (_, moment) => (isNaN(moment) ? moment : 0 - offsetAt(moment) / MINUTE));
dateMethod('toString', 0, (_, moment) => dateText(moment, true, true));
dateMethod('toDateString', 0, (_, moment) => dateText(moment, true, false));
dateMethod('toTimeString', 0, (_, moment) => dateText(moment, false, true));

defineProperty(LocalDate, 'length', { value: 7 });
defineProperty(LocalDate, 'prototype', { value: UtcDate.prototype, writable: false });
defineProperty(UtcDate.prototype, 'constructor', { value: LocalDate });
const statics = {
  now: utcNow,
  parse(given) {
    return parseDate(text(given));
  },
  UTC: utcMoment,
};
for (const name of keys(statics)) defineProperty(LocalDate, name, { value: statics[name], writable: true, configurable: true });
global('Date', LocalDate);
