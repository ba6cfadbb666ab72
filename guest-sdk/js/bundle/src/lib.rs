//! Turns the folder of a JavaScript or TypeScript mini-app into one script; owns which files belong to
//! it, in which order they run, and what of them is refused. Must not know what runs the script, nor
//! what `App`, `Page` and `fc` are.
//!
//! ```no_run
//! use std::path::Path;
//!
//! # fn main() -> Result<(), miniapp_js_bundle::BundleError> {
//! let bundle = miniapp_js_bundle::bundle(Path::new("shop"), &["pages/index", "pages/me"])?;
//! println!("{} modules, {} bytes", bundle.modules().len(), bundle.script.len());
//! # Ok(())
//! # }
//! ```
//!
//! # Files
//!
//! The file of a page `pages/index` is the first that there is of `pages/index.js`, `pages/index.ts`,
//! `pages/index.mjs`, `pages/index.cjs`, `pages/index/index.js`, `pages/index/index.ts`,
//! `pages/index/index.mjs` and `pages/index/index.cjs`. `app.js`, `app.ts`, `app.mjs` or `app.cjs` in the
//! folder itself is the app's; there need not be one. Files that none of them asks for are left out.
//!
//! # Order
//!
//! The app's file runs first, then each page in the order given, and just before a page `P` the statement
//! `__page("P");`. A module runs once, before the first that asks for it. ES modules, CommonJS and JSON
//! may be mixed, as in Node.js.
//!
//! # Resolution
//!
//! A name that begins with `./` or `../` may leave out the extension, which is the first of `.js`, `.ts`,
//! `.mjs`, `.cjs` and `.json`, or name a folder with an `index`; a name that ends in `.js` may also mean the
//! `.ts` beside it. Other names are packages of npm, looked for in `node_modules` of the folder and of
//! those above it: `exports` with the conditions `import` or `require` and `default`, else the fields
//! `module` and `main` (for `require`, `main` and `module`). `tsconfig.json` is not read.
//!
//! All other files must lie in the folder, and symbolic links do not change that. A `require` within `try`
//! may name a package that is not there; it throws, as in Node.js.
//!
//! # The script
//!
//! One ES module in ES2023, without imports and exports, not minified. It depends on the sources alone: the
//! same folder in another place gives the same bytes. `process.env.NODE_ENV` is `"production"`. What no
//! module uses is left out, as far as leaving it out cannot be noticed.
//!
//! # Limits
//!
//! [`MAX_BUNDLE_BYTES`], [`MAX_MODULES`], [`MAX_SOURCE_BYTES`], [`MAX_NESTING`] and [`MAX_DIAGNOSTICS`]. They
//! catch what goes wrong by accident. Sources that mean harm are another matter: some hundred thousand
//! operators in a row overflow the stack of what parses them, and that ends the process. Bundle code of
//! strangers in a process that may end.

mod bundle;
mod diagnostic;
mod entry;
mod error;
mod finding;
mod folder;
mod inspect;
mod limits;
mod link;
mod loader;
mod pages;
mod place;
mod refusal;
mod report;
mod resolve;
mod source_map;
mod text;
mod threads;

pub use bundle::{Bundle, ModuleSize, bundle};
pub use diagnostic::{Diagnostic, Problem};
pub use error::{BundleError, Faults};
pub use limits::{MAX_BUNDLE_BYTES, MAX_DIAGNOSTICS, MAX_MODULES, MAX_NESTING, MAX_SOURCE_BYTES};
pub use pages::has_scripts;
pub use source_map::SourceMap;
