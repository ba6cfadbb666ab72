//! Whatever is handed over is written or refused: nothing panics, no text is long, and the data has no
//! gap.

#![allow(clippy::unwrap_used)]

use miniapp_locale::{
    DateLength, FormatError, Language, MomentOptions, NumberOptions, NumberStyle, TimeLength, Zone,
    currency, moment, number,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Most bytes of a number or an amount: 650 digits of 4 bytes, a sign of 3 for each third one, signs.
const MOST: usize = 4_096;

fn tag() -> impl Strategy<Value = String> {
    let language = "[a-z]{2,3}";
    let known = select(
        &[
            "en", "de", "ar", "fa", "hi", "th", "zh", "ja", "he", "pt", "es", "sv",
        ][..],
    );
    let extension = select(
        &[
            "",
            "-u-nu-arab",
            "-u-nu-hanidec",
            "-u-nu-mathsanb",
            "-u-nu-roman",
            "-u-ca-islamic-umalqura",
            "-u-ca-chinese",
            "-u-ca-hebrew",
            "-u-ca-japanese",
            "-u-ca-dangi",
            "-u-ca-ethioaa",
            "-u-ca-coptic",
            "-u-ca-indian",
            "-u-ca-roc",
            "-u-ca-persian",
            "-u-ca-islamic-civil",
            "-u-ca-nope",
            "-u-hc-h11",
            "-u-hc-h24",
            "-t-de",
            "-x-y",
        ][..],
    );
    let region = select(&["", "-CH", "-EG", "-IN", "-SA", "-001", "-QQ"][..]);
    let language = prop_oneof![
        language.prop_map(String::from),
        known.prop_map(str::to_owned)
    ];
    (language, region, extension)
        .prop_map(|(language, region, extension)| format!("{language}{region}{extension}"))
}

fn decimal() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{0,30}(\\.[0-9]{1,30})?",
        "[+-]?[0-9]{1,20}(\\.[0-9]{1,20})?[eE][+-]?[0-9]{1,4}",
        any::<f64>().prop_map(|double| double.to_string().chars().take(64).collect()),
        any::<f64>().prop_map(|double| format!("{double:e}")),
        "[0-9eE+.-]{0,12}",
        "\\PC{0,12}",
    ]
}

fn check(written: Result<String, FormatError>) -> Result<(), TestCaseError> {
    match written {
        Ok(text) => {
            prop_assert!(
                !text.is_empty() && text.len() <= MOST,
                "{} bytes",
                text.len()
            );
            prop_assert!(!text.contains(char::is_control), "{text:?}");
        }
        Err(error) => {
            prop_assert!(error.is_argument(), "{error}");
            let shown = error.to_string();
            prop_assert!(
                shown.len() <= 1_024 && !shown.contains(char::is_control),
                "{shown:?}"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_number_is_written_or_refused(
        tag in tag(),
        text in decimal(),
        percent in any::<bool>(),
        grouping in any::<bool>(),
        minimum_fraction in option::of(0_u8..24),
        maximum_fraction in option::of(0_u8..24),
    ) {
        let style = if percent { NumberStyle::Percent } else { NumberStyle::Decimal };
        let options = NumberOptions { style, minimum_fraction, maximum_fraction, grouping };
        check(number(&Language::parse(&tag).unwrap(), &text, &options))?;
    }

    #[test]
    fn any_amount_is_written_or_refused(tag in tag(), text in decimal(), code in "[A-Za-z]{3}|\\PC{0,4}") {
        check(currency(&Language::parse(&tag).unwrap(), &text, &code))?;
    }

    #[test]
    fn any_moment_is_written_or_refused(
        tag in tag(),
        zone in select(&["UTC", "Europe/Berlin", "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns"][..]),
        milliseconds in prop_oneof![
            -377_673_580_800_000..=253_402_300_799_999_i64,
            -377_673_580_800_010..-377_673_580_790_000_i64,
            253_402_300_790_000..253_402_300_800_010_i64,
            any::<i64>(),
        ],
        date in option::of(select(&[DateLength::Short, DateLength::Medium, DateLength::Long][..])),
        weekday in any::<bool>(),
        time in option::of(select(&[TimeLength::Minutes, TimeLength::Seconds][..])),
    ) {
        let zone = Zone::parse(zone).unwrap();
        let options = MomentOptions { date, weekday, time };
        check(moment(&Language::parse(&tag).unwrap(), &zone, milliseconds, &options))?;
        prop_assert!(zone.utc_offset(milliseconds).abs() <= 26 * 60);
    }

    #[test]
    fn any_text_is_a_language_or_refused(text in "([a-zA-Z0-9]{1,9}[-_]){0,8}[a-zA-Z0-9]{0,9}|\\PC{0,70}") {
        match Language::parse(&text) {
            Ok(language) => {
                let shown = language.to_string();
                prop_assert_eq!(Language::parse(&shown), Ok(language.clone()));
                check(number(&language, "-1234.5", &NumberOptions::default()))?;
                check(currency(&language, "-1234.5", "CHF"))?;
                let options = MomentOptions { date: Some(DateLength::Long), weekday: true, time: Some(TimeLength::Seconds) };
                check(moment(&language, &Zone::default(), 0, &options))?;
            }
            Err(error) => check(Err(error))?,
        }
    }

    #[test]
    fn any_text_is_a_zone_or_refused(text in "[A-Za-z]{1,10}/[A-Za-z_]{1,14}|\\PC{0,70}", milliseconds in any::<i64>()) {
        match Zone::parse(&text) {
            Ok(zone) => prop_assert!(zone.utc_offset(milliseconds).abs() <= 26 * 60),
            Err(error) => check(Err(error))?,
        }
    }
}
