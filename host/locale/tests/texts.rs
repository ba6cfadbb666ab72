//! What is written in each language, after the CLDR: the digits, their groups, the signs and their
//! places, the calendar. Where a text has invisible characters, they are escaped.

#![allow(clippy::unwrap_used)]

use miniapp_locale::{
    DateLength, FormatError, Language, MAX_FRACTION, MAX_LANGUAGE_BYTES, MAX_NUMBER_BYTES,
    MomentOptions, NumberOptions, NumberStyle, TimeLength, Zone, currency, moment, number,
};

const NO_BREAK: &str = "\u{a0}";
const NARROW: &str = "\u{202f}";

fn language(tag: &str) -> Language {
    Language::parse(tag).unwrap()
}

fn plain(tag: &str, text: &str) -> String {
    number(&language(tag), text, &NumberOptions::default()).unwrap()
}

fn percent(tag: &str, text: &str) -> String {
    let options = NumberOptions {
        style: NumberStyle::Percent,
        ..NumberOptions::default()
    };
    number(&language(tag), text, &options).unwrap()
}

fn rounded(text: &str, minimum: Option<u8>, maximum: Option<u8>) -> Result<String, FormatError> {
    let options = NumberOptions {
        minimum_fraction: minimum,
        maximum_fraction: maximum,
        ..NumberOptions::default()
    };
    number(&language("en"), text, &options)
}

fn money(tag: &str, amount: &str, code: &str) -> String {
    currency(&language(tag), amount, code).unwrap()
}

/// 2026-12-24T17:05:30Z, in Berlin.
fn christmas(tag: &str, options: &MomentOptions) -> String {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    moment(&language(tag), &zone, 1_798_131_930_000, options).unwrap()
}

fn date(tag: &str, length: DateLength, weekday: bool) -> String {
    let options = MomentOptions {
        date: Some(length),
        weekday,
        time: None,
    };
    christmas(tag, &options)
}

fn time(tag: &str, length: TimeLength) -> String {
    let options = MomentOptions {
        time: Some(length),
        ..MomentOptions::default()
    };
    christmas(tag, &options)
}

#[test]
fn numbers_have_the_digits_and_groups_of_the_language() {
    for (tag, expected) in [
        ("en", "-1,234,567.891"),
        ("de", "-1.234.567,891"),
        // The Swiss apostrophe is U+0027 in the CLDR since 2025, it was U+2019 before.
        ("de-CH", "-1'234'567.891"),
        ("fr", "-1\u{202f}234\u{202f}567,891"),
        ("ar-EG", "\u{61c}-١٬٢٣٤٬٥٦٧٫٨٩١"),
        ("hi", "-12,34,567.891"),
        ("ja", "-1,234,567.891"),
        ("zh", "-1,234,567.891"),
        ("fa", "\u{200e}\u{2212}۱٬۲۳۴٬۵۶۷٫۸۹۱"),
        ("sv", "\u{2212}1\u{a0}234\u{a0}567,891"),
    ] {
        assert_eq!(plain(tag, "-1234567.891"), expected, "{tag}");
    }
}

#[test]
fn four_digits_are_grouped_where_the_language_groups_them() {
    assert_eq!(plain("de", "1234"), "1.234");
    assert_eq!(plain("es", "1234"), "1234");
    assert_eq!(plain("es", "12345"), "12.345");
    assert_eq!(plain("pl", "1234"), "1234");
    let ungrouped = NumberOptions {
        grouping: false,
        ..NumberOptions::default()
    };
    let written = number(&language("de-CH"), "1234567.5", &ungrouped).unwrap();
    assert_eq!(written, "1234567.5");
}

#[test]
fn shares_have_the_percent_sign_of_the_language() {
    for (tag, expected) in [
        ("en", "12.5%"),
        ("de", "12,5\u{a0}%"),
        ("de-CH", "12.5%"),
        ("fr", "12,5\u{a0}%"),
        ("ar-EG", "١٢٫٥\u{66a}\u{61c}"),
        ("hi", "12.5%"),
        ("ja", "12.5%"),
        ("zh", "12.5%"),
        ("fa", "۱۲٫۵\u{66a}"),
        ("tr", "%12,5"),
    ] {
        assert_eq!(percent(tag, "0.125"), expected, "{tag}");
    }
    assert_eq!(percent("en", "1"), "100%");
    assert_eq!(percent("en", "0"), "0%");
    assert_eq!(percent("en", "12.3456"), "1,234.56%");
    assert_eq!(percent("de", "-0.5"), format!("-50{NO_BREAK}%"));
    assert_eq!(percent("ar-EG", "-0.5"), "\u{61c}-٥٠\u{66a}\u{61c}");
    assert_eq!(percent("fa", "-0.5"), "\u{200e}\u{2212}۵۰\u{66a}");
}

#[test]
fn a_number_has_as_many_digits_as_asked_for_and_is_rounded_half_away_from_nought() {
    let written = |text, minimum, maximum| rounded(text, minimum, maximum).unwrap();
    assert_eq!(written("1234.50", None, None), "1,234.5");
    assert_eq!(
        written("1.23456789012345678901234567", None, None),
        "1.23456789012345678901234567"
    );
    assert_eq!(written("2.5", None, Some(0)), "3");
    assert_eq!(written("3.5", None, Some(0)), "4");
    assert_eq!(written("-2.5", None, Some(0)), "-3");
    assert_eq!(written("2.4999", None, Some(0)), "2");
    assert_eq!(written("1.005", None, Some(2)), "1.01");
    assert_eq!(written("0.999", None, Some(2)), "1");
    assert_eq!(written("999999.5", None, Some(0)), "1,000,000");
    assert_eq!(written("7", Some(2), None), "7.00");
    assert_eq!(written("7.125", Some(2), None), "7.125");
    assert_eq!(written("7.125", Some(2), Some(2)), "7.13");
    assert_eq!(written("7.1", Some(0), Some(3)), "7.1");
    assert_eq!(written("1e-7", None, None), "0.0000001");
    assert_eq!(written("0", Some(2), Some(2)), "0.00");
}

#[test]
fn nought_has_no_sign() {
    assert_eq!(plain("en", "-0"), "0");
    assert_eq!(rounded("-0.4", None, Some(0)).unwrap(), "0");
    assert_eq!(rounded("-0.004", Some(2), Some(2)).unwrap(), "0.00");
    assert_eq!(percent("de", "-0"), format!("0{NO_BREAK}%"));
    assert_eq!(money("en", "-0.001", "USD"), "$0.00");
    assert_eq!(money("en", "-0.005", "USD"), "-$0.01");
    assert_eq!(money("en", "-0", "JPY"), "¥0");
}

#[test]
fn digits_after_the_decimal_sign_have_their_limit() {
    let twenty = Some(MAX_FRACTION);
    assert_eq!(
        rounded("1", twenty, twenty).unwrap(),
        format!("1.{}", "0".repeat(20))
    );
    let more = MAX_FRACTION + 1;
    assert_eq!(
        rounded("1", Some(more), None),
        Err(FormatError::Fraction(more))
    );
    assert_eq!(
        rounded("1", None, Some(255)),
        Err(FormatError::Fraction(255))
    );
    let order = FormatError::FractionOrder {
        minimum: 3,
        maximum: 2,
    };
    assert_eq!(rounded("1", Some(3), Some(2)), Err(order));
}

#[test]
fn a_currency_says_how_many_digits_follow() {
    assert_eq!(money("en", "1234.5", "JPY"), "¥1,235");
    assert_eq!(
        money("en", "1234.5", "CHF"),
        format!("CHF{NO_BREAK}1,234.50")
    );
    assert_eq!(
        money("en", "1234.5", "BHD"),
        format!("BHD{NO_BREAK}1,234.500")
    );
    assert_eq!(money("en", "1.2345", "BHD"), format!("BHD{NO_BREAK}1.235"));
    assert_eq!(money("en", "1234.565", "USD"), "$1,234.57");
    assert_eq!(money("en", "1234", "XYZ"), format!("XYZ{NO_BREAK}1,234.00"));
    assert_eq!(money("en", "1234", "usd"), "$1,234.00");
}

#[test]
fn amounts_have_the_sign_and_its_place_of_the_language() {
    for (tag, code, expected) in [
        ("en", "EUR", "-€1,234.50".to_owned()),
        ("de", "EUR", format!("-1.234,50{NO_BREAK}€")),
        ("de-CH", "CHF", "CHF-1'234.50".to_owned()),
        ("fr", "EUR", format!("-1{NARROW}234,50{NO_BREAK}€")),
        (
            "ar-EG",
            "CHF",
            format!("\u{61c}-\u{200f}١٬٢٣٤٫٥٠{NO_BREAK}CHF"),
        ),
        ("hi", "INR", "-₹1,234.50".to_owned()),
        ("ja", "JPY", "-￥1,235".to_owned()),
        ("zh", "CNY", "-¥1,234.50".to_owned()),
    ] {
        assert_eq!(money(tag, "-1234.5", code), expected, "{tag}");
    }
    assert_eq!(
        money("de-CH", "1234.5", "CHF"),
        format!("CHF{NO_BREAK}1'234.50")
    );
    assert_eq!(money("hi", "1234567.5", "INR"), "₹12,34,567.50");
}

#[test]
fn dates_have_the_order_and_the_names_of_the_language() {
    for (tag, short, medium, long, weekday) in [
        (
            "en",
            "12/24/26",
            "Dec 24, 2026",
            "December 24, 2026",
            "Thursday, December 24, 2026",
        ),
        (
            "de",
            "24.12.26",
            "24.12.2026",
            "24. Dezember 2026",
            "Donnerstag, 24. Dezember 2026",
        ),
        (
            "de-CH",
            "24.12.26",
            "24.12.2026",
            "24. Dezember 2026",
            "Donnerstag, 24. Dezember 2026",
        ),
        (
            "fr",
            "24/12/2026",
            "24 déc. 2026",
            "24 décembre 2026",
            "jeudi 24 décembre 2026",
        ),
        (
            "ar-EG",
            "٢٤\u{200f}/١٢\u{200f}/٢٠٢٦",
            "٢٤\u{200f}/١٢\u{200f}/٢٠٢٦",
            "٢٤ ديسمبر ٢٠٢٦",
            "الخميس، ٢٤ ديسمبر ٢٠٢٦",
        ),
        (
            "ja",
            "2026/12/24",
            "2026/12/24",
            "2026年12月24日",
            "2026年12月24日木曜日",
        ),
        (
            "zh",
            "2026/12/24",
            "2026年12月24日",
            "2026年12月24日",
            "2026年12月24日星期四",
        ),
    ] {
        assert_eq!(date(tag, DateLength::Short, false), short, "{tag}");
        assert_eq!(date(tag, DateLength::Medium, false), medium, "{tag}");
        assert_eq!(date(tag, DateLength::Long, false), long, "{tag}");
        assert_eq!(date(tag, DateLength::Long, true), weekday, "{tag}");
    }
    assert_eq!(date("hi", DateLength::Short, false), "24/12/26");
    assert_eq!(date("hi", DateLength::Medium, false), "24 दिस॰ 2026");
    assert_eq!(date("de", DateLength::Short, true), "Do., 24.12.26");
}

#[test]
fn times_have_the_hours_of_the_language() {
    for (tag, minutes, seconds) in [
        (
            "en",
            format!("6:05{NARROW}PM"),
            format!("6:05:30{NARROW}PM"),
        ),
        ("de", "18:05".to_owned(), "18:05:30".to_owned()),
        ("fr", "18:05".to_owned(), "18:05:30".to_owned()),
        ("ar-EG", "٦:٠٥ م".to_owned(), "٦:٠٥:٣٠ م".to_owned()),
        ("hi", "6:05 pm".to_owned(), "6:05:30 pm".to_owned()),
        ("ja", "18:05".to_owned(), "18:05:30".to_owned()),
        ("zh", "18:05".to_owned(), "18:05:30".to_owned()),
        ("en-u-hc-h23", "18:05".to_owned(), "18:05:30".to_owned()),
    ] {
        assert_eq!(time(tag, TimeLength::Minutes), minutes, "{tag}");
        assert_eq!(time(tag, TimeLength::Seconds), seconds, "{tag}");
    }
}

#[test]
fn date_and_time_are_joined_as_the_language_joins_them() {
    let both = |tag, date, time, weekday| {
        let options = MomentOptions {
            date: Some(date),
            weekday,
            time: Some(time),
        };
        christmas(tag, &options)
    };
    let (long, short) = (DateLength::Long, DateLength::Short);
    let (minutes, seconds) = (TimeLength::Minutes, TimeLength::Seconds);
    assert_eq!(
        both("de", long, minutes, false),
        "24. Dezember 2026 um 18:05"
    );
    assert_eq!(both("de", short, seconds, false), "24.12.26, 18:05:30");
    assert_eq!(
        both("en", long, minutes, true),
        format!("Thursday, December 24, 2026 at 6:05{NARROW}PM")
    );
    assert_eq!(both("fr", long, minutes, false), "24 décembre 2026 à 18:05");
    assert_eq!(both("ja", short, seconds, false), "2026/12/24 18:05:30");
}

#[test]
fn a_calendar_is_the_one_of_the_language_or_the_one_that_is_asked_for() {
    assert_eq!(date("th", DateLength::Long, false), "24 ธันวาคม 2569");
    assert_eq!(
        date("th-u-ca-gregory", DateLength::Short, false),
        "24/12/26"
    );
    assert_eq!(date("fa", DateLength::Long, false), "۳ دی ۱۴۰۵");
    assert_eq!(
        date("ar-EG-u-nu-latn", DateLength::Long, false),
        "24 ديسمبر 2026"
    );
}

#[test]
fn the_day_is_the_one_in_the_time_zone() {
    let written = |zone, milliseconds| {
        let options = MomentOptions {
            date: Some(DateLength::Medium),
            time: Some(TimeLength::Minutes),
            ..MomentOptions::default()
        };
        let zone = Zone::parse(zone).unwrap();
        moment(&language("de"), &zone, milliseconds, &options).unwrap()
    };
    assert_eq!(written("UTC", 0), "01.01.1970, 00:00");
    assert_eq!(written("America/New_York", 0), "31.12.1969, 19:00");
    assert_eq!(written("Asia/Kolkata", 0), "01.01.1970, 05:30");
    // 1969-07-20T20:17:40Z
    assert_eq!(
        written("America/New_York", -14_182_940_000),
        "20.07.1969, 16:17"
    );
    assert_eq!(written("UTC", -1), "31.12.1969, 23:59");
    // Noon of 1800-01-01 in UTC was 12:53:28 by Berlin's sun.
    assert_eq!(
        written("Europe/Berlin", -5_364_619_200_000),
        "01.01.1800, 12:53"
    );
    // 2011-12-30 did not come in Samoa.
    assert_eq!(
        written("Pacific/Apia", 1_325_239_199_000),
        "29.12.2011, 23:59"
    );
    assert_eq!(
        written("Pacific/Apia", 1_325_239_200_000),
        "31.12.2011, 00:00"
    );
}

#[test]
fn years_without_four_digits_and_before_our_era_are_told_apart() {
    let written = |milliseconds| {
        let options = MomentOptions {
            date: Some(DateLength::Long),
            ..MomentOptions::default()
        };
        moment(&language("en"), &Zone::default(), milliseconds, &options)
    };
    // The year 0, which is 1 BC.
    assert_eq!(written(-62_167_219_200_000).unwrap(), "January 1, 1 BC");
    assert_eq!(written(-59_011_459_200_000).unwrap(), "January 1, 100 AD");
    let (first, last) = (-377_673_580_800_000, 253_402_300_799_999);
    assert_eq!(written(first).unwrap(), "January 1, 9999 BC");
    assert_eq!(written(last).unwrap(), "December 31, 9999");
    assert_eq!(written(first - 1), Err(FormatError::Moment(first - 1)));
    assert_eq!(written(last + 1), Err(FormatError::Moment(last + 1)));
    assert_eq!(written(i64::MIN), Err(FormatError::Moment(i64::MIN)));
}

#[test]
fn nothing_is_not_written() {
    let nothing = MomentOptions {
        weekday: true,
        ..MomentOptions::default()
    };
    let written = moment(&language("en"), &Zone::default(), 0, &nothing);
    assert_eq!(written, Err(FormatError::Nothing));
}

#[test]
fn a_language_that_is_not_known_falls_back() {
    assert_eq!(plain("de-XX", "1234.5"), "1.234,5");
    assert_eq!(plain("xx", "1234.5"), "1,234.5");
    assert_eq!(plain("und", "1234.5"), "1,234.5");
    assert_eq!(percent("xx-Latn-QQ", "0.5"), "50%");
    assert_eq!(money("xx", "1", "CHF"), format!("CHF{NO_BREAK}1.00"));
    assert_eq!(date("xx", DateLength::Short, false), "2026-12-24");
    assert_eq!(
        date("de-Latn-AT-1996", DateLength::Medium, false),
        "24.12.2026"
    );
}

#[test]
fn a_tag_is_read_as_systems_write_it_and_written_as_it_should_be() {
    for (tag, expected) in [
        ("de_ch", "de-CH"),
        ("DE-latn-ch", "de-Latn-CH"),
        ("en-US-u-hc-h23", "en-US-u-hc-h23"),
        ("zh-Hant-TW", "zh-Hant-TW"),
    ] {
        assert_eq!(language(tag).to_string(), expected);
    }
    for tag in [
        "",
        "-",
        "d",
        "deutsch-deutsch",
        "de CH",
        "de-",
        "ä",
        "de_DE.UTF-8",
        "C",
    ] {
        let refused = Language::parse(tag);
        assert_eq!(refused, Err(FormatError::Language(tag.to_owned())), "{tag}");
    }
    let long = |bytes: usize| {
        format!("en-x-{}", "abcdefg-".repeat(10))
            .split_at(bytes)
            .0
            .to_owned()
    };
    assert!(Language::parse(&long(MAX_LANGUAGE_BYTES)).is_ok());
    let longer = long(MAX_LANGUAGE_BYTES + 1);
    assert_eq!(
        Language::parse(&longer),
        Err(FormatError::LanguageLength(MAX_LANGUAGE_BYTES + 1))
    );
}

#[test]
fn a_fault_says_what_was_expected_and_what_came() {
    let language = language("en");
    let shown = |refused: Result<String, FormatError>| refused.unwrap_err().to_string();
    let options = NumberOptions::default();
    insta::assert_snapshot!(shown(number(&language, "1,5", &options)), @r#""1,5" is not a number; expected a decimal one with a point, as in `-1234.50` or `1e3`"#);
    insta::assert_snapshot!(shown(number(&language, "1e999999999", &options)), @r#""1e999999999" takes too many digits; expected at most 309 before the decimal sign and 340 after it"#);
    insta::assert_snapshot!(shown(number(&language, &"1".repeat(MAX_NUMBER_BYTES + 1), &options)), @"the number has 65 bytes; expected at most 64, as in `-1234.50` or `1e3`");
    insta::assert_snapshot!(shown(rounded("1", Some(21), None)), @"21 digits after the decimal sign are asked for; expected at most 20");
    insta::assert_snapshot!(shown(rounded("1", Some(3), Some(2))), @"at least 3 digits after the decimal sign are asked for, and at most 2; expected no fewer at most than at least");
    insta::assert_snapshot!(shown(currency(&language, "1", "")), @"the currency has 0 bytes; expected the three letters of ISO 4217, such as `CHF`");
    insta::assert_snapshot!(shown(currency(&language, "1", "EURO")), @"the currency has 4 bytes; expected the three letters of ISO 4217, such as `CHF`");
    insta::assert_snapshot!(shown(currency(&language, "1", "C\u{1b}F")), @r#""C\u{1b}F" is not a currency; expected the three letters of ISO 4217, such as `CHF`"#);
    insta::assert_snapshot!(shown(currency(&language, "1", "€")), @r#""€" is not a currency; expected the three letters of ISO 4217, such as `CHF`"#);
    insta::assert_snapshot!(shown(moment(&language, &Zone::default(), i64::MAX, &MomentOptions { date: Some(DateLength::Long), ..MomentOptions::default() })), @"9223372036854775807 milliseconds since 1970 are a moment outside the years -9998 to 9999; expected one within them");
    insta::assert_snapshot!(shown(moment(&language, &Zone::default(), 0, &MomentOptions::default())), @"neither the date nor the time is asked for; expected one of them at least");
    insta::assert_snapshot!(Language::parse("de CH").unwrap_err().to_string(), @r#""de CH" is not a language; expected a BCP 47 tag, such as `de-CH`"#);
    insta::assert_snapshot!(Language::parse(&"x".repeat(65)).unwrap_err().to_string(), @"the language has 65 bytes; expected a BCP 47 tag of at most 64, such as `de-CH`");
    insta::assert_snapshot!(Zone::parse("Europe/Bonn").unwrap_err().to_string(), @r#""Europe/Bonn" is not a known time zone; expected an IANA name, such as `Europe/Berlin`"#);
    insta::assert_snapshot!(Zone::parse(&"x".repeat(65)).unwrap_err().to_string(), @"the time zone has 65 bytes; expected an IANA name of at most 64, such as `Europe/Berlin`");
}
