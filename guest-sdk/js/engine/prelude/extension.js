// fc.invoke: what the native app adds by name.
api('invoke', (options, resolve, reject) => {
  const payload = options.data === undefined ? 'null' : json(options.data);
  if (payload === undefined) throw invalid(`a ${typeof options.data} cannot be handed over; expected what JSON can say`);
  native.invoke(requireText('name', options.name), payload, settle(resolve, reject, (answer) => ({ data: parse(answer) })));
});
