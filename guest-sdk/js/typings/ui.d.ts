// What the native app draws over a page. Needs no permission, but for the clipboard. Of more than
// 20 toasts, waits and titles in a second, the rest is not shown, nor are toasts and waits while the
// mini-app is in the background.

declare namespace MiniApp {
  interface ToastOptions {
    /** At most 256 bytes. */
    title?: string;
    /** `success` if absent; any other word draws none. */
    icon?: 'success' | 'error' | 'loading' | 'none';
    /** Milliseconds: 1,500 if absent, 10,000 at most. */
    duration?: number;
  }

  interface Title {
    /** At most 256 bytes. */
    title?: string;
  }

  interface ModalOptions {
    /** At most 256 bytes. */
    title?: string;
    /** At most 4 KiB. */
    content?: string;
    /** The word on the button that agrees, at most 64 bytes; the native app's own if absent. */
    confirmText?: string;
    /** Whether there is a button that declines; yes if absent. */
    showCancel?: boolean;
    /** The word on it, at most 64 bytes; the native app's own if absent. */
    cancelText?: string;
    /** Whether the user may type a text. */
    editable?: boolean;
    /** What stands in the empty field, at most 256 bytes. */
    placeholderText?: string;
  }

  interface ModalAnswer extends Ok {
    confirm: boolean;
    cancel: boolean;
    /** What was typed, at most 4 KiB, where `editable` is set. */
    content?: string;
  }

  interface Fc {
    /** Shows a short message in place of one that is shown. Errors: `too-large`. */
    showToast: CallWithDefaults<ToastOptions>;
    /** Takes the toast away. */
    hideToast: CallWithDefaults<object>;
    /** Shows that the user has to wait, until `hideLoading`. Errors: `too-large`. */
    showLoading: CallWithDefaults<Title>;
    /** Takes it away. */
    hideLoading: CallWithDefaults<object>;
    /** Sets the title of the page on top. Errors: `too-large`, `not-found` where no page is open. */
    setNavigationBarTitle: CallWithDefaults<Title>;
    /**
     * Asks the user, one question after the other; at most 8 wait, in the background until the
     * mini-app is shown. Errors: `too-large`, `busy`, `unavailable` where the native app shows none.
     */
    showModal: CallWithDefaults<ModalOptions, ModalAnswer>;
    /**
     * Puts a text of at most 1 MiB into the clipboard, under `device:clipboard`. Errors:
     * `denied`, `too-large`, `unavailable`, also in the background.
     */
    setClipboardData: Call<{ data: string }>;
    /**
     * The text in the clipboard, under `device:clipboard`; empty if there is none. Asks the user.
     * Errors: `denied`, `too-large`, `unavailable`, also in the background.
     */
    getClipboardData: CallWithDefaults<object, Ok & { data: string }>;
  }
}
