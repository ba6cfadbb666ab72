// Needs no permission. Answered means accepted: the callbacks of the pages follow.

declare namespace MiniApp {
  interface Address {
    /**
     * A page of the app manifest with an optional query, at most 4 KiB: absolute, such as
     * `/pages/offer?id=7` or `pages/offer`, or from the page on top, such as `../offer/index`.
     */
    url: string;
  }

  interface Fc {
    /**
     * Opens a page on top. Errors: `not-found` for a page that the app manifest lacks,
     * `invalid-argument`, `too-large` where 10 pages are open, `busy` where pages follow one
     * another too fast.
     */
    navigateTo: Call<Address>;
    /** Replaces the page on top. Errors: `not-found`, `invalid-argument`, `busy`. */
    redirectTo: Call<Address>;
    /** Closes all pages and opens a tab of the app manifest. Errors: `not-found`, `invalid-argument`, `busy`. */
    switchTab: Call<Address>;
    /** Closes all pages and opens one. Errors: `not-found`, `invalid-argument`, `busy`. */
    reLaunch: Call<Address>;
    /**
     * Closes `delta` pages, 1 if absent; the lowest one stays. Errors: `not-found` where there is
     * only one, `busy`.
     */
    navigateBack: CallWithDefaults<{ delta?: number }>;
  }
}
