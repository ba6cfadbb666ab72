//! What web platforms have beside the language: encodings, clones, random bytes.

use miniapp_js_engine::Failure;

use crate::outside::{Stage, answer, logged, run};

#[test]
fn texts_become_bytes_and_bytes_become_texts() {
    run(async {
        let body = r"
            const told = (bytes) => Array.from(bytes).join(' ');
            console.log(told(new TextEncoder().encode('a\u00e9\u20ac\ud83d\ude00')), told(new TextEncoder().encode()), told(new TextEncoder().encode('\ud800')));
            const into = new Uint8Array(4);
            const { read, written } = new TextEncoder().encodeInto('a\u20ac\u20ac', into);
            console.log(read, written, told(into), new TextEncoder().encoding);
            const decode = (bytes, options, more) => new TextDecoder('utf-8', options).decode(new Uint8Array(bytes), more);
            console.log(decode([97, 0xc3, 0xa9]), decode([0xef, 0xbb, 0xbf, 97]).length, decode([0xef, 0xbb, 0xbf, 97], { ignoreBOM: true }).length);
            console.log(decode([0xff, 97]) === '\ufffda', new TextDecoder().decode() === '', new TextDecoder(' UTF8 ').encoding);
            const pieces = new TextDecoder();
            console.log(pieces.decode(new Uint8Array([0xef, 0xbb]), { stream: true }) + pieces.decode(new Uint8Array([0xbf, 0xe2, 0x82]), { stream: true }) + pieces.decode(new Uint8Array([0xac]), { stream: true }) + pieces.decode());
            console.log(pieces.decode(new DataView(new Uint8Array([1, 97, 98]).buffer, 1, 1)));
            for (const wrong of [() => decode([0xff], { fatal: true }), () => new TextDecoder('latin1'), () => new TextDecoder().decode('a')]) {
              try { wrong() } catch (error) { console.log(error.name, error.message) }
            }";
        assert_eq!(
            logged(body).await,
            [
                "97 195 169 226 130 172 240 159 152 128  239 191 189",
                "2 4 97 226 130 172 utf-8",
                "aé 1 2",
                "true true utf-8",
                "€",
                "a",
                "TypeError decode: the bytes are not UTF-8",
                "RangeError TextDecoder: `latin1` is not there; expected utf-8",
                "TypeError decode: expected an ArrayBuffer, or a view of one",
            ]
        );
    });
}

#[test]
fn base64_both_ways() {
    run(async {
        let body = r"
            console.log(btoa(''), btoa('a'), btoa('ab'), btoa('abc'), btoa('\xff\x00'));
            console.log(atob('YQ==') + atob('YWI') + atob(' Y W\nJj ') + atob(''), atob('/wA=').charCodeAt(0));
            for (const wrong of [() => btoa('\u20ac'), () => atob('a'), () => atob('ab=c'), () => atob('a==='), () => atob('aé')]) {
              try { wrong(); console.log('no error') } catch (error) { console.log(error instanceof DOMException, error.name) }
            }";
        let mut expected = vec![" YQ== YWI= YWJj /wA=", "aababc 255"];
        expected.extend(["true InvalidCharacterError"; 5]);
        assert_eq!(logged(body).await, expected);
    });
}

#[test]
fn clones_are_deep_and_keep_their_kinds() {
    run(async {
        let body = r"
            const shared = { n: 1 };
            const value = { a: [1, , shared], shared, when: new Date(5), pattern: /x/gi, map: new Map([[shared, new Set([1])]]), bytes: new Uint8Array([1, 2, 3]).subarray(1), boxed: Object(7), big: 1n, error: new RangeError('r', { cause: shared }), nothing: undefined };
            value.self = value;
            const copy = structuredClone(value);
            console.log(copy !== value, copy.self === copy, copy.shared !== shared, copy.a[2] === copy.shared, 1 in copy.a, copy.a.length);
            console.log(copy.when.getTime(), copy.when !== value.when, String(copy.pattern), copy.map.get(copy.shared).has(1), copy.boxed instanceof Number, copy.big, 'nothing' in copy);
            console.log(copy.bytes instanceof Uint8Array, copy.bytes.byteOffset, copy.bytes.buffer !== value.bytes.buffer, copy.bytes[1]);
            console.log(copy.error instanceof RangeError, copy.error.message, copy.error.cause === copy.shared);
            class Offer { constructor() { this.n = 1 } get m() { return 2 } }
            console.log(structuredClone(new Offer()).constructor === Object, structuredClone({ get x() { return 3 } }), structuredClone(null), structuredClone('s'));
            for (const wrong of [() => structuredClone(() => 1), () => structuredClone({ f() {} }), () => structuredClone(Symbol()), () => structuredClone(Promise.resolve()), () => structuredClone(new WeakMap()), () => structuredClone(new ArrayBuffer(1), { transfer: [1] }), () => structuredClone()]) {
              try { wrong(); console.log('no error') } catch (error) { console.log(error.name) }
            }";
        let mut expected = vec![
            "true true true true false 3",
            "5 true /x/gi true true 1n true",
            "true 1 true 3",
            "true r true",
            "true { x: 3 } null s",
        ];
        expected.extend(["DataCloneError"; 6]);
        expected.push("TypeError");
        assert_eq!(logged(body).await, expected);
    });
}

#[test]
fn addresses_are_read_and_changed() {
    run(async {
        let body = r"
            const url = new URL('https://Mia:secret@Example.COM:8443/a/../b c?q=1&q=2#top');
            console.log(url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port, url.pathname, url.search, url.hash);
            console.log(new URL('../x?y', 'https://a.example/b/c/').href, String(new URL('https://a')), JSON.stringify({ u: new URL('https://a/b') }), Object.prototype.toString.call(url));
            url.port = '443'; url.protocol = 'http'; url.hostname = 'other.example'; url.pathname = 'é'; url.hash = ''; url.username = ''; url.password = '';
            console.log(url.href);
            url.searchParams.append('ü', 'a&b'); url.searchParams.delete('q', '1');
            console.log(url.search, url.searchParams.get('ü'));
            url.search = '?z=1'; console.log(url.searchParams.get('z'), url.searchParams.has('q'), url.searchParams === url.searchParams);
            url.href = 'https://b/?n=2'; console.log(url.searchParams.toString(), url.host);
            url.port = 'no'; url.host = ''; console.log(url.href);
            console.log(URL.canParse('nowhere'), URL.canParse('x', 'https://a'), URL.parse('http://['), URL.parse('https://a/').href);
            for (const wrong of [() => new URL('nowhere'), () => new URL(), () => { url.href = '://' }, () => new URL('/x', 'nowhere')]) {
              try { wrong(); console.log('no error') } catch (error) { console.log(error.name, error.message) }
            }";
        assert_eq!(
            logged(body).await,
            [
                "https://Mia:secret@example.com:8443/b%20c?q=1&q=2#top https://example.com:8443 https: Mia secret example.com:8443 example.com 8443 /b%20c ?q=1&q=2 #top",
                r#"https://a.example/b/x?y https://a/ {"u":"https://a/b"} [object URL]"#,
                "http://other.example/%C3%A9?q=1&q=2",
                "?q=2&%C3%BC=a%26b a&b",
                "1 false true",
                "n=2 b",
                "https://b/?n=2",
                "false true null https://a/",
                "TypeError URL: `nowhere` is no address",
                "TypeError URL: expected an address",
                "TypeError URL: `://` is no address",
                "TypeError URL: `/x` is no address, relative to its base",
            ]
        );
    });
}

#[test]
fn parameters_are_pairs_in_their_order() {
    run(async {
        let body = r"
            const p = new URLSearchParams('?a=1&b=2&a=3+4&c=%zz');
            console.log(p.size, p.getAll('a'), p.get('c'), p.get('x'), p.has('a', '1'), p.has('a', '2'), [...p.keys()].join());
            p.set('a', '9'); p.append('z', ''); console.log(String(p));
            p.sort(); console.log(String(new URLSearchParams('b=1&a=2&b=0')), String(p));
            console.log(String(new URLSearchParams({ x: 1, 'y z': 'ß' })), String(new URLSearchParams([['a', 'b'], ['a', 'c']])), String(new URLSearchParams(p)) === String(p), String(new URLSearchParams(new Map([['m', 1]]))));
            const told = []; p.forEach((value, name, self) => told.push(name + value + (self === p))); console.log(told.join(), [...p.entries()].length, [...p.values()].join('|'));
            p.delete('a'); p.delete('b', 'x'); console.log(String(p), URLSearchParams.follow, Object.prototype.toString.call(p));
            for (const wrong of [() => new URLSearchParams([['a']]), () => p.forEach(1)]) { try { wrong() } catch (error) { console.log(error.name) } }";
        assert_eq!(
            logged(body).await,
            [
                r#"4 ["1", "3 4"] %zz null true false a,b,a,c"#,
                "a=9&b=2&c=%25zz&z=",
                "b=1&a=2&b=0 a=9&b=2&c=%25zz&z=",
                "x=1&y+z=%C3%9F a=b&a=c true m=1",
                "a9true,b2true,c%zztrue,ztrue 4 9|2|%zz|",
                "b=2&c=%25zz&z= undefined [object URLSearchParams]",
                "TypeError",
                "TypeError",
            ]
        );
    });
}

#[test]
fn random_bytes_and_time() {
    run(async {
        let body = r"
            const array = new Uint16Array(2);
            console.log(crypto.getRandomValues(array) === array, array[0], crypto.getRandomValues(new Uint8Array(0)).length);
            console.log(crypto.randomUUID());
            console.log(performance.now(), performance.timeOrigin > 0, self === globalThis, Object.keys(globalThis).length);
            for (const wrong of [() => crypto.getRandomValues(new Float32Array(1)), () => crypto.getRandomValues([1]), () => crypto.getRandomValues(new Uint8Array(65537))]) {
              try { wrong() } catch (error) { console.log(error.name) }
            }";
        assert_eq!(
            logged(body).await,
            [
                "true 1799 0",
                "07070707-0707-4707-8707-070707070707",
                "12.5 true true 0",
                "TypeMismatchError",
                "TypeMismatchError",
                "QuotaExceededError",
            ]
        );
    });
}

#[test]
fn the_table_of_what_is_there_names_all_of_fc() {
    run(async {
        let table = include_str!("../../../COMPATIBILITY.md");
        let names = logged("for (const name of Object.keys(fc)) console.log(name)").await;
        assert!(names.len() > 30, "{names:?}");
        for name in names {
            let base = name.strip_suffix("Sync").unwrap_or(&name);
            let named = |name: &str| {
                table.contains(&format!("`{name}`")) || table.contains(&format!("`{name}("))
            };
            assert!(
                named(&name) || named(base),
                "{name} is not in COMPATIBILITY.md"
            );
        }
    });
}

#[test]
fn events_are_heard_in_their_order() {
    run(async {
        let body = r"
            const target = new EventTarget(); const told = []; const hear = (event) => told.push(event.type + (event.target === target));
            target.addEventListener('a', hear); target.addEventListener('a', hear); target.addEventListener('a', { handleEvent() { told.push('object') } });
            target.addEventListener('a', () => told.push('once'), { once: true }); target.addEventListener('b', hear);
            target.dispatchEvent(new Event('a')); target.removeEventListener('a', hear); target.dispatchEvent(new Event('a'));
            console.log(told.join());
            target.addEventListener('c', (event) => event.preventDefault());
            console.log(target.dispatchEvent(new Event('c', { cancelable: true })), target.dispatchEvent(new Event('c')));
            const controller = new AbortController(); const { signal } = controller;
            signal.onabort = () => console.log('onabort'); signal.addEventListener('abort', () => console.log('heard', signal.reason.name));
            target.addEventListener('d', () => console.log('not heard'), { signal });
            controller.abort(); controller.abort('again'); target.dispatchEvent(new Event('d'));
            console.log(signal.aborted, signal.reason instanceof DOMException, AbortSignal.abort(7).reason, AbortSignal.any([AbortSignal.abort(1), signal]).reason);
            const later = new AbortController(); const any = AbortSignal.any([later.signal]); later.abort('x'); console.log(any.aborted, any.reason);
            for (const wrong of [() => signal.throwIfAborted(), () => new AbortSignal(), () => target.dispatchEvent({}), () => new Event(), () => target.addEventListener('a', 1)]) { try { wrong() } catch (error) { console.log(error.name) } }";
        let mut expected = vec![
            "atrue,object,once,object",
            "false true",
            "heard AbortError",
            "onabort",
            "true true 7 1",
            "true x",
            "AbortError",
        ];
        expected.extend(["TypeError"; 4]);
        assert_eq!(logged(body).await, expected);
    });
}

#[test]
fn fetch_answers_as_the_web_does() {
    run(async {
        let stage = Stage::page(r"{ async onTap() {
            const response = await fetch('https://a.example/x', { method: 'post', body: new URLSearchParams({ q: 'ü' }), headers: { 'X-One': '1' } });
            console.log(response.ok, response.status, response.url, response.headers.get('CONTENT-TYPE'), response.body, response.redirected);
            const copy = response.clone(); console.log(await response.json(), response.bodyUsed, copy.bodyUsed, await copy.text());
            await response.text().catch((error) => console.log(error.name));
            console.log((await fetch(new Request('https://a.example/none'))).ok);
            await fetch('https://a.example/').catch((error) => console.log(error instanceof TypeError, error.message, error.code));
            await fetch('nowhere').catch((error) => console.log(error.name));
            await fetch('https://a.example/', { body: 'x' }).catch((error) => console.log(error.message));
            const controller = new AbortController(); const asked = fetch('https://a.example/', { signal: controller.signal }); controller.abort();
            await asked.catch((error) => console.log(error.name));
            await fetch('https://a.example/', { signal: AbortSignal.abort('why') }).catch((error) => console.log(error));
        } }").await;
        let network = Err(Failure::new("network", "no way"));
        *stage.host.answers.borrow_mut() = vec![
            Ok(answer(200, "1")),
            network,
            Ok(answer(404, "")),
            Ok(answer(200, "{\"n\":1}")),
        ];
        stage.event("onTap", "null").unwrap();
        for _ in 0..10 {
            stage.rest().await;
        }
        let log: Vec<String> = stage
            .log()
            .iter()
            .map(|line| line.split_once(": ").unwrap().1.to_owned())
            .collect();
        assert_eq!(
            log,
            [
                "true 200 https://api.example.com/ application/json null true",
                "{ n: 1 } true false {\"n\":1}",
                "TypeError",
                "false",
                "true fetch: no way network",
                "TypeError",
                "Request: a GET has no body",
                "AbortError",
                "why",
            ]
        );
        assert_eq!(stage.uncaught(), [""; 0]);
        let requests = stage.host.requests.borrow();
        assert_eq!(
            (requests[0].method.as_str(), requests[0].body.as_deref()),
            ("POST", Some(&b"q=%C3%BC"[..]))
        );
        let headers = [
            (
                "content-type",
                "application/x-www-form-urlencoded;charset=UTF-8",
            ),
            ("x-one", "1"),
        ];
        assert_eq!(
            requests[0].headers,
            headers.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    });
}

#[test]
fn headers_requests_and_responses_by_themselves() {
    run(async {
        let body = r"
            const h = new Headers([['B', '1'], ['a', ' 2 '], ['b', '3'], ['set-cookie', 'x'], ['Set-Cookie', 'y']]);
            console.log(h.get('b'), h.get('A'), h.get('none'), h.has('B'), JSON.stringify([...h]), h.getSetCookie().length);
            h.set('b', '4'); h.delete('a'); console.log([...h.keys()].join(), [...new Headers(h).values()].join('|'));
            for (const wrong of [() => new Headers({ 'a b': '1' }), () => new Headers({ a: 'x\ny' }), () => new Headers(1), () => new Headers([['a']]), () => new Request('https://a', { method: 'GET', body: '' }), () => new Response('x', { status: 204 }), () => new Response('', { status: 99 }), () => Response.json(undefined)]) { try { wrong(); console.log('no error') } catch (error) { console.log(error.name) } }
            const r = new Request('https://a/', { method: 'patch', headers: h }); console.log(r.method, r.url, r.headers.get('b'), r.signal.aborted, new Request(r, { method: 'PUT', body: 'x' }).headers.get('content-type'));
            console.log(new Response().status, Response.json({ a: 1 }).headers.get('content-type'), new Response('x').headers.get('content-type'), new Response(new Uint8Array(2)).headers.get('content-type'));";
        let mut expected = vec![
            r#"1, 3 2 null true [["a","2"],["b","1, 3"],["set-cookie","x"],["set-cookie","y"]] 2"#,
            "b,set-cookie,set-cookie 4|x|y",
        ];
        expected.extend(["TypeError"; 6]);
        expected.extend(["RangeError", "TypeError"]);
        expected.extend([
            "patch https://a/ 4 false text/plain;charset=UTF-8",
            "200 application/json text/plain;charset=UTF-8 null",
        ]);
        assert_eq!(logged(body).await, expected);
    });
}
