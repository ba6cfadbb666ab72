// What the engine refuses does not compile where the compiler lets it be said.

// @ts-expect-error: a text is no code
setTimeout('alert()', 10);
// @ts-expect-error: a text is no code
setInterval('alert()', 10);
// @ts-expect-error: a text is no code
queueMicrotask('alert()');
// @ts-expect-error: it answers nothing
new Function('return 1')();
// @ts-expect-error: it answers nothing
Function('return 1')();

const id: number = setTimeout((a: number, b: string) => console.log(a, b), 10, 1, 'x');
clearTimeout(id);
clearTimeout();
clearInterval(setInterval(() => {}, 1_000));
queueMicrotask(() => {});
setTimeout(() => {});
// @ts-expect-error: the second is a text
setTimeout((a: number, b: string) => console.log(a, b), 10, 1, 2);

console.log('%s of %d', 'x', 1);
console.time();
console.timeEnd('x');
console.assert(false, 'x');
console.table([{ a: 1 }]);

// There is no browser and no Node.js.
// @ts-expect-error
document;
// @ts-expect-error
window;
// @ts-expect-error
localStorage;
// @ts-expect-error
XMLHttpRequest;
// @ts-expect-error
WebSocket;
// @ts-expect-error
process;
// @ts-expect-error
Buffer;
// @ts-expect-error
setImmediate(() => {});
// @ts-expect-error
requestAnimationFrame(() => {});
