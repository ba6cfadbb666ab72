//! `Intl` and what is written in the user's manner. The recording host writes what it was asked.

use crate::outside::{logged, run};

#[test]
fn numbers_are_written_by_the_host() {
    run(async {
        assert_eq!(
            logged(r"
            const write = (value, ...given) => new Intl.NumberFormat(...given).format(value);
            console.log(write(1234.5), '|', write(0.5, 'DE-ch', { style: 'percent' }), '|', write(1, undefined, { minimumFractionDigits: 2 }), '|', write(1, [], { maximumFractionDigits: 1, useGrouping: false }), '|', write(1, ['fr-fr', 'de'], { minimumFractionDigits: 5 }));
            console.log(write(12, 'en', { style: 'currency', currency: 'chf' }), '|', write('12', 'en', { style: 'currency', currency: 'EUR', minimumFractionDigits: 2 }), '|', write(12, undefined, { style: 'currency', currency: 'JPY' }));
            console.log(write(12345678901234567890n), '|', write('0.1234567890123456789'), '|', write(' 7 '), '|', write('x'), '|', write(Infinity), write(-Infinity), '|', write(1e21), '|', write({ valueOf: () => 3 }), '|', write('0x10'));
            console.log((1.5).toLocaleString(), '|', (2).toLocaleString('de', { style: 'percent' }), '|', 7n.toLocaleString(), '|', [1, 2].toLocaleString());
            const format = Intl.NumberFormat('de'), { format: bound } = format; console.log(bound(1), format instanceof Intl.NumberFormat, format.format === bound, String(format), [1, 2].map(format.format));
            console.log(new Intl.NumberFormat(undefined, { style: 'currency', currency: 'CHF' }).resolvedOptions());
            console.log(new Intl.NumberFormat('de-at', { useGrouping: false }).resolvedOptions().locale, Intl.NumberFormat.supportedLocalesOf(['DE-latn-ch', 'en']), Intl.getCanonicalLocales('ZH-hant-tw-u-nu-latn'));
            ").await,
            [
                "1234.5 .0-3 grouped | 0.5% .0-0 grouped de-CH | 1 .2-3 grouped | 1 .0-1 | 1 .5-5 grouped fr-FR",
                "CHF 12.00 en | EUR 12.00 en | JPY 12",
                "12345678901234567890 .0-3 grouped | 0.1234567890123456789 .0-3 grouped | 7 .0-3 grouped | NaN grouped | ∞ grouped -∞ grouped | 1e+21 .0-3 grouped | 3 .0-3 grouped | 16 .0-3 grouped",
                "1.5 .0-3 grouped | 2% .0-0 grouped de | 7 .0-3 grouped | 1 .0-3 grouped,2 .0-3 grouped",
                r#"1 .0-3 grouped de true true [object Intl.NumberFormat] ["1 .0-3 grouped de", "2 .0-3 grouped de"]"#,
                r#"{ locale: "de-CH", numberingSystem: "latn", style: "currency", minimumIntegerDigits: 1, minimumFractionDigits: 2, maximumFractionDigits: 2, useGrouping: "auto", notation: "standard", signDisplay: "negative", roundingMode: "halfExpand", currency: "CHF", currencyDisplay: "symbol", currencySign: "standard" }"#,
                r#"de-AT ["de-Latn-CH", "en"] ["zh-Hant-TW-u-nu-latn"]"#,
            ]
        );
    });
}

#[test]
fn what_the_host_cannot_write_is_a_range_error_that_says_what_it_can() {
    run(async {
        assert_eq!(
            logged(r#"
            for (const options of [{ style: 'unit' }, { notation: 'compact' }, { maximumFractionDigits: 21 }, { minimumFractionDigits: 3, maximumFractionDigits: 1 }, { maximumSignificantDigits: 3 }, { style: 'currency' }, { style: 'currency', currency: 'EURO' }, { style: 'currency', currency: 'CHF', maximumFractionDigits: 0 }, { useGrouping: 'min2' }, { useGrouping: 'always' }, { numberingSystem: 'thai' }, { numberingSystem: 'roman' }, null])
              try { new Intl.NumberFormat('de', options); console.log('fine') } catch (error) { console.log(`${error}`) }
            for (const tag of ['de_CH', '', 'a', 1, null]) try { (1).toLocaleString(tag); console.log('fine') } catch (error) { console.log(error.name) }
            for (const options of [{ month: 'long' }, { weekday: 'long' }, { hour: 'numeric' }, { hourCycle: 'h24' }, { calendar: 'chinese' }, { timeZoneName: 'short' }, { era: 'long' }, { timeStyle: 'full' }, { timeZone: 'Nowhere' }, { dateStyle: 'short', day: 'numeric' }, { year: 'long' }])
              try { new Intl.DateTimeFormat(undefined, options); console.log('fine') } catch (error) { console.log(`${error}`) }
            try { new Date(0).toLocaleDateString('de', { timeStyle: 'short' }) } catch (error) { console.log(error.name) }
            try { new Intl.DateTimeFormat().format(NaN) } catch (error) { console.log(error.name) }
            "#).await,
            [
                r#"RangeError: Intl.NumberFormat: `style: "unit"` is not there; there is "decimal", "percent", "currency""#,
                r#"RangeError: Intl.NumberFormat: `notation: "compact"` is not there; there is "standard""#,
                "RangeError: Intl.NumberFormat: expected `maximumFractionDigits` from 0 to 20, came 21",
                "RangeError: Intl.NumberFormat: `minimumFractionDigits` is more than `maximumFractionDigits`",
                "RangeError: Intl.NumberFormat: `maximumSignificantDigits: 3` is not there; leave it out",
                "TypeError: Intl.NumberFormat: an amount of money needs `currency`, such as \"CHF\"",
                "RangeError: `EURO` is no currency",
                "RangeError: Intl.NumberFormat: CHF is written with 2 digits after the decimal sign; leave out `minimumFractionDigits` and `maximumFractionDigits`",
                r#"RangeError: Intl.NumberFormat: `useGrouping: "min2"` is not there; there is "auto", true, false"#,
                r#"RangeError: Intl.NumberFormat: `useGrouping: "always"` is not there; there is "auto", true, false"#,
                r#"RangeError: Intl.NumberFormat: `numberingSystem: "thai"` is not there; there is "latn""#,
                r#"RangeError: Intl.NumberFormat: `numberingSystem: "roman"` is not there; there is "latn", "arab", "arabext", "deva", "beng", "mymr", "thai""#,
                "TypeError: Intl.NumberFormat: expected an object with options, came null",
                "RangeError",
                "RangeError",
                "RangeError",
                "fine",
                "TypeError",
                "RangeError: Intl.DateTimeFormat: a date is written whole; give `year`, `month` and `day`, with or without `weekday`, or `dateStyle`",
                "RangeError: Intl.DateTimeFormat: a date is written whole; give `year`, `month` and `day`, with or without `weekday`, or `dateStyle`",
                "RangeError: Intl.DateTimeFormat: a time of day is written with its minutes; give `hour` and `minute`, with or without `second`, or `timeStyle`",
                r#"RangeError: Intl.DateTimeFormat: `hourCycle: "h24"` is not there; there is "h11", "h12", "h23""#,
                r#"RangeError: Intl.DateTimeFormat: `calendar: "chinese"` is not there; there is "gregory""#,
                r#"RangeError: Intl.DateTimeFormat: `timeZoneName: "short"` is not there; leave it out"#,
                r#"RangeError: Intl.DateTimeFormat: `era: "long"` is not there; leave it out"#,
                r#"RangeError: Intl.DateTimeFormat: `timeStyle: "full"` is not there; there is "medium", "short""#,
                "RangeError: `Nowhere` is no time zone",
                "TypeError: Intl.DateTimeFormat: `dateStyle` and `timeStyle` stand alone, without `year` and its kin",
                r#"RangeError: Intl.DateTimeFormat: `year: "long"` is not there; there is "numeric", "2-digit""#,
                "TypeError",
                "RangeError",
            ]
        );
    });
}

#[test]
fn moments_are_written_by_the_host() {
    run(async {
        assert_eq!(
            logged(r"
            const date = new Date(5), write = (options, ...tags) => new Intl.DateTimeFormat(tags[0], options).format(date);
            console.log(write(), '|', write({ dateStyle: 'short' }), '|', write({ dateStyle: 'full', timeStyle: 'short' }, 'en-us'), '|', write({ timeStyle: 'medium', timeZone: 'Asia/Tokyo' }));
            console.log(write({ year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' }), '|', write({ year: '2-digit', month: '2-digit', day: '2-digit' }), '|', write({ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }), '|', write({ hour: 'numeric', minute: 'numeric', second: 'numeric' }));
            console.log(date.toLocaleString(), '|', date.toLocaleDateString(), '|', date.toLocaleTimeString(), '|', date.toLocaleDateString('de', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }), '|', date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }), '|', date.toLocaleDateString([], { hour: '2-digit', minute: '2-digit' }), '|', date.toLocaleString('en', { dateStyle: 'long' }));
            const told = (...given) => { const { locale, timeZone, dateStyle, timeStyle, weekday } = new Intl.DateTimeFormat(...given).resolvedOptions(); return [locale, timeZone, dateStyle, timeStyle, weekday].join(' ') };
            console.log(told(), '|', told('fr', { dateStyle: 'long', timeZone: 'utc' }), '|', told([], { dateStyle: 'full', timeStyle: 'medium' }), '|', told([], { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric', hour: 'numeric', minute: 'numeric' }), new Date(NaN).toLocaleString());
            console.log(write({ timeStyle: 'short', hour12: false }, 'en'), '|', write({ timeStyle: 'short', hour12: true, hourCycle: 'h23' }), '|', write({ timeStyle: 'short', hour12: true }, 'ja'), '|', write({ dateStyle: 'short', calendar: 'gregory', numberingSystem: 'latn' }, 'th-u-ca-buddhist-x-own'), '|', write({ dateStyle: 'short', hourCycle: 'h11' }, 'th-x-u'));
            console.log([new Date(1), 2].map(Intl.DateTimeFormat().format), Intl.DateTimeFormat('de') instanceof Intl.DateTimeFormat, Object.prototype.toString.call(Intl), Intl.DateTimeFormat.length);
            ").await,
            [
                "5 medium | 5 short | 5 long weekday minutes en-US | 5 seconds Asia/Tokyo",
                "5 long weekday | 5 short | 5 medium minutes | 5 seconds",
                "5 medium seconds | 5 medium | 5 seconds | 5 long weekday de | 5 minutes | 5 medium minutes | 5 long en",
                "de-CH Europe/Zurich medium   | fr UTC long   | de-CH Europe/Zurich full medium  | de-CH Europe/Zurich medium short short Invalid Date",
                "5 minutes en-u-hc-h23 | 5 minutes de-CH-u-hc-h12 | 5 minutes ja-u-hc-h11 | 5 short th-u-nu-latn-ca-gregory-ca-buddhist-x-own | 5 short th-u-hc-h11-x-u",
                r#"["1 medium", "2 medium"] true [object Intl] 0"#,
            ]
        );
    });
}
