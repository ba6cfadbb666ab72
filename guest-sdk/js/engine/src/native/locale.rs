//! The user's language and time zone, and what the host writes in them.

use std::rc::Rc;

use rquickjs::function::Func;
use rquickjs::{Ctx, FromJs, Object, Value};

use super::answers::Told;
use crate::environment::Engine;
use crate::outside::{DateOptions, NumberOptions};

pub(super) fn define<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "language" = |_ctx, e| e.outside.language();
        "timeZone" = |_ctx, e| e.outside.time_zone();
        "formatNumber" = |_ctx, e, number: String, options: NumberOptions| {
            Told(e.outside.format_number(&number, options))
        };
        "formatCurrency" = |_ctx, e, amount: String, currency: String, language: Option<String>| {
            Told(e.outside.format_currency(&amount, &currency, language))
        };
        "formatDate" = |_ctx, e, moment: f64, options: DateOptions| {
            Told(e.outside.format_date(milliseconds(moment), options))
        };
        "utcOffset" = |_ctx, e, moment: f64| Told(e.outside.utc_offset(milliseconds(moment)));
    );
    Ok(())
}

/// The moment of a `Date`, which is a whole number far within 64 bits.
fn milliseconds(moment: f64) -> i64 {
    #[allow(clippy::cast_possible_truncation)]
    let whole = moment as i64;
    whole
}

impl<'js> FromJs<'js> for NumberOptions {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Self> {
        let given = Object::from_value(value)?;
        Ok(Self {
            percent: given.get("percent")?,
            minimum_fraction: given.get("minimum")?,
            maximum_fraction: given.get("maximum")?,
            grouping: given.get("grouping")?,
            language: given.get("language")?,
        })
    }
}

impl<'js> FromJs<'js> for DateOptions {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Self> {
        let given = Object::from_value(value)?;
        Ok(Self {
            date: given.get("date")?,
            weekday: given.get("weekday")?,
            time: given.get("time")?,
            time_zone: given.get("timeZone")?,
            language: given.get("language")?,
        })
    }
}
