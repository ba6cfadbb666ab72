interface Offer {
  title: string;
}

async function ask() {
  const task = fc.request<Offer[]>({ url: 'https://api.example.com/offers', data: { page: 1 } });
  task.onHeadersReceived(({ header, statusCode, cookies }) => console.log(header['content-type'], statusCode, cookies[0]));
  task.abort();
  const answer = await task;
  const title: string | undefined = answer.data[0]?.title;
  const status: number = answer.statusCode;
  const header: string | undefined = answer.header['content-type'];

  const bytes: ArrayBuffer = (await fc.request({ url: 'x', responseType: 'arraybuffer' })).data;
  fc.request({ url: 'x', responseType: 'arraybuffer', success: (r) => r.data.byteLength });
  fc.request({ url: 'x', success: (r) => r.data.anything, fail: (e) => e.permission, complete: (r) => r.errMsg });
  // With callbacks too, a request is a task that can be waited for.
  await fc.request({ url: 'x', method: 'post', data: new Uint8Array([1]), success() {} });
  await fc.request({ url: 'x', method: 'PUT', data: 'text', header: { 'X-Count': 1 }, timeout: 1_000 });
  const other = await task.catch((e) => e.code);
  await task.finally(() => {});
  await Promise.all([task, Promise.resolve(task)]);
  const plain: Promise<MiniApp.RequestAnswer<Offer[]>> = Promise.resolve(task);

  // @ts-expect-error: an address is missing
  fc.request({});
  // @ts-expect-error: there is no such method
  fc.request({ url: 'x', method: 'TRACE' });
  // @ts-expect-error: there are no streams
  fc.request({ url: 'x', enableChunked: true });
  // @ts-expect-error: a task is no promise
  const promise: Promise<unknown> = task;
  // @ts-expect-error: offers are a list
  answer.data.title;
  // @ts-expect-error: it is in milliseconds
  fc.request({ url: 'x', timeout: '1s' });
  return [title, status, header, bytes, other, plain];
}

fc.request({
  url: 'x',
  success() {
    // @ts-expect-error: `this` is the options here, and not the page; write an arrow function
    this.setData({});
  },
});
