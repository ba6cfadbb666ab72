interface Offer {
  title: string;
  tags: string[];
  seller?: { name: string } | null;
}

Page({
  data: {
    offers: [] as Offer[],
    user: null as { name: string; age: number } | null,
    counts: [1, 2],
    busy: false,
    list: [],
    nothing: null,
    grid: [[1]],
  },
  taps: 0,
  onLoad(query) {
    const id: string | undefined = query.id;
    this.load(id ?? '');
    // @ts-expect-error: a query has texts
    const wrong: number = query.id;
  },
  onTap(event: MiniApp.PageEvent<{ value: string }, { index: number }>) {
    const index: number = event.currentTarget.dataset.index;
    this.taps += 1;
    this.setData({ [`offers[${index}].title`]: event.detail.value });
    this.setData({ busy: true, [`offers[${index}].title`]: event.detail.value });
    // @ts-expect-error: it is a text
    const detail: number = event.detail.value;
  },
  async load(id: string) {
    const title: string | undefined = this.data.offers[0]?.title;
    this.setData({ offers: [{ title: id, tags: [] }], busy: false }, () => console.log(this.data.busy));
    this.setData({ 'offers[0].title': 'x', 'offers[1].tags[2]': 'y', 'user.name': 'z', 'user.age': 7 });
    this.setData({ 'offers[0].seller.name': 'x', 'offers[0].seller': null });
    this.setData({ 'grid[0][1]': 2, 'grid[1]': [3], user: null });
    this.setData({ list: [1, 'two'], nothing: { anything: 1 }, 'list[0].name': 1, 'nothing.name': 2 });
    this.setData({ 'a\\.b': 1 });
    const path: string = 'offers[0]';
    this.setData({ [path]: 1 });
    // @ts-expect-error: it is a text
    this.setData({ 'offers[0].title': 1 });
    // @ts-expect-error: it is a list of numbers
    this.setData({ 'grid[0][1]': 'x' });
    // @ts-expect-error: there is no such name
    this.setData({ ofers: [] });
    // @ts-expect-error: there is no such name
    this.setData({ 'user.nam': 'x' });
    // @ts-expect-error: it is true or false
    this.setData({ busy: 'yes' });
    // @ts-expect-error: JSON has no undefined
    this.setData({ busy: undefined });
    // @ts-expect-error: the data is a copy, which `setData` changes
    this.data = {};
    // @ts-expect-error: there is no such function
    this.lode();
    // @ts-expect-error: its argument is a text
    this.load(7);
    // @ts-expect-error: there is no such name
    this.data.ofers;
    const route: string = this.route;
    const query: MiniApp.Query = this.options;
    return title ?? route ?? query.id;
  },
});

// Data that is made anew for each page.
Page({
  data: () => ({ started: 1 }),
  onShow() {
    const started: number = this.data.started;
    this.setData({ started });
    // @ts-expect-error: it is a number
    this.setData({ started: 'x' });
  },
});

// What a hook returns may be made with `this`; the type of one that is told something is written.
Page({
  data: { taps: 0 },
  onLoad(query): number {
    return this.tapped({ by: query.id });
  },
  onShow() {
    return this.tapped({ by: String(this.data.taps) });
  },
  onHide() {
    return this.onShow();
  },
  tapped(tap: { by?: string }) {
    this.onHide();
    this.setData({ taps: this.data.taps + 1 });
    return this.data.taps;
  },
});

// A page without data takes everything.
Page({
  onReady() {
    this.setData({ anything: 1, 'a.b[0]': 2 });
  },
});

// A page whose types are written down.
interface Shown {
  title: string;
}
interface Methods {
  rename(title: string): void;
}
Page<Shown, Methods>({
  data: { title: '' },
  rename(title) {
    this.setData({ title });
  },
  onHide() {
    this.rename('x');
  },
});

// @ts-expect-error: data is an object
Page({ data: 7 });
// @ts-expect-error: it is a function
Page({ onLoad: 7 });
// @ts-expect-error: a page has a definition
Page();

const pages = getCurrentPages();
const route: string | undefined = pages.at(-1)?.route;
pages[0]?.setData({ anything: route });

export {};
