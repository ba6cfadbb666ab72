// The page `pages/index` of miniapp.yaml. The native app shows its data, which `setData` changes.
Page({
  data: { greeting: '', taps: 0 },

  // The page was opened, with the query of its address.
  onLoad(query) {
    this.setData({ greeting: `Hello ${query.name ?? 'you'}` });
  },

  // What the view binds to a tap. An attribute `data-step` says how much it counts.
  onTap(event: MiniApp.PageEvent<unknown, { step?: number }>) {
    const { step = 1 } = event.currentTarget.dataset;
    this.setData({ taps: this.data.taps + step });
  },
});
