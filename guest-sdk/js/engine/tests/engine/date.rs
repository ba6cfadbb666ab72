//! `Date` in the user's time zone. What is expected is what the rules of the zones say: Zurich
//! changes its clocks at 01:00 UTC on the last Sundays of March and October.

use crate::outside::{Stage, logged, logged_by, run};

#[test]
fn fields_are_those_of_the_users_time_zone() {
    run(async {
        assert_eq!(
            logged(r"
            const date = new Date('2026-11-25T23:30:15.250Z');
            console.log(date.getFullYear(), date.getMonth(), date.getDate(), date.getDay(), date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds(), date.getYear(), date.getTimezoneOffset());
            console.log(`${date}`); console.log(date.toDateString(), '|', date.toTimeString(), '|', date.toISOString(), '|', date.toUTCString(), '|', JSON.stringify(date));
            console.log(new Date('2026-07-01T00:00Z').getTimezoneOffset(), new Date('2026-07-01T00:00Z').toTimeString());
            const invalid = new Date(NaN); console.log(invalid.getHours(), invalid.getTimezoneOffset(), `${invalid}`, invalid.toDateString(), invalid.setHours(1), invalid.setFullYear(2020), invalid.getHours());
            console.log(new Date(Date.UTC(-1, 0, 5)).toDateString(), typeof Date(), Date().includes('GMT+'), Date.length, Date.name, date.constructor === Date, date instanceof Date);
            ").await,
            [
                "2026 10 26 4 0 30 15 250 126 -60",
                "Thu Nov 26 2026 00:30:15 GMT+0100 (Europe/Zurich)",
                "Thu Nov 26 2026 | 00:30:15 GMT+0100 (Europe/Zurich) | 2026-11-25T23:30:15.250Z | Wed, 25 Nov 2026 23:30:15 GMT | \"2026-11-25T23:30:15.250Z\"",
                "-120 02:00:00 GMT+0200 (Europe/Zurich)",
                "NaN NaN Invalid Date Invalid Date NaN 1577833200000 0",
                "Tue Jan 05 -0001 string true 7 Date true true",
            ]
        );
    });
}

#[test]
fn local_times_are_moments_also_where_clocks_change() {
    run(async {
        assert_eq!(
            logged(r"
            const iso = (...fields) => new Date(...fields).toISOString();
            console.log(iso(2026, 0), iso(2026, 6, 1), iso(99, 0, 1, 12), iso(2026, 11, 32, 24, 60, 60, 1000));
            console.log('skipped', iso(2026, 2, 29, 1, 59, 59), iso(2026, 2, 29, 2, 30), iso(2026, 2, 29, 3));
            console.log('twice', iso(2026, 9, 25, 1, 59), iso(2026, 9, 25, 2), iso(2026, 9, 25, 2, 59), iso(2026, 9, 25, 3));
            console.log(new Date('2026-03-29T00:59:59.999Z').getHours(), new Date('2026-03-29T01:00Z').getHours(), new Date('2026-10-25T00:59Z').getHours(), new Date('2026-10-25T01:00Z').getHours(), new Date('2026-10-25T02:00Z').getHours());
            const day = new Date(2026, 2, 28, 12), after = new Date(day); after.setDate(29); console.log(after - day === 23 * 3600000, after.getHours());
            console.log(String(new Date(8.64e15)), new Date(8.64e15 - 2 * 86400000).getHours(), new Date(-8.64e15).getHours(), new Date(8.64e15 + 1).getHours());
            console.log(new Date(2026, NaN).getTime(), new Date(1e9, 0).getTime(), new Date(2026, 0, 1, 0, 0, 0, 0).getTime());
            ").await,
            [
                "2025-12-31T23:00:00.000Z 2026-06-30T22:00:00.000Z 1999-01-01T11:00:00.000Z 2027-01-02T00:01:01.000Z",
                "skipped 2026-03-29T00:59:59.000Z 2026-03-29T01:30:00.000Z 2026-03-29T01:00:00.000Z",
                "twice 2026-10-24T23:59:00.000Z 2026-10-25T00:00:00.000Z 2026-10-25T00:59:00.000Z 2026-10-25T02:00:00.000Z",
                "1 3 2 2 3",
                "true 12",
                "Sat Sep 13 275760 00:00:00 GMT+0000 (UTC) 1 0 NaN",
                "NaN NaN 1767222000000",
            ]
        );
    });
}

#[test]
fn fields_are_set_in_local_time() {
    run(async {
        assert_eq!(
            logged(r"
            const set = (name, ...values) => { const date = new Date('2026-07-01T10:20:30.400Z'); const told = date[name](...values); if (told !== date.getTime() && !isNaN(told)) console.log('differs'); return isNaN(date) ? 'invalid' : date.toISOString() };
            console.log(set('setHours', 0), set('setHours', 1, 2, 3, 4), set('setMinutes', 90), set('setSeconds', 5, 6), set('setMilliseconds', 7));
            console.log(set('setDate', 0), set('setMonth', 0), set('setMonth', 11, 31), set('setFullYear', 2020, 1, 30), set('setYear', 99), set('setTime', 5));
            console.log(set('setHours'), set('setHours', NaN), set('setDate', {}), set('setMonth', undefined), set('setHours', { valueOf() { return new Date(0).getHours() } }));
            console.log(Date.prototype.setHours.length, Date.prototype.setFullYear.length, Date.prototype.getHours.length, Date.prototype.setHours.name);
            for (const name of ['getHours', 'setHours', 'toString', 'getTimezoneOffset', 'toLocaleString']) try { Date.prototype[name].call({}); console.log('fine') } catch (error) { console.log(error.name) }
            ").await,
            [
                "2026-06-30T22:20:30.400Z 2026-06-30T23:02:03.004Z 2026-07-01T11:30:30.400Z 2026-07-01T10:20:05.006Z 2026-07-01T10:20:30.007Z",
                "2026-06-30T10:20:30.400Z 2026-01-01T11:20:30.400Z 2026-12-31T11:20:30.400Z 2020-03-01T11:20:30.400Z 1999-07-01T10:20:30.400Z 1970-01-01T00:00:00.005Z",
                "invalid invalid invalid invalid 2026-06-30T23:20:30.400Z",
                "4 3 0 setHours",
                "TypeError",
                "TypeError",
                "TypeError",
                "TypeError",
                "TypeError",
            ]
        );
    });
}

#[test]
fn texts_without_a_zone_are_local() {
    run(async {
        assert_eq!(
            logged(r"
            const iso = (text) => { const date = new Date(text); return isNaN(date) ? 'invalid' : date.toISOString() };
            for (const text of ['2026-07-01', '2026-07', '2026', '2026-07-01T12:00', '2026-07-01T12:00:30', '2026-07-01T12:00:30.5', '2026-07-01T12:00Z', '2026-07-01T12:00+05:30', '+002026-07-01T12:00', '2026-07-01T24:00'])
              console.log(text, iso(text));
            for (const text of ['Wed Jul 01 2026 12:00:00', 'Jul 1, 2026', '7/1/2026 12:00', '2026-07-01 12:00', 'Wed, 01 Jul 2026 12:00:00 GMT', 'Jul 1 2026 12:00 EST', 'Jul 1 2026 12:00 GMT+0300', 'Jul 1 2026 12:00 Z', 'nonsense', '', '2026-13-01T00:00', '2026-07-01T1:00'])
              console.log(text, iso(text));
            const date = new Date(2026, 6, 1, 12, 0, 0); console.log(Date.parse(date.toString()) === +date, Date.parse(date.toUTCString()) === +date, Date.parse(date.toISOString()) === +date, +new Date(date) === +date);
            console.log(iso(0), iso(true), iso(new Number(5)), iso(new String('2026')), iso({ [Symbol.toPrimitive]: (hint) => hint === 'default' ? 7 : 8 }), iso({ valueOf: () => ({}), toString: () => '2026' }));
            class Day extends Date { constructor(...fields) { super(...fields) } next() { return 'next' } } console.log(new Day(2026, 0).next(), new Day(2026, 0).toISOString(), new Day() instanceof Date);
            ").await,
            [
                "2026-07-01 2026-07-01T00:00:00.000Z",
                "2026-07 2026-07-01T00:00:00.000Z",
                "2026 2026-01-01T00:00:00.000Z",
                "2026-07-01T12:00 2026-07-01T10:00:00.000Z",
                "2026-07-01T12:00:30 2026-07-01T10:00:30.000Z",
                "2026-07-01T12:00:30.5 2026-07-01T10:00:30.500Z",
                "2026-07-01T12:00Z 2026-07-01T12:00:00.000Z",
                "2026-07-01T12:00+05:30 2026-07-01T06:30:00.000Z",
                "+002026-07-01T12:00 2026-07-01T10:00:00.000Z",
                "2026-07-01T24:00 2026-07-01T22:00:00.000Z",
                "Wed Jul 01 2026 12:00:00 2026-07-01T10:00:00.000Z",
                "Jul 1, 2026 2026-06-30T22:00:00.000Z",
                "7/1/2026 12:00 2026-07-01T10:00:00.000Z",
                "2026-07-01 12:00 2026-07-01T10:00:00.000Z",
                "Wed, 01 Jul 2026 12:00:00 GMT 2026-07-01T12:00:00.000Z",
                "Jul 1 2026 12:00 EST 2026-07-01T17:00:00.000Z",
                "Jul 1 2026 12:00 GMT+0300 2026-07-01T09:00:00.000Z",
                "Jul 1 2026 12:00 Z 2026-07-01T12:00:00.000Z",
                "nonsense invalid",
                " invalid",
                "2026-13-01T00:00 invalid",
                "2026-07-01T1:00 invalid",
                "true true true true",
                "1970-01-01T00:00:00.000Z 1970-01-01T00:00:00.001Z 1970-01-01T00:00:00.005Z 2026-01-01T00:00:00.000Z 1970-01-01T00:00:00.007Z 2026-01-01T00:00:00.000Z",
                "next 2025-12-31T23:00:00.000Z true",
            ]
        );
    });
}

#[test]
fn every_zone_has_its_own_rules() {
    run(async {
        for (zone, lines) in [
            (
                "America/New_York",
                [
                    "Sun Mar 08 2026 03:30:00 GMT-0400 (America/New_York)",
                    "300",
                ],
            ),
            (
                "Australia/Lord_Howe",
                [
                    "Sun Mar 08 2026 02:30:00 GMT+1100 (Australia/Lord_Howe)",
                    "-660",
                ],
            ),
            (
                "Asia/Kolkata",
                ["Sun Mar 08 2026 02:30:00 GMT+0530 (Asia/Kolkata)", "-330"],
            ),
            (
                "Pacific/Kiritimati",
                [
                    "Sun Mar 08 2026 02:30:00 GMT+1400 (Pacific/Kiritimati)",
                    "-840",
                ],
            ),
            ("UTC", ["Sun Mar 08 2026 02:30:00 GMT+0000 (UTC)", "0"]),
        ] {
            let stage = Stage::page("{ onTap() { console.log(`${new Date(2026, 2, 8, 2, 30)}`); console.log(new Date(2026, 0, 15).getTimezoneOffset()) } }").await;
            stage.host.user.zone.set(zone);
            assert_eq!(logged_by(&stage), lines);
        }
    });
}

#[test]
fn a_clock_changes_at_its_very_moment() {
    run(async {
        // St. John's changed its clocks at a minute past midnight until 2011.
        let stage = Stage::page(
            r"{ onTap() {
              for (const at of ['2008-03-09T03:30:59.999Z', '2008-03-09T03:31Z']) console.log(`${new Date(at)}`);
              console.log(new Date(2008, 2, 9, 0, 0, 59).toISOString(), new Date(2008, 2, 9, 1, 1).toISOString());
            } }",
        )
        .await;
        stage.host.user.zone.set("America/St_Johns");
        assert_eq!(
            logged_by(&stage),
            [
                "Sun Mar 09 2008 00:00:59 GMT-0330 (America/St_Johns)",
                "Sun Mar 09 2008 01:01:00 GMT-0230 (America/St_Johns)",
                "2008-03-09T03:30:59.000Z 2008-03-09T03:31:00.000Z",
            ]
        );
        // Samoa has moved to the other side of the date line: a whole day was skipped.
        let stage = Stage::page("{ onTap() { for (const day of [29, 30, 31]) console.log(`${new Date(2011, 11, day, 12)}`) } }").await;
        stage.host.user.zone.set("Pacific/Apia");
        assert_eq!(
            logged_by(&stage),
            [
                "Thu Dec 29 2011 12:00:00 GMT-1000 (Pacific/Apia)",
                "Sat Dec 31 2011 12:00:00 GMT+1400 (Pacific/Apia)",
                "Sat Dec 31 2011 12:00:00 GMT+1400 (Pacific/Apia)",
            ]
        );
    });
}

#[test]
fn every_local_time_of_a_year_is_read_back() {
    run(async {
        for zone in [
            "Europe/Zurich",
            "America/St_Johns",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
        ] {
            let stage = Stage::page(
                r"{ onTap() {
                  let wrong = 0;
                  for (let at = Date.UTC(2026, 0); at < Date.UTC(2027, 0); at += 11220000) {
                    const date = new Date(at);
                    const again = new Date(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds());
                    // Where a time is there twice, the first one is read.
                    const later = again - at;
                    if (later !== 0 && !(later < 0 && later >= -3600000 && again.getTimezoneOffset() !== date.getTimezoneOffset())) wrong += 1;
                    if (Date.parse(`${date}`) !== at) wrong += 1;
                  }
                  console.log(wrong);
                } }",
            )
            .await;
            stage.host.user.zone.set(zone);
            assert_eq!(logged_by(&stage), ["0"], "{zone}");
        }
    });
}

#[test]
fn where_the_host_tells_nothing_local_time_is_utc() {
    run(async {
        let stage = Stage::page(
            r"{ onTap() {
              const date = new Date(2026, 6, 1, 12);
              console.log(`${date}`, date.getHours(), date.getTimezoneOffset(), date.toISOString(), Date.parse('2026-07-01T12:00') === +date);
              try { date.toLocaleString() } catch (error) { console.log(error.name, error.message, error.code) }
              try { (1).toLocaleString('de') } catch (error) { console.log(error.name, error.message, error.code) }
            } }",
        )
        .await;
        stage.host.user.is_reticent.set(true);
        let denied = "HostError Intl: `locale` is not granted to this mini-app; to grant it, write in partner.yaml:5: permissions: [\"locale\"] denied";
        assert_eq!(
            logged_by(&stage),
            [
                "Wed Jul 01 2026 12:00:00 GMT+0000 (UTC) 12 0 2026-07-01T12:00:00.000Z true",
                denied,
                denied,
            ]
        );
    });
}

#[test]
fn nothing_of_the_user_is_asked_until_a_script_asks() {
    run(async {
        let stage = Stage::page("{ onTap() { new Date().toISOString(); Date.now() } }").await;
        logged_by(&stage);
        assert_eq!(stage.host.user.offsets.get(), 0);
    });
}

#[test]
fn the_host_is_seldom_asked_and_again_when_the_user_comes_back() {
    run(async {
        let stage = Stage::page(
            r"{ onTap() {
              let hours = 0; for (let minute = 0; minute < 1000; minute += 1) hours += new Date(minute * 1000).getHours();
              console.log(hours, new Date(0).getHours());
            } }",
        )
        .await;
        assert_eq!(logged_by(&stage), ["1000 1"]);
        assert_eq!(stage.host.user.offsets.get(), 2);
        stage.host.user.zone.set("Asia/Tokyo");
        stage.engine.show(crate::outside::OPTIONS).unwrap();
        assert_eq!(logged_by(&stage), ["9000 9"]);
    });
}
