// Hosts, permissions and pages that the attacker is not granted, in each spelling.

import { tryAll } from '../tried.js';
import { asked } from '../asked.js';

const URLS = [
  'https://elsewhere.example.com/', 'HTTPS://ELSEWHERE.example.com/', '//elsewhere.example.com/', 'https:elsewhere.example.com', 'https:\\\\elsewhere.example.com\\',
  'https://rogue.example.com@elsewhere.example.com/', 'https://elsewhere.example.com#@rogue.example.com/', 'https://elsewhere.example.com\\@rogue.example.com/',
  'https://rogue.example.com.elsewhere.example.com/', 'https://ｅlsewhere.example.com/', 'https://elsewhere%2eexample.com/', 'https://else\twhere.example.com/',
  'https://rogue.example.com:8443/', 'http://rogue.example.com/', 'https://rogue.example.com./', 'https://xrogue.example.com/', 'https://127.0.0.1/', 'https://[::1]/', 'https://0x7f.1/',
  'file:///etc/passwd', 'data:text/plain,x', 'blob:x', 'javascript:1', 'ws://rogue.example.com/', 'https://', '', ' ', '\0', 'https://rogue.example.com\0.elsewhere.example.com/', 'https://\ud800/',
];

/** A text that is another one each time that it is asked. */
const changing = (...texts) => {
  let at = -1;
  return { toString: () => texts[(at = Math.min(at + 1, texts.length - 1))] };
};

const hosts = {
  ...Object.fromEntries(URLS.flatMap((url) => [
    [`request of ${JSON.stringify(url)}`, () => fc.request({ url })],
    [`fetch of ${JSON.stringify(url)}`, () => fetch(url)],
  ])),
  'a text that changes': () => fetch(changing('https://rogue.example.com/', 'https://elsewhere.example.com/')).then((answer) => !answer.url.includes('rogue')),
  'an option that changes': () => {
    let at = 0;
    return fc.request({ get url() { return (at += 1) === 1 ? 'https://elsewhere.example.com/' : 'https://rogue.example.com/'; } });
  },
  'a URL that changes': () => {
    const url = new URL('https://rogue.example.com/');
    url.host = 'elsewhere.example.com';
    return fetch(url);
  },
  'a request that is another': () => fetch(new Request('https://rogue.example.com/'), { get method() { return 'CONNECT'; } }),
  'a host by its header': () => fc.request({ url: 'https://rogue.example.com/', header: { Host: 'elsewhere.example.com' } }),
  'a header within a header': () => fc.request({ url: 'https://rogue.example.com/', header: { 'x-a': 'b\r\nhost: elsewhere.example.com' } }),
  'a header within a name': () => fc.request({ url: 'https://rogue.example.com/', header: { 'x-a: b\r\nhost': 'elsewhere.example.com' } }),
  'a request within a method': () => fc.request({ url: 'https://rogue.example.com/', method: 'GET / HTTP/1.1\r\nhost: elsewhere.example.com\r\n\r\nGET' }),
};

const permissions = Object.fromEntries(
  Object.keys(asked).map((name) => [name, () => new Promise((resolve) => {
    asked[name](() => resolve(true), fc);
    setTimeout(() => resolve(false), 20);
  })]),
);

const addresses = {
  ...Object.fromEntries(
    ['/pages/absent', '../../etc/passwd', '/pages/../pages/index/../../x', 'miniapp:prelude', 'https://rogue.example.com/', '/pages/index\0', '\ud800', '/', '?x', '#', 'x'.repeat(100_000), '/pages/%69ndex', '/pages/index/', '__proto__', 'constructor', 'miniapp_bystander', '/miniapp_bystander/pages/index'].map(
      (url) => [url.slice(0, 40), () => fc.navigateTo({ url }).then(() => true)],
    ),
  ),
  'a page of its own making': () => {
    __page('pages/made');
    Page({ data: {} });
    return fc.navigateTo({ url: '/pages/made' }).then(() => true);
  },
};

export const handlers = {
  host() {
    // An answer of the one host that is allowed is no harm: nobody else was asked.
    const ways = Object.fromEntries(Object.entries(hosts).map(([name, way]) => [name, async () => {
      const answer = await way();
      return answer === true || (typeof answer === 'object' && !name.startsWith('a text'));
    }]));
    return tryAll(this, ways);
  },
  permission() {
    return tryAll(this, permissions);
  },
  address() {
    return tryAll(this, addresses);
  },
};

/** Each handler tries all of its ways. */
export const ways = {};
