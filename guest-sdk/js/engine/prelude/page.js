// App and Page: registration, lifecycle, data. The semantics are those of WeChat's and
// FinClip's public documentation, where the contract leaves the choice.
const definitions = new Map();
let registering = null;
let app = null;
let isAppDefined = false;
let pages = [];

/** Says which page the code that follows defines. */
global('__page', (path) => {
  registering = path;
});

global('App', (definition) => {
  if (!isObject(definition)) throw new TypeError('App: expected an object with its callbacks and data');
  if (isAppDefined) throw new Error('App was called twice; a mini-app has one');
  isAppDefined = true;
  // What has asked for it before holds this very object.
  app = assign(app ?? {}, deepCopy(definition));
});

global('getApp', () => {
  app ??= {};
  return app;
});

global('Page', (definition) => {
  if (!isObject(definition)) throw new TypeError('Page: expected an object with its data and callbacks');
  if (registering === null) {
    throw new Error('Page was called outside of a page; call it at the top of a file that the app manifest lists under `pages`');
  }
  if (mapHas(definitions, registering)) {
    throw new Error(`Page was called twice in ${registering}; a page has one definition`);
  }
  mapSet(definitions, registering, definition);
});

global('getCurrentPages', () => {
  const open = [];
  for (const page of pages) push(open, page.instance);
  return open;
});

class PageInstance {
  #id;

  constructor(id, path, options) {
    this.#id = id;
    own(this, 'route', path);
    own(this, 'options', options);
    own(this, 'data', {});
  }

  /** Changes the data that the page's template shows, by data paths, and calls back when
   * the host has taken it. */
  setData(patch, callback) {
    assignData(this, this.#id, patch);
    if (isFunction(callback)) soon(() => apply(callback, this, []));
  }
}

const assignData = (instance, id, patch) => {
  if (!isObject(patch)) throw new TypeError(`setData: expected an object of data paths and values, came ${patch === null ? 'null' : typeof patch}`);
  const changes = [];
  const copies = [];
  for (const path of keys(patch)) {
    const told = json(patch[path]);
    if (told === undefined) {
      write('warn', [`setData: \`${path}\` is ${typeof patch[path]}, which a page cannot show; it is left as it is`]);
      continue;
    }
    const named = text(path);
    push(changes, named, told);
    push(copies, [named, told]);
  }
  if (copies.length === 0) return;
  const failure = native.setData(id, changes);
  if (failure) {
    // The page was closed meanwhile: its late answers are nobody's.
    if (failure.code === 'not-found') return;
    throw hostError('setData', failure);
  }
  for (const [path, told] of copies) place(instance, path, parse(told));
};

/** The segments of a data path: names as texts, indices as numbers. */
const segments = (path) => {
  const found = [];
  let name = '';
  let at = 0;
  const end = () => {
    if (name !== '') push(found, name);
    name = '';
  };
  while (at < path.length) {
    const character = charAt(path, at);
    const next = charAt(path, at + 1);
    if (character === '\\' && (next === '.' || next === '[' || next === ']' || next === '\\')) {
      name += next;
      at += 2;
    } else if (character === '.') {
      end();
      at += 1;
    } else if (character === '[') {
      end();
      let digits = '';
      at += 1;
      while (at < path.length && charAt(path, at) !== ']') {
        digits += charAt(path, at);
        at += 1;
      }
      at += 1;
      push(found, Number(digits));
    } else {
      name += character;
      at += 1;
    }
  }
  end();
  return found;
};

/** Puts a value at a data path of a page's own copy, as the host has done with its own. */
const place = (instance, path, value) => {
  let holder = instance;
  let key = 'data';
  for (const segment of segments(path)) {
    const isIndex = typeof segment === 'number';
    const current = hasOwn(holder, key) ? holder[key] : undefined;
    const fits = isIndex ? isArray(current) : isObject(current) && !isArray(current);
    if (!fits) own(holder, key, isIndex ? [] : {});
    holder = holder[key];
    if (isIndex) while (holder.length < segment) push(holder, null);
    key = segment;
  }
  own(holder, key, value);
};

const escaped = (name) => replace(name, /[.[\]\\]/g, '\\$&');

const open = (id, path, query) => {
  const definition = mapGet(definitions, path);
  if (!definition) {
    throw new Error(`${path} does not call Page(…), so there is nothing to open`);
  }
  const options = queryObject(query);
  const instance = new PageInstance(id, path, options);
  for (const key of ownKeys(definition)) {
    if (key !== 'data' && key !== 'setData') own(instance, key, deepCopy(definition[key]));
  }
  const data = isFunction(definition.data) ? apply(definition.data, instance, []) : definition.data;
  push(pages, { id, path, instance });
  if (isObject(data)) {
    const patch = {};
    for (const key of keys(data)) own(patch, escaped(key), data[key]);
    assignData(instance, id, patch);
  }
  call(instance, 'onLoad', [options]);
};

const queryObject = (query) => {
  const options = {};
  for (const [name, value] of query) own(options, name, value);
  return options;
};

const pageOf = (id) => {
  for (const page of pages) if (page.id === id) return page.instance;
  return undefined;
};

/** Calls a callback if there is one. What an asynchronous one fails with is an unhandled
 * rejection, unless the mini-app handles it. */
const call = (self, name, rest) => {
  const callback = self?.[name];
  if (isFunction(callback)) return apply(callback, self, rest);
  return undefined;
};

const onPage = (id, name) => {
  const instance = pageOf(id);
  if (instance) call(instance, name, []);
};

const launchInfo = (options) => ({
  path: options.path,
  query: queryObject(options.query),
  scene: 1001,
  ...(options.fragment === null ? {} : { fragment: options.fragment }),
  referrerInfo: {
    ...(options.referrer === null ? {} : { appId: options.referrer }),
    ...(options.extra === null ? {} : { extraData: parse(options.extra) }),
  },
});

let launchOptions = null;
let enterOptions = null;

const event = (id, handler, detail, dataset) => {
  const instance = pageOf(id);
  if (!instance) return;
  if (!hasOwn(instance, handler) || !isFunction(instance[handler])) {
    throw new Error(`${instance.route} has no handler \`${handler}\`; its Page(…) needs a function of that name`);
  }
  const target = { id: '', dataset: parse(dataset) };
  const told = { type: '', timeStamp: native.monotonic(), target, currentTarget: target, detail: parse(detail) };
  if (isObject(told.detail) && typeof told.detail.type === 'string') told.type = told.detail.type;
  apply(instance[handler], instance, [told]);
};

const entry = {
  /** Tells when `onLaunch` is over, and what it has promised. What that fails with stays what
   * nobody has handled. */
  launch(options, done) {
    launchOptions = launchInfo(parse(options));
    enterOptions = launchOptions;
    const promised = call(app, 'onLaunch', [launchOptions]);
    if (isFunction(promised?.then)) settledThen(new PromiseOriginal((resolve) => resolve(promised)), done);
    else done();
  },
  show(options) {
    forgetOffsets();
    enterOptions = launchInfo(parse(options));
    call(app, 'onShow', [enterOptions]);
  },
  hide() {
    call(app, 'onHide', []);
  },
  load(id, path, query) {
    open(id, path, parse(query));
  },
  ready: (id) => onPage(id, 'onReady'),
  pageShow: (id) => onPage(id, 'onShow'),
  pageHide: (id) => onPage(id, 'onHide'),
  unload(id) {
    const instance = pageOf(id);
    pages = filter(pages, (page) => page.id !== id);
    if (instance) call(instance, 'onUnload', []);
  },
  event,
  timer: runTimer,
  save() {
    const kept = call(app, 'onSaveState', []);
    if (isFunction(kept?.then)) throw new TypeError('onSaveState: expected the state itself, came a promise; answer at once');
    return kept === undefined ? null : (stringify(kept) ?? null);
  },
  restore(state) {
    call(app, 'onRestoreState', [parse(state)]);
  },
  /** Told of every error that nothing has handled; what it throws itself is not heard. */
  uncaught(error, isRejection, promise) {
    try {
      if (isRejection) call(app, 'onUnhandledRejection', [{ reason: error, promise }]);
      else call(app, 'onError', [errorText(error instanceof Error ? error : new Error(toText(error)))]);
    } catch {
      // One error is enough to report.
    }
  },
  /** What is reported of a thrown value. */
  describe(error) {
    if (error instanceof Error) {
      const { code, permission, line } = error;
      const told = (value) => (typeof value === 'string' ? text(value) : null);
      return { code: told(code) ?? 'app', message: text(errorText(error)), permission: told(permission), line: told(line) };
    }
    return { code: 'app', message: text(`a value was thrown that is no error: ${inspect(error, 0, [])}`), permission: null, line: null };
  },
};
