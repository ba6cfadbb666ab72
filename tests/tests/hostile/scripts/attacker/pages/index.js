import { handlers, ways } from '../theme.js';

Page({
  data: {},
  ...handlers,
  /** The ways of a handler, each of which is an attempt. */
  ways(event) {
    this.setData({ ways: ways[event.detail] });
  },
  /** Whether it still answers. */
  answer(event) {
    this.setData({ answer: event.detail });
  },
});
