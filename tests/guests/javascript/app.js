// A mini-app of the world `mini-app-sync`, as componentize-js makes it: the contract for its data, and
// the web's `fetch`, `console` and timers for the rest, which reach the host through WASI.
import { setData } from "miniapp:host/view@1.2.0";

const set = (page, path, value) => setData(page, [{ path, value: JSON.stringify(value) }]);

export const lifecycleSync = {
  onLaunch() {
    console.log("launched");
  },
  onShow() {},
  onHide() {},
};

const handlers = {
  greet(page, { name }) {
    set(page, "greeting", `Hello ${name}`);
  },
  async fetch(page, { url, init }) {
    try {
      const response = await fetch(url, init);
      set(page, "answer", { status: response.status, body: await response.text() });
    } catch (error) {
      console.error(`fetch failed: ${error.message}`);
      set(page, "failed", error.message);
    }
  },
  async wait(page, { ms }) {
    const begun = Date.now();
    await new Promise((done) => setTimeout(done, ms));
    set(page, "waited", Date.now() - begun >= ms);
  },
  random(page) {
    set(page, "random", Array.from(crypto.getRandomValues(new Uint8Array(16))));
  },
  spin() {
    for (;;);
  },
  fail() {
    throw new Error("on purpose");
  },
};

export const pageSync = {
  onLoad(page) {
    set(page, "title", "From JavaScript");
  },
  onReady() {},
  onShow() {},
  onHide() {},
  onUnload() {},
  onEvent(page, { handler, detail }) {
    return handlers[handler](page, JSON.parse(detail));
  },
};
