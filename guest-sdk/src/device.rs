//! What the device can do, where the native app offers it: each module under the permission `device:` and
//! its name, and the user is asked; must not know the device.
//!
//! A mini-app that imports what the native app does not offer is refused, unless its manifest says that
//! the permission is optional: then each call fails as denied.

/// Paying for an order, under `device:payment`.
///
/// ```
/// use miniapp_guest::device::payment::{self, Order, Receipt};
/// use miniapp_guest::testing::Host;
///
/// let host = Host::new().pay(|order: Order| {
///     assert_eq!(order.amount, 1_290);
///     Ok(Receipt { status: payment::PAID.into(), reference: Some("p-7".into()) })
/// });
/// let order = Order {
///     token: "from the partner's server".into(),
///     amount: 1_290,
///     currency: "CHF".into(),
///     description: "Two tickets".into(),
/// };
/// assert!(host.block_on(payment::pay(order)).unwrap().is_paid());
/// ```
pub mod payment {
    use crate::error::Result;
    use crate::host;

    /// It was paid.
    pub const PAID: &str = "paid";
    /// The service has not decided yet.
    pub const PENDING: &str = "pending";
    /// The user has given it up.
    pub const CANCELLED: &str = "cancelled";

    /// What is to be paid.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Order {
        /// What the payment service has given the partner's server for this order; at most 8 KiB.
        pub token: String,
        /// What is paid, in the smallest unit of the currency: 1290 for 12.90.
        pub amount: u64,
        /// A code of ISO 4217, such as `CHF`.
        pub currency: String,
        /// What for, for people; at most 256 bytes.
        pub description: String,
    }

    /// What became of it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Receipt {
        /// [`PAID`], [`PENDING`] or [`CANCELLED`]; an unknown word is to be treated like [`PENDING`].
        pub status: String,
        /// Names the payment with the service, where there is one.
        pub reference: Option<String>,
    }

    impl Receipt {
        /// Whether it was paid, as far as the user may be told. The partner's server asks the service.
        pub fn is_paid(&self) -> bool {
            self.status == PAID
        }
    }

    /// Shows the order to the user, who pays it or does not.
    ///
    /// # Errors
    /// Fails if it is denied, or the service does not know the order.
    pub async fn pay(order: Order) -> Result<Receipt> {
        host::pay(order).await
    }
}

/// Reading codes with the camera, under `device:scan`.
///
/// ```
/// use miniapp_guest::device::scan;
/// use miniapp_guest::testing::Host;
///
/// let host = Host::new().scan("7610200", "ean-13");
/// let found = host.block_on(scan::read(scan::Options::default())).unwrap();
/// assert_eq!(found.unwrap().text, "7610200");
/// ```
pub mod scan {
    use crate::error::Result;
    use crate::host;

    /// What is looked for.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Options {
        /// Such as `qr-code` or `ean-13`; all that the device knows if empty.
        pub formats: Vec<String>,
        /// Whether the user may choose a picture instead.
        pub pictures: bool,
    }

    /// A code that was read.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Scanned {
        /// Its text; empty where it is none.
        pub text: String,
        /// Its bytes.
        pub content: Vec<u8>,
        /// Its format, such as `qr-code`.
        pub format: String,
    }

    /// Shows the camera until a code is read; nothing where the user gives up.
    ///
    /// # Errors
    /// Fails if it is denied, or there is no camera.
    pub async fn read(options: Options) -> Result<Option<Scanned>> {
        host::scan(options).await
    }
}

/// Handing something to another person or app, under `device:share`.
///
/// ```
/// use miniapp_guest::device::share::{self, Content};
/// use miniapp_guest::testing::Host;
///
/// let host = Host::new();
/// let content = Content { title: "Summer".into(), page: Some("pages/offer?id=7".into()), ..Content::default() };
/// assert_eq!(host.block_on(share::share(content.clone())).unwrap(), share::SHARED);
/// assert_eq!(host.shared(), [content]);
/// ```
pub mod share {
    use crate::error::Result;
    use crate::host;

    /// It was shared.
    pub const SHARED: &str = "shared";
    /// The user has given it up.
    pub const CANCELLED: &str = "cancelled";
    /// The device does not tell.
    pub const UNKNOWN: &str = "unknown";

    /// What is shared.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Content {
        /// At most 256 bytes.
        pub title: String,
        /// At most 4 KiB.
        pub text: Option<String>,
        /// The address of a page of this mini-app, such as `pages/offer?id=7`.
        pub page: Option<String>,
        /// A picture, as PNG or JPEG.
        pub picture: Option<Vec<u8>>,
    }

    /// Shows where it can be shared to. Answers [`SHARED`], [`CANCELLED`] or [`UNKNOWN`]; an unknown word
    /// is to be treated like [`UNKNOWN`].
    ///
    /// # Errors
    /// Fails if it is denied, or there is no such page.
    pub async fn share(content: Content) -> Result<String> {
        host::share(content).await
    }
}

/// Where the device is, under `device:location`.
///
/// ```
/// use miniapp_guest::device::location;
/// use miniapp_guest::testing::Host;
///
/// let host = Host::new().location(46.948, 7.447);
/// let position = host.block_on(location::current(location::Options::default())).unwrap();
/// assert_eq!(position.latitude, 46.948);
/// ```
pub mod location {
    use crate::error::Result;
    use crate::host;

    /// What is asked.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Options {
        /// Whether it is to be as exact as the device can tell.
        pub precise: bool,
        /// How old a position may be that is already known, in milliseconds.
        pub maximum_age: u32,
    }

    /// A position, in the reference system WGS 84.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    pub struct Position {
        /// Degrees north of the equator.
        pub latitude: f64,
        /// Degrees east of Greenwich.
        pub longitude: f64,
        /// Metres around it within which the device is, with a probability of 68 %.
        pub accuracy: f64,
        /// Metres above the ellipsoid.
        pub altitude: Option<f64>,
        /// Degrees clockwise from north in which it moves.
        pub heading: Option<f64>,
        /// Metres a second.
        pub speed: Option<f64>,
        /// When it was found, in milliseconds since 1970-01-01T00:00:00Z.
        pub at: u64,
    }

    /// Where the device is now.
    ///
    /// # Errors
    /// Fails if it is denied, or not known.
    pub async fn current(options: Options) -> Result<Position> {
        host::locate(options).await
    }
}

/// Files of the user's that the mini-app is given or gives, under `device:file-transfer`.
///
/// ```
/// use miniapp_guest::device::file_transfer;
/// use miniapp_guest::testing::Host;
///
/// let host = Host::new().file("cat.png", "image/png", *b"meow");
/// let chosen = host.block_on(file_transfer::choose(&["image/*"], 1)).unwrap();
/// assert_eq!(host.block_on(chosen[0].read(0, 4)).unwrap(), b"meow");
/// assert!(host.block_on(file_transfer::save("a.txt", "text/plain", *b"a")).unwrap());
/// assert_eq!(host.saved("a.txt").unwrap(), b"a");
/// ```
pub mod file_transfer {
    use crate::error::Result;
    use crate::host;

    /// A file that the user has chosen.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct File {
        pub(crate) handle: u64,
        /// Its name, without folders.
        pub name: String,
        /// Its media type, such as `image/jpeg`; empty where it is not known.
        pub media_type: String,
        /// Its bytes.
        pub size: u64,
    }

    impl File {
        /// So many bytes from an offset on, at most 512 KiB; fewer at its end.
        ///
        /// # Errors
        /// Fails if it is denied, or the file was let go.
        pub async fn read(&self, offset: u64, length: u32) -> Result<Vec<u8>> {
            host::read_file(self.handle, offset, length).await
        }

        /// Lets it go.
        ///
        /// # Errors
        /// Fails if it is denied.
        pub async fn release(self) -> Result<()> {
            host::release_file(self.handle).await
        }
    }

    /// Lets the user choose up to so many files of these media types, such as `image/*`; of all if there
    /// are none. None is chosen where the user gives up.
    ///
    /// # Errors
    /// Fails if it is denied.
    pub async fn choose(media_types: &[&str], at_most: u32) -> Result<Vec<File>> {
        let media_types = media_types.iter().map(|own| (*own).to_owned()).collect();
        host::choose_files(media_types, at_most).await
    }

    /// Lets the user put a file where they like; whether they did.
    ///
    /// # Errors
    /// Fails if it is denied, or the content too large.
    pub async fn save(name: &str, media_type: &str, content: impl Into<Vec<u8>>) -> Result<bool> {
        host::save_file(name.to_owned(), media_type.to_owned(), content.into()).await
    }
}
