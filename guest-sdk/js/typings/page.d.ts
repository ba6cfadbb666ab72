declare namespace MiniApp {
  /**
   * What a page is told in its life. All of it may be left out.
   *
   * One that is told nothing is any function. Of `onLoad` the compiler wants to know what it
   * returns before it knows `this`: where that is made with `this`, write its type down, as in
   * `onLoad(query): Promise<void>`.
   */
  interface PageLifecycle {
    /** The page was opened, with the query of its address. */
    onLoad?(query: Query): unknown;
    /** The page is visible. */
    onShow?: Function;
    /** The page was rendered for the first time. */
    onReady?: Function;
    /** The page is covered by another one, or the app went to the background. */
    onHide?: Function;
    /** The page is gone; `setData` does nothing from now on. */
    onUnload?: Function;
  }

  /** What every page has. */
  interface PageMembers<D> {
    /** The page's path, such as `pages/index`. */
    readonly route: string;
    /** The query of its address. */
    readonly options: Query;
    /** The page's own copy of its data. Change it by `setData`, or the view will not see it. */
    readonly data: ReadData<D>;
    /**
     * Changes the data that the page's view shows, all of the patch or none of it. Names are data
     * paths: `user.name`, `offers[0].title`; a backslash escapes `.`, `[`, `]` and itself. What is
     * missing on the way is made. Values are copied as JSON: of a `Date` its text remains, of a
     * `Map` an empty object, and what JSON cannot say, such as `undefined`, is left as it is and
     * told to the log.
     *
     * At most 1,024 KiB and 10,000 paths in one call; a path has at most 4,096 bytes and 64 parts,
     * and an index lies at most 1,024 past the end of its list. The names `__proto__`,
     * `constructor` and `prototype` are refused. Nothing happens once the page is closed.
     *
     * @param done Called once the host has taken the data.
     * @throws {@link HostError} of code `invalid-argument` or `too-large`; `TypeError` for what
     * is no object, or refers to itself.
     */
    setData<const Paths extends PropertyKey>(patch: Patch<Settled<D>, Paths>, done?: () => void): void;
  }

  /** A page as its own functions see it. */
  type PageInstance<D = Data, Custom = object> = PageMembers<D> & PageLifecycle & Custom;

  /** What `Page` is given. */
  type PageDefinition<D, Custom> = Custom &
    PageLifecycle & {
      /**
       * The data that the page begins with, or a function that makes it. Its type is what
       * `setData` takes: write `offers: [] as Offer[]` and `user: null as User | null`.
       */
      data?: D | (() => D);
    } & ThisType<PageInstance<D, Custom>>;
}

/**
 * Registers the page of the file that it stands in. Called once, at the top of a file that the app
 * manifest lists under `pages`. Each time that the page is opened, the definition is copied. The
 * functions that its view binds to events are those of the definition, by their names.
 *
 * @throws `TypeError` for what is no object; `Error` outside of a page, and for a second call.
 */
declare function Page<D extends MiniApp.Data = {}, Custom extends object = {}>(
  definition: MiniApp.PageDefinition<D, Custom>,
): void;

/** The pages that are open, the one on top last. */
declare function getCurrentPages(): MiniApp.PageInstance<any, Record<string, any>>[];
