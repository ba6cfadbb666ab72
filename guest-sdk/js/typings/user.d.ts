declare namespace MiniApp {
  /**
   * A field of the user's profile, by its name in the contract. `phone-number` needs the
   * permission `user:phone`, `email` needs `user:email`, all others need `user:readProfile`.
   */
  type ProfileField =
    | 'nickname'
    | 'avatar-url'
    | 'gender'
    | 'country'
    | 'language'
    | 'phone-number'
    | 'email'
    | (string & {});

  /**
   * The fields that the user has filled in and agreed to, by their names in `camelCase`. Which
   * there are is the native app's to say.
   */
  interface UserInfo {
    nickname?: string;
    /** The same as `nickname`. */
    nickName?: string;
    avatarUrl?: string;
    gender?: string;
    country?: string;
    language?: string;
    phoneNumber?: string;
    email?: string;
    [field: string]: string | undefined;
  }

  interface ProfileOptions {
    /** At most 64; all that are granted if absent or empty. */
    fields?: readonly ProfileField[];
  }

  /** How a permission stands; an unknown word is to be treated like `not-asked`. */
  type ConsentStatus =
    | 'allowed'
    | 'refused'
    | 'not-asked'
    | 'each-time'
    | 'denied'
    | (string & {});

  interface Scope {
    /** A permission of the app manifest, such as `user:readProfile`. */
    scope: string;
  }

  interface Fc {
    /**
     * A code that the partner's server exchanges once, within five minutes, for an id of the user.
     * Needs `user:login`. Errors: `denied`, `unavailable`, `timeout`, `busy`.
     */
    login: CallWithDefaults<object, Ok & { code: string }>;
    /**
     * Fields of the user's profile. The user is asked once for each permission. Errors: `denied`,
     * `unavailable`, `timeout`, `busy`.
     */
    getUserProfile: CallWithDefaults<ProfileOptions, Ok & { userInfo: UserInfo }>;
    /** The same as `getUserProfile`. */
    getUserInfo: CallWithDefaults<ProfileOptions, Ok & { userInfo: UserInfo }>;
    /**
     * Asks the user for a permission before it is needed; answered means allowed. Errors: `denied`,
     * also at once if they have refused before, `invalid-argument` for a permission that the app
     * manifest lacks, `unavailable`, `timeout`, `busy`.
     */
    authorize: Call<Scope>;
    /**
     * How a permission stands; asks nobody. Errors: `invalid-argument` for a permission that the
     * app manifest lacks.
     */
    getConsent: Call<Scope, Ok & { status: ConsentStatus }>;
  }
}
