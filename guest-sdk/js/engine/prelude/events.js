// Event, EventTarget and AbortController (DOM Standard), without a tree to go through.
class Event {
  #type;
  #cancelable;
  #prevented = false;
  #at = native.monotonic();
  target = null;
  currentTarget = null;

  constructor(type, options = {}) {
    if (arguments.length === 0) throw new TypeError('Event: expected a type');
    this.#type = text(type);
    this.#cancelable = Boolean(options?.cancelable);
  }

  get type() {
    return this.#type;
  }

  get timeStamp() {
    return this.#at;
  }

  get cancelable() {
    return this.#cancelable;
  }

  get defaultPrevented() {
    return this.#prevented;
  }

  get bubbles() {
    return false;
  }

  preventDefault() {
    if (this.#cancelable) this.#prevented = true;
  }

  stopPropagation() {}

  stopImmediatePropagation() {
    own(this, 'isStopped', true);
  }
}

class EventTarget {
  #listeners = [];

  addEventListener(type, listener, options = {}) {
    if (listener === null || listener === undefined) return;
    if (!isObject(listener) && !isFunction(listener)) throw new TypeError(`addEventListener: expected a function, came ${typeof listener}`);
    const { once = false, signal, capture = false } = isObject(options) ? options : { capture: Boolean(options) };
    if (signal?.aborted) return;
    const name = text(type);
    for (const known of this.#listeners) {
      if (known.name === name && known.listener === listener && known.capture === Boolean(capture)) return;
    }
    push(this.#listeners, { name, listener, once: Boolean(once), capture: Boolean(capture), isGone: false });
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener, options), { once: true });
  }

  removeEventListener(type, listener, options = {}) {
    const name = text(type);
    const capture = Boolean(isObject(options) ? options.capture : options);
    this.#listeners = filter(this.#listeners, (known) => {
      const isMeant = known.name === name && known.listener === listener && known.capture === capture;
      if (isMeant) known.isGone = true;
      return !isMeant;
    });
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) throw new TypeError('dispatchEvent: expected an Event');
    event.target = this;
    event.currentTarget = this;
    for (const known of part(this.#listeners)) {
      if (known.name !== event.type || known.isGone || event.isStopped) continue;
      if (known.once) this.removeEventListener(known.name, known.listener, known.capture);
      try {
        if (isFunction(known.listener)) apply(known.listener, this, [event]);
        else if (isFunction(known.listener.handleEvent)) apply(known.listener.handleEvent, known.listener, [event]);
      } catch (error) {
        // One listener's error is not the next one's.
        soon(() => {
          throw error;
        });
      }
    }
    event.currentTarget = null;
    return !event.defaultPrevented;
  }
}

let abortSignal;

/** Only the prelude makes signals. */
const signalKey = {};

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason;
  onabort = null;

  constructor(key) {
    if (key !== signalKey) throw new TypeError('AbortSignal: use AbortController, AbortSignal.abort, timeout or any');
    super();
  }

  get aborted() {
    return this.#aborted;
  }

  get reason() {
    return this.#reason;
  }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  static #abort(signal, reason) {
    if (signal.#aborted) return;
    signal.#aborted = true;
    signal.#reason = reason === undefined ? new DOMException('The operation was aborted', 'AbortError') : reason;
    const event = new Event('abort');
    if (isFunction(signal.onabort)) signal.addEventListener('abort', signal.onabort, { once: true });
    signal.dispatchEvent(event);
  }

  static {
    abortSignal = AbortSignal.#abort;
  }

  static abort(reason) {
    const signal = new AbortSignal(signalKey);
    abortSignal(signal, reason);
    return signal;
  }

  static timeout(milliseconds) {
    const signal = new AbortSignal(signalKey);
    const abort = () => abortSignal(signal, new DOMException('The operation timed out', 'TimeoutError'));
    start('AbortSignal.timeout', false, abort, milliseconds, []);
    return signal;
  }

  static any(signals) {
    const signal = new AbortSignal(signalKey);
    for (const one of signals) {
      if (one.aborted) {
        abortSignal(signal, one.reason);
        break;
      }
      one.addEventListener('abort', () => abortSignal(signal, one.reason), { once: true });
    }
    return signal;
  }
}

class AbortController {
  #signal = new AbortSignal(signalKey);

  get signal() {
    return this.#signal;
  }

  abort(reason) {
    abortSignal(this.#signal, reason);
  }
}

global('Event', Event);
global('EventTarget', EventTarget);
global('AbortSignal', AbortSignal);
global('AbortController', AbortController);
