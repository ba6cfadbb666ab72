// fetch (Fetch Standard) over the same requests as fc.request. Answers come whole: `body` is
// null, and what they hold is read by text(), json(), arrayBuffer() and bytes().
let heldBytes;
let answered;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const fieldName = (name) => {
  const given = text(name);
  if (!search(TOKEN, given)) throw new TypeError(`Headers: \`${slice(given, 0, 80)}\` is no name of a header`);
  return lower(given);
};

const fieldValue = (value) => {
  const given = trimmed(text(value));
  if (search(/[\0\r\n]/, given)) throw new TypeError('Headers: a value is one line');
  return given;
};

class Headers {
  // Pairs, in the order that they came.
  #fields = [];

  constructor(init = undefined) {
    if (init === undefined || init === null) return;
    if (!isObject(init)) throw new TypeError('Headers: expected an object, or pairs of names and values');
    if (isFunction(init[Symbol.iterator])) {
      for (const pair of init) {
        const both = [...pair];
        if (both.length !== 2) throw new TypeError(`Headers: expected pairs, came one of ${both.length}`);
        this.append(both[0], both[1]);
      }
    } else {
      for (const name of keys(init)) this.append(name, init[name]);
    }
  }

  append(name, value) {
    push(this.#fields, [fieldName(name), fieldValue(value)]);
  }

  set(name, value) {
    const named = fieldName(name);
    this.#fields = filter(this.#fields, (field) => field[0] !== named);
    push(this.#fields, [named, fieldValue(value)]);
  }

  delete(name) {
    const named = fieldName(name);
    this.#fields = filter(this.#fields, (field) => field[0] !== named);
  }

  has(name) {
    return this.get(name) !== null;
  }

  get(name) {
    const named = fieldName(name);
    const values = map(filter(this.#fields, (field) => field[0] === named), (field) => field[1]);
    return values.length === 0 ? null : join(values, ', ');
  }

  getSetCookie() {
    return map(filter(this.#fields, (field) => field[0] === 'set-cookie'), (field) => field[1]);
  }

  *entries() {
    const names = [];
    for (const field of this.#fields) if (!has(names, field[0])) push(names, field[0]);
    for (const name of sorted(names)) {
      if (name === 'set-cookie') for (const value of this.getSetCookie()) yield [name, value];
      else yield [name, this.get(name)];
    }
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(run, self) {
    for (const [name, value] of this.entries()) apply(run, self, [value, name, this]);
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

/** The bytes of a body and what they are, as the standard extracts them. */
const extracted = (body) => {
  if (body === null || body === undefined) return {};
  if (body instanceof URLSearchParams) {
    return { bytes: native.encode(body.toString()), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  const bytes = bytesOf(body);
  if (bytes) return { bytes: new Uint8Array(bytes) };
  return { bytes: native.encode(text(body)), type: 'text/plain;charset=UTF-8' };
};

class Body {
  #bytes;
  #isUsed = false;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get body() {
    return null;
  }

  get bodyUsed() {
    return this.#isUsed;
  }

  static {
    // For the prelude: the bytes, without using them up.
    heldBytes = (body) => {
      if (body.#isUsed) throw new TypeError('the body was read already');
      return body.#bytes;
    };
  }

  async #read() {
    const bytes = heldBytes(this);
    if (bytes !== undefined) this.#isUsed = true;
    return bytes ?? new Uint8Array(0);
  }

  async bytes() {
    return this.#read();
  }

  async arrayBuffer() {
    return (await this.#read()).buffer;
  }

  async text() {
    return native.decode(await this.#read());
  }

  async json() {
    return parse(await this.text());
  }
}

class Request extends Body {
  #parts;

  constructor(input, init = {}) {
    const from = input instanceof Request ? input : undefined;
    const url = from ? from.url : new URL(input).href;
    const method = text(init.method ?? from?.method ?? 'GET');
    const known = upper(method);
    const isKnown = has(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'], known);
    const headers = new Headers(init.headers ?? from?.headers);
    const isBodiless = known === 'GET' || known === 'HEAD';
    if (isBodiless && init.body !== undefined && init.body !== null) throw new TypeError(`Request: a ${known} has no body`);
    const { bytes, type } = init.body === undefined && from ? { bytes: heldBytes(from) } : extracted(init.body);
    if (type && !headers.has('content-type')) headers.set('content-type', type);
    super(bytes);
    this.#parts = { url, method: isKnown ? known : method, headers, signal: init.signal ?? from?.signal ?? new AbortController().signal };
  }

  get url() {
    return this.#parts.url;
  }

  get method() {
    return this.#parts.method;
  }

  get headers() {
    return this.#parts.headers;
  }

  get signal() {
    return this.#parts.signal;
  }

  clone() {
    return new Request(this);
  }
}

const BODILESS = [101, 103, 204, 205, 304];

class Response extends Body {
  #parts;

  constructor(body = null, init = {}) {
    const status = init.status === undefined ? 200 : Number(init.status);
    if (!(status >= 200 && status <= 599)) throw new RangeError(`Response: expected a status of 200 to 599, came ${init.status}`);
    const headers = new Headers(init.headers);
    if (body !== null && body !== undefined && has(BODILESS, status)) throw new TypeError(`Response: an answer of status ${status} has no body`);
    const { bytes, type } = extracted(body);
    if (type && !headers.has('content-type')) headers.set('content-type', type);
    super(bytes);
    this.#parts = { status, statusText: text(init.statusText ?? ''), headers, url: '', redirected: false, type: 'default' };
  }

  static {
    // For the prelude: what a server has answered.
    answered = (response, asked) => {
      const made = new Response(response.body, { status: 200 });
      made.#parts.status = response.status;
      made.#parts.headers = new Headers();
      for (let at = 0; at < response.headers.length; at += 2) made.#parts.headers.append(response.headers[at], response.headers[at + 1]);
      made.#parts.url = response.url;
      made.#parts.redirected = response.url !== asked;
      made.#parts.type = 'basic';
      return made;
    };
  }

  static json(data, init = {}) {
    const json = stringify(data);
    if (json === undefined) throw new TypeError('Response.json: expected what JSON can say');
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new Response(native.encode(json), { ...init, headers });
  }

  get status() {
    return this.#parts.status;
  }

  get ok() {
    return this.#parts.status >= 200 && this.#parts.status <= 299;
  }

  get statusText() {
    return this.#parts.statusText;
  }

  get headers() {
    return this.#parts.headers;
  }

  get url() {
    return this.#parts.url;
  }

  get redirected() {
    return this.#parts.redirected;
  }

  get type() {
    return this.#parts.type;
  }

  clone() {
    const copy = new Response(heldBytes(this));
    copy.#parts = { ...this.#parts, headers: new Headers(this.#parts.headers) };
    return copy;
  }
}

/** A failure as fetch tells it: a TypeError, with what the host has said. */
const fetchError = (failure) => {
  const told = hostError('fetch', failure);
  const error = new TypeError(told.message);
  for (const name of ['code', 'permission', 'line']) if (hasOwn(told, name)) own(error, name, told[name]);
  return error;
};

global('fetch', function fetch(input, init) {
  return new PromiseOriginal((resolve, reject) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const headers = [];
    for (const [name, value] of request.headers) push(headers, name, value);
    const id = native.fetch(request.method, request.url, headers, heldBytes(request), undefined, (failure, response) => {
      if (signal.aborted) return;
      if (failure) reject(fetchError(failure));
      else resolve(answered(response, request.url));
    });
    signal.addEventListener('abort', () => {
      native.abort(id);
      reject(signal.reason);
    }, { once: true });
  });
});

global('Headers', Headers);
global('Request', Request);
global('Response', Response);
