async function network(controller: AbortController) {
  const response = await fetch('https://api.example.com/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ a: 1 }),
    signal: controller.signal,
  });
  const body: null = response.body;
  if (!response.ok) throw new Error(`${response.status} ${response.statusText} ${body}`);
  const offers: { title: string }[] = await response.clone().json();
  const [text, bytes] = [await response.text(), await response.arrayBuffer()];
  for (const [name, value] of response.headers) console.log(name, value, offers.length + text.length + bytes.byteLength);
  const request = new Request(new URL('/x', 'https://a/'), { headers: new Headers([['a', 'b']]) });
  await fetch(request);
  new Response('x', { status: 404 }).headers.get('a')?.length;
  // @ts-expect-error: there are no streams
  response.body.getReader();
  // @ts-expect-error: there are no blobs
  response.blob();
  const whole: Uint8Array = await Response.json({ a: 1 }).bytes();
  return whole;
}

async function refused() {
  try {
    await fetch('https://elsewhere.example.com/');
  } catch (error) {
    const { code, line } = error as MiniApp.FetchError;
    if (code === 'denied') console.log(line);
  }
}

function addresses() {
  const url = new URL('offers?a=1', 'https://api.example.com/');
  url.searchParams.append('b', '2');
  const pairs: [string, string][] = [...new URLSearchParams({ a: 'x' })];
  for (const [name, value] of url.searchParams) console.log(name, value, pairs);
  const parsed: string | undefined = URL.parse('x')?.href;
  // @ts-expect-error: an origin is derived
  url.origin = 'x';
  // @ts-expect-error: there are no blobs
  URL.createObjectURL(parsed);
}

function texts() {
  const bytes: Uint8Array = new TextEncoder().encode('x');
  const text: string = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const coded: string = btoa(atob(text));
  // @ts-expect-error: there is UTF-8 alone
  new TextDecoder('gbk');
  return coded;
}

function events() {
  const controller = new AbortController();
  controller.signal.addEventListener('abort', (event) => console.log(event.type), { once: true });
  controller.signal.onabort = function () {
    console.log(this.reason);
  };
  controller.abort(new DOMException('x', 'AbortError'));
  AbortSignal.any([controller.signal, AbortSignal.timeout(10)]).throwIfAborted();
  class Cart extends EventTarget {
    add() {
      this.dispatchEvent(new Event('add'));
    }
  }
  new Cart().add();
  return network(controller);
}

function data() {
  const copy: { at: Date } = structuredClone({ at: new Date() });
  const random: Uint8Array = crypto.getRandomValues(new Uint8Array(16));
  const id: string = crypto.randomUUID();
  const now: number = performance.now();
  const price: string = new Intl.NumberFormat('de-CH', { style: 'currency', currency: 'CHF' }).format(9.5);
  const day: string = new Intl.DateTimeFormat('de-CH', { dateStyle: 'long' }).format(copy.at);
  const time: string = copy.at.toLocaleTimeString('de-CH', { timeStyle: 'short', hour12: false });
  const zone: string = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // @ts-expect-error: they are integers
  crypto.getRandomValues(new Float32Array(1));
  // @ts-expect-error: there is no key
  crypto.subtle;
  return [random, id, now, price, day, time, zone];
}
