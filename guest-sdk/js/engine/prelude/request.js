// fc.request: HTTP to the hosts that the manifests allow.
const headerName = lower;

const formText = (data) => {
  const pairs = [];
  for (const [name, value] of entries(data)) {
    const shown = isObject(value) ? stringify(value) : toText(value);
    push(pairs, `${encodeURIComponent(wellFormed(name))}=${encodeURIComponent(wellFormed(shown))}`);
  }
  return join(pairs, '&');
};

const withQuery = (url, data) => {
  const query = formText(data);
  if (query === '') return url;
  const hash = find(url, '#');
  const [head, fragment] = hash < 0 ? [url, ''] : [slice(url, 0, hash), slice(url, hash)];
  return `${head}${includes(head, '?') ? '&' : '?'}${query}${fragment}`;
};

const bytesOf = (data) => {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return undefined;
};

/** The request of the contract that options of fc.request stand for. */
const requestOf = (options) => {
  let url = requireText('url', options.url);
  const method = upper(text(options.method ?? 'GET'));
  const headers = [];
  let type;
  for (const [name, value] of entries(options.header ?? options.headers ?? {})) {
    if (value === undefined || value === null) continue;
    if (headerName(name) === 'content-type') type = toText(value);
    push(headers, text(name), text(value));
  }
  let body;
  const { data } = options;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  if (data !== undefined && data !== null) {
    if (!hasBody) {
      if (isPlain(data)) url = withQuery(url, data);
    } else if (typeof data === 'string') {
      body = native.encode(text(data));
    } else if (bytesOf(data)) {
      body = bytesOf(data);
    } else if (type && includes(lower(type), 'application/x-www-form-urlencoded')) {
      body = native.encode(formText(data));
    } else {
      const json = stringify(data);
      if (json === undefined) throw invalid(`a ${typeof data} cannot be sent; expected what JSON can say`);
      body = native.encode(json);
    }
    if (hasBody && type === undefined && typeof data !== 'string') push(headers, 'content-type', 'application/json');
  }
  const timeout = delayOf(options.timeout) === 0 ? undefined : Math.min(delayOf(options.timeout), 60000);
  return { url, method, headers, body, timeout };
};

const headersOf = (list) => {
  const header = {};
  const cookies = [];
  for (let at = 0; at < list.length; at += 2) {
    const name = headerName(list[at]);
    const value = list[at + 1];
    if (name === 'set-cookie') push(cookies, value);
    own(header, name, hasOwn(header, name) ? `${header[name]}${name === 'set-cookie' ? ',' : ', '}${value}` : value);
  }
  return { header, cookies };
};

const answerOf = (options, response) => {
  const { header, cookies } = headersOf(response.headers);
  let data;
  if (options.responseType === 'arraybuffer') {
    data = response.body.buffer;
  } else {
    data = native.decode(response.body);
    if ((options.dataType ?? 'json') === 'json') {
      try {
        data = parse(data);
      } catch {
        // What is no JSON is handed over as the text that it is.
      }
    }
  }
  return { data, statusCode: response.status, header, cookies };
};

/** A request that is under way: it can be aborted, and waited for. */
class RequestTask {
  #id;
  #refuse;
  #listeners = [];
  #settled;
  #waiting = [];

  constructor(options) {
    const { success, fail, complete } = isObject(options) ? options : {};
    const finish = (outcome, callback, result) => {
      this.#settled = outcome;
      for (const wait of this.#waiting) wait(outcome);
      if (isFunction(callback)) apply(callback, options, [result]);
      if (isFunction(complete)) apply(complete, options, [result]);
    };
    this.#refuse = (failure) => {
      if (this.#settled) return;
      const error = hostError('request', failure);
      const isUnseen = !isFunction(fail) && !isFunction(complete) && this.#waiting.length === 0;
      if (isUnseen) write('warn', [error]);
      finish({ error }, fail, error);
    };
    let request;
    try {
      if (!isObject(options)) throw invalid('expected an object with `url`');
      request = requestOf(options);
    } catch (error) {
      soon(() => this.#refuse(error));
      return;
    }
    const { method, url, headers, body, timeout } = request;
    this.#id = native.fetch(method, url, headers, body, timeout, (failure, response) => {
      if (this.#settled) return;
      if (failure) {
        this.#refuse(failure);
        return;
      }
      const answer = answerOf(options, response);
      for (const listener of this.#listeners) {
        listener({ header: answer.header, statusCode: answer.statusCode, cookies: answer.cookies });
      }
      const value = { ...answer, errMsg: 'request:ok' };
      finish({ value }, success, value);
    });
  }

  /** Calls the request off; `fail` is told so. */
  abort() {
    if (this.#id === undefined || this.#settled) return;
    native.abort(this.#id);
    this.#refuse({ code: 'cancelled', message: 'abort' });
  }

  onHeadersReceived(listener) {
    if (isFunction(listener)) push(this.#listeners, listener);
  }

  offHeadersReceived(listener) {
    const at = indexOf(this.#listeners, listener);
    if (at >= 0) splice(this.#listeners, at, 1);
  }

  // The promise is made for who asks for it: one that nobody waits for would be a rejection
  // that nobody has handled, beside a callback that has.
  #promise() {
    return new PromiseOriginal((resolve, reject) => {
      const tell = ({ error, value }) => (error ? reject(error) : resolve(value));
      if (this.#settled) tell(this.#settled);
      else push(this.#waiting, tell);
    });
  }

  then(resolve, reject) {
    return then(this.#promise(), resolve, reject);
  }

  catch(reject) {
    return then(this.#promise(), undefined, reject);
  }

  finally(run) {
    return settledThen(this.#promise(), run);
  }
}

fc.request = function request(options) {
  return new RequestTask(options);
};
