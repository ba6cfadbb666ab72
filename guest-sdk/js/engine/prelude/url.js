// URL and URLSearchParams (URL Standard). Addresses are parsed by the host's own parser.
const [HREF, PROTOCOL, USERNAME, PASSWORD, HOST, HOSTNAME, PORT, PATHNAME, SEARCH, HASH, ORIGIN] =
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

class URLSearchParams {
  // Pairs of names and values.
  #pairs = [];
  #changed;

  constructor(init = '', changed = undefined) {
    this.#changed = changed === onChange ? changed.run : undefined;
    if (isObject(init) || isFunction(init)) {
      const iterate = init[Symbol.iterator];
      if (iterate !== undefined && iterate !== null) {
        for (const pair of init) {
          const both = [...pair];
          if (both.length !== 2) throw new TypeError(`URLSearchParams: expected pairs, came one of ${both.length}`);
          push(this.#pairs, [text(both[0]), text(both[1])]);
        }
      } else {
        const named = new Map();
        for (const name of keys(init)) mapSet(named, text(name), text(init[name]));
        for (const [name, value] of named) push(this.#pairs, [name, value]);
      }
    } else {
      const given = text(init);
      this.#read(startsWith(given, '?') ? slice(given, 1) : given);
    }
  }

  #read(query) {
    const list = native.readForm(query);
    this.#pairs = [];
    for (let at = 0; at < list.length; at += 2) push(this.#pairs, [list[at], list[at + 1]]);
  }

  #tell() {
    if (this.#changed) this.#changed(this.toString());
  }

  /** What the URL that it belongs to has become; for that alone. */
  static follow(params, query, key) {
    if (key === onChange) params.#read(query);
  }

  get size() {
    return this.#pairs.length;
  }

  append(name, value) {
    push(this.#pairs, [text(name), text(value)]);
    this.#tell();
  }

  delete(name, value) {
    const [named, valued] = [text(name), value === undefined ? undefined : text(value)];
    this.#pairs = filter(this.#pairs, (pair) => pair[0] !== named || (valued !== undefined && pair[1] !== valued));
    this.#tell();
  }

  get(name) {
    const named = text(name);
    for (const pair of this.#pairs) if (pair[0] === named) return pair[1];
    return null;
  }

  getAll(name) {
    const named = text(name);
    return map(filter(this.#pairs, (pair) => pair[0] === named), (pair) => pair[1]);
  }

  has(name, value) {
    const [named, valued] = [text(name), value === undefined ? undefined : text(value)];
    for (const pair of this.#pairs) {
      if (pair[0] === named && (valued === undefined || pair[1] === valued)) return true;
    }
    return false;
  }

  set(name, value) {
    const [named, valued] = [text(name), text(value)];
    let isSet = false;
    this.#pairs = filter(this.#pairs, (pair) => {
      if (pair[0] !== named) return true;
      if (isSet) return false;
      isSet = true;
      pair[1] = valued;
      return true;
    });
    if (!isSet) push(this.#pairs, [named, valued]);
    this.#tell();
  }

  sort() {
    sorted(this.#pairs, (one, other) => (one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : 0));
    this.#tell();
  }

  forEach(run, self) {
    if (!isFunction(run)) throw new TypeError(`forEach: expected a function, came ${typeof run}`);
    for (const [name, value] of this) apply(run, self, [value, name, this]);
  }

  *entries() {
    for (let at = 0; at < this.#pairs.length; at += 1) yield [this.#pairs[at][0], this.#pairs[at][1]];
  }

  *keys() {
    for (let at = 0; at < this.#pairs.length; at += 1) yield this.#pairs[at][0];
  }

  *values() {
    for (let at = 0; at < this.#pairs.length; at += 1) yield this.#pairs[at][1];
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    const list = [];
    for (const pair of this.#pairs) push(list, pair[0], pair[1]);
    return native.writeForm(list);
  }

  get [Symbol.toStringTag]() {
    return 'URLSearchParams';
  }
}

/** What links the two classes; no script can name it. */
const onChange = { run: undefined };

class URL {
  #parts;
  #params;

  constructor(url, base) {
    if (arguments.length === 0) throw new TypeError('URL: expected an address');
    const parts = native.parseUrl(text(url), base === undefined ? undefined : text(base));
    if (!parts) throw new TypeError(`URL: \`${slice(text(url), 0, 200)}\` is no address${base === undefined ? '' : ', relative to its base'}`);
    this.#parts = parts;
  }

  static parse(url, base) {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  }

  static canParse(url, base) {
    return native.parseUrl(text(url), base === undefined ? undefined : text(base)) !== undefined;
  }

  #set(part, value) {
    const parts = native.changeUrl(this.#parts[HREF], part, text(value));
    if (parts) this.#parts = parts;
    if (part === 'search' && this.#params) this.#follow();
  }

  #follow() {
    follow(this.#params, slice(this.#parts[SEARCH], 1), onChange);
  }

  get href() {
    return this.#parts[HREF];
  }

  set href(value) {
    const parts = native.parseUrl(text(value), undefined);
    if (!parts) throw new TypeError(`URL: \`${slice(text(value), 0, 200)}\` is no address`);
    this.#parts = parts;
    if (this.#params) this.#follow();
  }

  get origin() {
    return this.#parts[ORIGIN];
  }

  get protocol() {
    return this.#parts[PROTOCOL];
  }

  set protocol(value) {
    this.#set('protocol', value);
  }

  get username() {
    return this.#parts[USERNAME];
  }

  set username(value) {
    this.#set('username', value);
  }

  get password() {
    return this.#parts[PASSWORD];
  }

  set password(value) {
    this.#set('password', value);
  }

  get host() {
    return this.#parts[HOST];
  }

  set host(value) {
    this.#set('host', value);
  }

  get hostname() {
    return this.#parts[HOSTNAME];
  }

  set hostname(value) {
    this.#set('hostname', value);
  }

  get port() {
    return this.#parts[PORT];
  }

  set port(value) {
    this.#set('port', value);
  }

  get pathname() {
    return this.#parts[PATHNAME];
  }

  set pathname(value) {
    this.#set('pathname', value);
  }

  get search() {
    return this.#parts[SEARCH];
  }

  set search(value) {
    this.#set('search', value);
  }

  get hash() {
    return this.#parts[HASH];
  }

  set hash(value) {
    this.#set('hash', value);
  }

  get searchParams() {
    if (!this.#params) {
      onChange.run = (query) => {
        const parts = native.changeUrl(this.#parts[HREF], 'search', query);
        if (parts) this.#parts = parts;
      };
      this.#params = new URLSearchParams(slice(this.#parts[SEARCH], 1), onChange);
      onChange.run = undefined;
    }
    return this.#params;
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }

  get [Symbol.toStringTag]() {
    return 'URL';
  }
}

const { follow } = URLSearchParams;
delete URLSearchParams.follow;

global('URL', URL);
global('URLSearchParams', URLSearchParams);
