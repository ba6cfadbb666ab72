// console: objects as people read them, bounded in depth and length.
const MAX_DEPTH = 4;
const MAX_ENTRIES = 100;
const MAX_LINE = 8 * 1024;

const quoted = (value) => stringify(wellFormed(value));

const isName = (key) => search(/^[A-Za-z_$][\w$]*$/, key) !== null;

const inspectEntries = (value, depth, seen) => {
  const parts = [];
  const names = ownKeys(value);
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(value, name);
    if (!property || !property.enumerable) continue;
    if (parts.length === MAX_ENTRIES) {
      push(parts, '…');
      break;
    }
    const key = typeof name === 'symbol' ? `[${toText(name)}]` : isName(name) ? name : quoted(name);
    const shown = 'value' in property ? inspect(property.value, depth + 1, seen) : '[Getter]';
    push(parts, `${key}: ${shown}`);
  }
  return parts;
};

const inspectItems = (items, depth, seen) => {
  const parts = [];
  for (let at = 0; at < items.length && at < MAX_ENTRIES; at += 1) {
    push(parts, at in items ? inspect(items[at], depth + 1, seen) : '<empty>');
  }
  if (items.length > MAX_ENTRIES) push(parts, `… ${items.length - MAX_ENTRIES} more`);
  return parts;
};

const inspectObject = (value, depth, seen) => {
  if (value instanceof Error) return errorText(value, seen);
  if (value instanceof Date) return isNaN(value) ? 'Invalid Date' : dateToISO(value);
  if (value instanceof RegExp) return toText(value);
  if (value instanceof PromiseOriginal) return 'Promise {}';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `${value.constructor?.name ?? 'Bytes'}(${value.byteLength})`;
  }
  if (has(seen, value)) return '[Circular]';
  const isList = isArray(value);
  if (depth >= MAX_DEPTH) return isList ? '[…]' : '{…}';
  const within = [...seen, value];
  if (isList) {
    const items = inspectItems(value, depth, within);
    return `[${join(items, ', ')}]`;
  }
  if (value instanceof Map || value instanceof Set) {
    const isMap = value instanceof Map;
    const parts = [];
    for (const entry of value) {
      if (parts.length === MAX_ENTRIES) {
        push(parts, '…');
        break;
      }
      const shown = isMap
        ? `${inspect(entry[0], depth + 1, within)} => ${inspect(entry[1], depth + 1, within)}`
        : inspect(entry, depth + 1, within);
      push(parts, shown);
    }
    return `${isMap ? 'Map' : 'Set'}(${value.size}) {${join(parts, ', ')}}`;
  }
  const parts = inspectEntries(value, depth, within);
  const name = isPlain(value) ? '' : `${value.constructor?.name ?? ''} `;
  return parts.length === 0 ? `${name}{}` : `${name}{ ${join(parts, ', ')} }`;
};

const inspect = (value, depth, seen) => {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return toText(value);
    case 'function':
      return `[Function${value.name ? `: ${value.name}` : ''}]`;
    case 'object':
      return value === null ? 'null' : inspectObject(value, depth, seen);
    default:
      return Object.is(value, -0) ? '-0' : toText(value);
  }
};

/** An error with its stack, as the original files have it, and with what has caused it. */
const errorText = (error, seen = []) => {
  if (has(seen, error)) return '[Circular]';
  const head = toText(error);
  const stack = typeof error.stack === 'string' ? native.trace(text(error.stack)) : '';
  let cause = '';
  if (hasOwn(error, 'cause')) {
    const shown = seen.length < MAX_DEPTH ? inspect(error.cause, MAX_DEPTH - 1, [...seen, error]) : '…';
    cause = `\ncaused by ${shown}`;
  }
  return `${head}${stack ? `\n${stack}` : ''}${cause}`;
};

/** Values as one line, with the directives `%s %d %i %f %o %O %j %c %%` of the console standard. */
const line = (values) => {
  const parts = [];
  let rest = values;
  if (typeof values[0] === 'string' && values.length > 1 && includes(values[0], '%')) {
    let next = 1;
    const filled = replace(values[0], /%[sdifoOjc%]/g, (directive) => {
      if (directive === '%%') return '%';
      if (next >= values.length) return directive;
      const value = values[next];
      next += 1;
      switch (directive) {
        case '%s':
          return typeof value === 'string' ? value : inspect(value, 0, []);
        case '%d':
        case '%f':
          return toText(typeof value === 'bigint' ? value : Number(value));
        case '%i':
          return toText(Math.trunc(Number(value)));
        case '%c':
          return '';
        default:
          return inspect(value, 0, []);
      }
    });
    push(parts, filled);
    rest = part(values, next);
  }
  for (const value of rest) push(parts, typeof value === 'string' ? value : inspect(value, 0, []));
  return join(parts, ' ');
};

let indent = '';
const counts = new Map();
const clocks = new Map();

const write = (level, values) => {
  let told;
  try {
    told = line(values);
  } catch (error) {
    told = `[a value that cannot be shown: ${error}]`;
  }
  native.log(level, slice(text(indent + told), 0, MAX_LINE));
};

const elapsed = (label) => {
  const started = mapGet(clocks, label);
  return started === undefined ? undefined : `${label}: ${(native.monotonic() - started).toFixed(1)} ms`;
};

global('console', {
  trace: (...values) => write('trace', [...values, `\n${native.trace(new Error().stack)}`]),
  debug: (...values) => write('debug', values),
  log: (...values) => write('info', values),
  info: (...values) => write('info', values),
  warn: (...values) => write('warn', values),
  error: (...values) => write('error', values),
  dir: (value) => write('info', [value]),
  table: (value) => write('info', [value]),
  assert: (condition, ...values) => {
    if (!condition) write('error', ['Assertion failed', ...values]);
  },
  count: (label = 'default') => {
    const count = (mapGet(counts, toText(label)) ?? 0) + 1;
    mapSet(counts, toText(label), count);
    write('info', [`${label}: ${count}`]);
  },
  countReset: (label = 'default') => mapDelete(counts, toText(label)),
  time: (label = 'default') => mapSet(clocks, toText(label), native.monotonic()),
  timeLog: (label = 'default', ...values) => {
    const told = elapsed(toText(label));
    if (told) write('info', [told, ...values]);
  },
  timeEnd: (label = 'default') => {
    const told = elapsed(toText(label));
    mapDelete(clocks, toText(label));
    if (told) write('info', [told]);
  },
  group: (...values) => {
    if (values.length > 0) write('info', values);
    indent = slice(`${indent}  `, 0, 20);
  },
  groupEnd: () => {
    indent = slice(indent, 2);
  },
});
console.groupCollapsed = console.group;
