//! `Date` and `Intl` in the language and the time zone of the host's user.

use miniapp_host::{Execution, Locale};
use miniapp_tests::script::{self, Bundled, Form};
use miniapp_tests::{Stage, on_both};
use serde_json::{Value, json};

use super::{manifests, start};

/// At the top of the file too, which runs once the host is there.
const INDEX: &str = "
const at = new Date('2026-12-24T17:05:30Z');
const summer = new Date(2026, 6, 1, 12);
const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();

Page({
  data: {},
  onLoad() {
    this.setData({
      timeZone,
      price: new Intl.NumberFormat(undefined, { style: 'currency', currency: 'EUR' }).format(1234.5),
      points: (-12345.678).toLocaleString(),
      share: (0.125).toLocaleString([], { style: 'percent', maximumFractionDigits: 1 }),
      endless: [NaN, -Infinity].map(new Intl.NumberFormat([], { style: 'currency', currency: 'EUR' }).format),
      day: at.toLocaleDateString([], { dateStyle: 'full' }),
      time: at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
      moment: at.toLocaleString(),
      told: String(at),
      local: [at.getHours(), at.getTimezoneOffset(), summer.getTimezoneOffset(), summer.toISOString()],
      parsed: new Date('2026-03-29T02:30').toString(),
    });
  },
  onElsewhere() {
    const write = (tag, options) => new Intl.DateTimeFormat(tag, { timeZone: 'UTC', ...options }).format(at);
    const resolved = (tag, options) => {
      const { locale, calendar, numberingSystem, hourCycle } = new Intl.DateTimeFormat(tag, options).resolvedOptions();
      return [locale, calendar, numberingSystem, hourCycle ?? ''].join(' ');
    };
    const refused = (run) => {
      try {
        return run();
      } catch (error) {
        return `${error}`;
      }
    };
    this.setData({
      written: [
        write('en-US', { timeStyle: 'short', hour12: false }),
        write('de-DE', { timeStyle: 'short', hourCycle: 'h12' }),
        write('th', { dateStyle: 'medium' }),
        write('th-u-ca-buddhist', { dateStyle: 'medium', calendar: 'gregory' }),
        write('ar-EG', { timeStyle: 'short', numberingSystem: 'latn', hourCycle: 'h23' }),
        write('ja-JP', { dateStyle: 'long', timeZone: 'Asia/Tokyo' }),
        (1234567.5).toLocaleString('de-CH'),
        12345678901234567890n.toLocaleString('en-US'),
      ],
      resolved: [
        resolved('de-de', { timeStyle: 'short' }),
        resolved('en-US', { timeStyle: 'short' }),
        resolved('th', { dateStyle: 'short' }),
        resolved('fa', { timeStyle: 'medium', hour12: true }),
      ],
      refused: [
        refused(() => new Intl.NumberFormat('de', { style: 'currency', currency: 'Euro' })),
        refused(() => new Intl.DateTimeFormat('de', { timeZone: 'Mars/Olympus_Mons' })),
        refused(() => (1).toLocaleString('de-1')),
        refused(() => new Date(8.64e15).toLocaleDateString()),
        refused(() => new Intl.NumberFormat('de', { style: 'unit', unit: 'meter' })),
      ],
    });
  },
});
";

async fn shown(
    execution: Execution,
    language: &str,
    time_zone: &str,
    form: Form,
    bundled: &Bundled,
) -> (Value, Value) {
    let locale = Locale {
        language: language.to_owned(),
        time_zone: time_zone.to_owned(),
    };
    let stage = Stage::builder(execution)
        .host(|host| host.locale(locale))
        .set()
        .await;
    let app = start(&stage, form, bundled).await;
    let local = stage.data(&app).await;
    stage.event(&app, "onElsewhere", json!({})).await.unwrap();
    let data = stage.data(&app).await;
    assert_eq!(stage.record.uncaught(), []);
    (local, data)
}

in_both_forms! {
    async fn amounts_and_dates_are_the_users(execution: Execution, form: Form) {
        let manifests = manifests("", "");
        let offer = ("pages/offer.js", "Page({})");
        let bundled = script::files(&manifests, &[("pages/index.js", INDEX), offer]);

        let (local, data) = shown(execution, "de-DE", "Europe/Berlin", form, &bundled).await;
        assert_eq!(local, json!({
            "timeZone": "Europe/Berlin",
            "price": "1.234,50\u{a0}€",
            "points": "-12.345,678",
            "share": "12,5\u{a0}%",
            "endless": ["NaN\u{a0}€", "-∞\u{a0}€"],
            "day": "Donnerstag, 24. Dezember 2026",
            "time": "18:05",
            "moment": "24.12.2026, 18:05:30",
            "told": "Thu Dec 24 2026 18:05:30 GMT+0100 (Europe/Berlin)",
            "local": [18, -60, -120, "2026-07-01T10:00:00.000Z"],
            "parsed": "Sun Mar 29 2026 03:30:00 GMT+0200 (Europe/Berlin)",
        }));
        assert_eq!(data["written"], json!([
            "17:05", "5:05\u{202f}PM", "24 ธ.ค. 2569", "24 ธ.ค. 2026", "17:05", "2026年12月25日",
            "1'234'567.5", "12,345,678,901,234,567,890",
        ]));
        assert_eq!(data["resolved"], json!([
            "de-DE gregory latn h23", "en-US gregory latn h12", "th buddhist latn ", "fa persian arabext h12",
        ]));
        assert_eq!(data["refused"], json!([
            "RangeError: the currency has 4 bytes; expected the three letters of ISO 4217, such as `CHF`",
            "RangeError: \"Mars/Olympus_Mons\" is not a known time zone; expected an IANA name, such as `Europe/Berlin`",
            "RangeError: \"de-1\" is not a language; expected a BCP 47 tag, such as `de-CH`",
            "RangeError: 8640000000000000 milliseconds since 1970 are a moment outside the years -9998 to 9999; expected one within them",
            "RangeError: Intl.NumberFormat: `style: \"unit\"` is not there; there is \"decimal\", \"percent\", \"currency\"",
        ]));

        // The same mini-app, for another user: what it begins with knows neither.
        let (local, elsewhere) = shown(execution, "en-US", "America/New_York", form, &bundled).await;
        assert_eq!(
            (&local["timeZone"], &local["price"], &local["moment"], &local["local"]),
            (
                &json!("America/New_York"),
                &json!("€1,234.50"),
                &json!("Dec 24, 2026, 12:05:30\u{202f}PM"),
                &json!([12, 300, 240, "2026-07-01T16:00:00.000Z"]),
            )
        );
        for told in ["written", "resolved", "refused"] {
            assert_eq!(elsewhere[told], data[told]);
        }
    }
}
