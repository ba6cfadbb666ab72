// fc.*, and wx.* as an alias: callbacks, promises and the shape of their answers.
const fc = {};

/** What an API answers: to `success`, `fail` and `complete`, or as a promise where none of
 * them is given. */
const answering = (name, options, run) => {
  const given = isObject(options) ? options : {};
  const { success, fail, complete } = given;
  const finish = (callback, result) => {
    if (isFunction(callback)) apply(callback, given, [result]);
    if (isFunction(complete)) apply(complete, given, [result]);
  };
  const ask = (succeed, refuse) => {
    let isAnswered = false;
    const answered = (tell) => {
      isAnswered = true;
      tell();
    };
    try {
      run(
        given,
        (value) => answered(() => succeed({ ...value, errMsg: `${name}:ok` })),
        (failure) => answered(() => refuse(hostError(name, failure))),
      );
    } catch (error) {
      // What a callback of the mini-app throws is its own, and not a failure of the call.
      if (isAnswered) throw error;
      refuse(hostError(name, error));
    }
  };
  if (isFunction(success) || isFunction(fail) || isFunction(complete)) {
    ask((value) => finish(success, value), (error) => {
      if (!isFunction(fail) && !isFunction(complete)) write('warn', [error]);
      finish(fail, error);
    });
    return undefined;
  }
  return new PromiseOriginal(ask);
};

/** A function of fc.*, by its name. */
const api = (name, run) => {
  fc[name] = { [name]: (options) => answering(name, options, run) }[name];
};

/** Hands an answer of the host's on; one that cannot be given its shape is a failure, too. */
const settle = (resolve, reject, shape = () => ({})) => (failure, value) => {
  if (failure) {
    reject(failure);
    return;
  }
  let shaped;
  try {
    shaped = shape(value);
  } catch (error) {
    reject(error);
    return;
  }
  resolve(shaped);
};

const requireText = (name, value) => {
  if (typeof value !== 'string' || value === '') throw invalid(`expected \`${name}\` as a text, came ${value === '' ? 'an empty one' : typeof value}`);
  return text(value);
};

global('fc', fc);
global('wx', fc);
