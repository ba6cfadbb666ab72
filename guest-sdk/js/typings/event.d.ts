declare namespace MiniApp {
  /** The element that an event is of. */
  interface EventTarget<Dataset = Record<string, any>> {
    /** Always empty. */
    id: string;
    /** The `data-*` attributes of the element. */
    dataset: Dataset;
  }

  /**
   * What a handler of a page is told: `onTap(event: MiniApp.PageEvent<{ value: string }>) {…}`.
   * Detail and dataset have at most 64 KiB each.
   */
  interface PageEvent<Detail = any, Dataset = Record<string, any>> {
    /** `detail.type`, where that is a text; otherwise empty. */
    type: string;
    /** Milliseconds since some moment before the launch. */
    timeStamp: number;
    target: EventTarget<Dataset>;
    /** The same as `target`. */
    currentTarget: EventTarget<Dataset>;
    /** What happened, such as `{ value: 'typed text' }`. */
    detail: Detail;
  }
}
