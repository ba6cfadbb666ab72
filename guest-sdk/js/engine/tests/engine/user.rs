//! The user of the host that is none: what is written for them says how it was asked for.

use std::cell::Cell;

use miniapp_js_engine::{DateOptions, Failure, NumberOptions};

/// What is known of the user, and how often it was asked.
pub struct User {
    /// The name of the time zone.
    pub zone: Cell<&'static str>,
    /// How often it was asked how far local time is ahead.
    pub offsets: Cell<u32>,
    /// Whether nothing is told.
    pub is_reticent: Cell<bool>,
}

impl Default for User {
    fn default() -> Self {
        Self {
            zone: Cell::new("Europe/Zurich"),
            offsets: Cell::default(),
            is_reticent: Cell::default(),
        }
    }
}

impl User {
    /// A failure, where nothing is told.
    fn tells(&self) -> Result<(), Failure> {
        if !self.is_reticent.get() {
            return Ok(());
        }
        Err(Failure {
            code: "denied".to_owned(),
            message: "`locale` is not granted to this mini-app".to_owned(),
            permission: Some("locale".to_owned()),
            line: Some("partner.yaml:5: permissions: [\"locale\"]".to_owned()),
        })
    }

    pub fn format_number(&self, number: &str, options: NumberOptions) -> Result<String, Failure> {
        self.tells()?;
        let digits = |digits: Option<u8>| digits.map_or("any".to_owned(), |few| few.to_string());
        let (least, most) = (
            digits(options.minimum_fraction),
            digits(options.maximum_fraction),
        );
        let style = if options.percent { "%" } else { "" };
        let grouping = if options.grouping { " grouped" } else { "" };
        let language = options.language.unwrap_or_default();
        Ok(
            format!("{number}{style} .{least}-{most}{grouping} {language}")
                .trim_end()
                .to_owned(),
        )
    }

    pub fn format_currency(
        &self,
        amount: &str,
        currency: &str,
        language: Option<String>,
    ) -> Result<String, Failure> {
        self.tells()?;
        if currency.len() != 3 {
            let message = format!("`{currency}` is no currency");
            return Err(Failure::new("invalid-argument", message));
        }
        let amount: f64 = amount.parse().unwrap();
        let digits = if currency == "JPY" { 0 } else { 2 };
        let language = language.unwrap_or_default();
        Ok(format!("{currency} {amount:.digits$} {language}")
            .trim_end()
            .to_owned())
    }

    pub fn format_date(&self, milliseconds: i64, options: DateOptions) -> Result<String, Failure> {
        self.tells()?;
        let zone = options.time_zone.unwrap_or_default();
        if zone == "Nowhere" {
            let message = "`Nowhere` is no time zone";
            return Err(Failure::new("invalid-argument", message));
        }
        let parts = [
            milliseconds.to_string(),
            options.date.unwrap_or_default(),
            if options.weekday { "weekday" } else { "" }.to_owned(),
            options.time.unwrap_or_default(),
            zone,
            options.language.unwrap_or_default(),
        ];
        let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).collect();
        Ok(parts
            .into_iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" "))
    }

    pub fn utc_offset(&self, milliseconds: i64) -> Result<i32, Failure> {
        self.tells()?;
        self.offsets.set(self.offsets.get() + 1);
        let zone = jiff::tz::TimeZone::get(self.zone.get()).unwrap();
        let moment = jiff::Timestamp::from_millisecond(milliseconds);
        let moment = moment.unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Ok(zone.to_offset(moment).seconds() / 60)
    }
}
