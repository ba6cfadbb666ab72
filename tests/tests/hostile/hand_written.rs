//! Attacks by guests that are written by hand, because no compiler would make
//! them: wrong pointers, lengths, texts and results, memory without end, built-in
//! functions called as they must not be.

use std::sync::Arc;

use miniapp_host::{EndReason, TrapKind};
use miniapp_tests::component;

use crate::attack::{Attack, End, Outcome};

type Expected = fn(&End) -> bool;

/// Attacks that one guest plays, each under a letter.
struct Sheet {
    /// The guest's place among all, which makes its app id.
    app: &'static str,
    class: &'static str,
    fragment: &'static str,
    against: &'static str,
}

impl Sheet {
    fn attacks(&self, attacks: &[(&str, &str, Expected)]) -> Vec<Attack> {
        let app = format!("miniapp_{}", self.app);
        let guest = Arc::new(component(self.fragment));
        attacks
            .iter()
            .map(|(letter, name, expected)| {
                let (handler, detail) = letter.split_at(1);
                played(&app, &guest, self, name, handler, detail, *expected)
            })
            .collect()
    }
}

fn played(
    app: &str,
    guest: &Arc<Vec<u8>>,
    sheet: &Sheet,
    name: &str,
    handler: &str,
    detail: &str,
    expected: Expected,
) -> Attack {
    let (app, handler, detail) = (app.to_owned(), handler.to_owned(), detail.to_owned());
    let guest = Some((app.clone(), Arc::clone(guest)));
    let attack = Attack::new(sheet.class, name, sheet.against, move |arena| {
        let (app, handler, detail) = (app.clone(), handler.clone(), detail.clone());
        Box::pin(async move {
            let end = arena.tries(&app, &handler, &detail).await;
            Outcome::default().end(&end, expected)
        })
    });
    Attack { guest, ..attack }
}

/// All of them.
pub fn attacks() -> Vec<Attack> {
    [
        arguments(),
        results(),
        text(),
        reallocations(),
        growth(),
        slot_reuse(),
        built_ins(),
        callbacks(),
        starts(),
        composed(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn arguments() -> Vec<Attack> {
    let sheet = |class, against| Sheet {
        app: "arguments",
        class,
        fragment: include_str!("wat/arguments.wat"),
        against,
    };
    let bounds = "canonical ABI checks bounds before it copies";
    let budget = "`limits::HOST_CALL_BYTES`";
    [
        sheet("guest-sized host allocation", bounds).attacks(&[
            ("a", "log of 2^31 bytes", |end| end.trapped("out of bounds")),
            ("d", "2^31 changes of data", |end| {
                end.trapped("out of bounds")
            }),
            ("k", "2^28 names of profile fields", |end| {
                end.trapped("out of bounds")
            }),
            ("o", "body of 2^30 bytes", |end| {
                end.trapped("out of bounds")
            }),
            ("p", "2^29 headers", |end| end.trapped("out of bounds")),
        ]),
        sheet("guest-sized host allocation", budget).attacks(&[
            ("c", "log of 11 MiB that it really has", |end| {
                end.trapped("too much data")
            }),
            ("f", "700,000 empty changes that it really has", |end| {
                end.trapped("too much data")
            }),
            ("t", "100,000 empty names in 800 KiB", |end| {
                end.told("too-large")
            }),
        ]),
        sheet("pointers", bounds).attacks(&[
            ("b", "text that wraps around", |end| {
                end.trapped("out of bounds")
            }),
            ("e", "list that is not aligned", |end| {
                end.trapped("not aligned")
            }),
            ("g", "place for the result not aligned", |end| {
                end.trapped("not aligned")
            }),
            ("h", "place for the result past the end", |end| {
                end.trapped("out of bounds")
            }),
            ("r", "place for the result across the end", |end| {
                end.trapped("out of bounds")
            }),
            ("q", "text across the end, inside a record", |end| {
                end.trapped("out of bounds")
            }),
            ("u", "result over its own argument", |end| {
                end.lives() || end.told("invalid-argument")
            }),
        ]),
        sheet("odd values", "arguments checked by each capability").attacks(&[
            ("i", "enumeration of 250", |end| end.trapped("discriminant")),
            ("j", "option of 9", |end| end.trapped("discriminant")),
            ("l", "2^32-1 random bytes", |end| end.told("too-large")),
            ("m", "page 2^32-1", |end| end.told("not-found")),
            ("s", "page 0", |end| end.told("not-found")),
            ("n", "sleep of 49 days", End::waits),
        ]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn results() -> Vec<Attack> {
    Sheet {
        app: "results",
        class: "pointers",
        fragment: include_str!("wat/results.wat"),
        against: "canonical ABI; `AppError::from_guest` cuts what is kept",
    }
    .attacks(&[
        ("a", "result that is not aligned", |end| {
            end.trapped("not aligned")
        }),
        ("b", "result past the end", |end| {
            end.trapped("out of bounds")
        }),
        ("j", "result across the end", |end| {
            end.trapped("out of bounds")
        }),
        ("c", "result of neither kind", |end| {
            end.trapped("discriminant")
        }),
        ("d", "error's code past the end", |end| {
            end.trapped("out of bounds")
        }),
        ("e", "error's code of 2^31 bytes", |end| {
            end.trapped("out of bounds")
        }),
        ("f", "error's code that is no text", |end| {
            end.trapped("utf-8")
        }),
        ("g", "option of neither kind in an error", |end| {
            end.trapped("discriminant")
        }),
        (
            "h",
            "error of 9 MiB",
            |end| matches!(end, End::Told(_, message) if message.len() <= 8 << 10),
        ),
        ("i", "error of 11 MiB", |end| end.trapped("too much data")),
    ])
}

fn text() -> Vec<Attack> {
    let sheet = |app, fragment| Sheet {
        app,
        class: "string transcoding",
        fragment,
        against: "canonical ABI validates while it transcodes",
    };
    let mut attacks = sheet("text", include_str!("wat/text.wat")).attacks(&[
        ("a", "bytes that are not UTF-8", |end| end.trapped("utf-8")),
        ("b", "overlong UTF-8", |end| end.trapped("utf-8")),
        ("c", "surrogate in UTF-8", |end| end.trapped("utf-8")),
        ("d", "UTF-8 cut in a character", |end| end.trapped("utf-8")),
        ("e", "UTF-8 beyond U+10FFFF", |end| end.trapped("utf-8")),
        ("f", "high surrogate alone, UTF-16", |end| {
            end.trapped("surrogate")
        }),
        ("g", "low surrogate alone, UTF-16", |end| {
            end.trapped("surrogate")
        }),
        ("h", "UTF-16 that is not aligned", |end| {
            end.trapped("not aligned")
        }),
        ("i", "UTF-16 of 2^31 bytes", |end| {
            end.trapped("out of bounds")
        }),
        ("j", "UTF-16 whose bytes overflow", |end| {
            end.trapped("out of bounds")
        }),
        ("k", "UTF-16 with the mark of Latin-1", |end| {
            end.trapped("out of bounds")
        }),
        ("l", "surrogate alone, Latin-1 or UTF-16", |end| {
            end.trapped("surrogate")
        }),
        ("m", "Latin-1 or UTF-16 not aligned", |end| {
            end.trapped("not aligned")
        }),
        ("n", "Latin-1 of 2^31 bytes", |end| {
            end.trapped("out of bounds")
        }),
        ("o", "every byte of Latin-1", End::lives),
    ]);
    // The guests trap where they are handed another length than this text has.
    let all = "äöü ß € 😀".repeat(2_000);
    let latin = "äöü ß".repeat(2_000);
    for (app, letter, text, name, fragment) in [
        (
            "wide",
            "a",
            &all,
            "events widened to UTF-16",
            include_str!("wat/wide-text.wat"),
        ),
        (
            "narrow",
            "b",
            &latin,
            "events narrowed to Latin-1",
            include_str!("wat/narrow-text.wat"),
        ),
        (
            "narrow",
            "c",
            &all,
            "events not narrowed to Latin-1",
            include_str!("wat/narrow-text.wat"),
        ),
    ] {
        let handler = format!("{letter}{text}");
        attacks.extend(sheet(app, fragment).attacks(&[(handler.as_str(), name, End::lives)]));
    }
    attacks
}

/// What `realloc` does instead of giving room.
fn reallocations() -> Vec<Attack> {
    // `host` is what `realloc` calls: its definition, and its type.
    let attack = |app: &'static str,
                  name: &'static str,
                  body: &str,
                  host: Option<(&str, &str)>,
                  expected: Expected| {
        let (before, import, with) = host.map_or_else(Default::default, |(definition, ty)| {
            (
                format!("(core func $host (canon {definition}))"),
                format!("(import \"env\" \"host\" (func $host {ty}))"),
                "(with \"env\" (instance (export \"host\" (func $host))))",
            )
        });
        let fragment = format!(
            ";;; before\n{before}\n;;; memory\n{import}\n(memory (export \"memory\") 2)\n(func $realloc (export \"realloc\") (param i32 i32 i32 i32) (result i32) {body})\n;;; with-memory\n{with}\n;;; core\n(table $attacks funcref (elem $a))\n(func $a (type $attack) (param i32 i32) (result i32) (i32.const 16))\n",
        );
        let app = format!("miniapp_{app}");
        let guest = Arc::new(component(&fragment));
        let sheet = Sheet {
            app: "",
            class: "realloc",
            fragment: "",
            against: "canonical ABI checks what it was given; may not leave the instance meanwhile",
        };
        played(&app, &guest, &sheet, name, "a", "0", expected)
    };
    vec![
        attack(
            "realloc_past",
            "gives room past the end",
            "(i32.const 0xfffffff0)",
            None,
            |end| end.trapped("beyond end of memory"),
        ),
        attack(
            "realloc_across",
            "gives room across the end",
            "(i32.const 131070)",
            None,
            |end| end.trapped("beyond end of memory"),
        ),
        attack(
            "realloc_unaligned",
            "gives room that is not aligned",
            "(i32.add (i32.const 4096) (i32.gt_u (local.get 2) (i32.const 1)))",
            None,
            |end| end.trapped("not aligned") || end.lives(),
        ),
        attack(
            "realloc_overlap",
            "gives the same room again and again",
            "(i32.const 4096)",
            None,
            |end| end.trapped("undefined element"),
        ),
        attack("realloc_null", "gives null", "(i32.const 0)", None, |end| {
            end.trapped("undefined element")
        }),
        attack("realloc_traps", "traps", "(unreachable)", None, |end| {
            end.trapped("unreachable")
        }),
        attack(
            "realloc_spins",
            "computes for ever",
            "(loop $ever (br $ever)) (unreachable)",
            None,
            |end| {
                end.computed_too_much()
                    || end.ended(|reason| matches!(reason, EndReason::LaunchTooLong { .. }))
            },
        ),
        attack(
            "realloc_recurses",
            "calls itself for ever",
            "(call $realloc (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
            None,
            |end| {
                end.ended(|reason| {
                    matches!(
                        reason,
                        EndReason::Trap {
                            kind: TrapKind::StackOverflow,
                            ..
                        }
                    )
                })
            },
        ),
        attack(
            "realloc_grows",
            "grows the memory, and gives none of it",
            "(loop $ever (br_if $ever (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (i32.const -1)",
            None,
            |end| end.trapped("beyond end of memory"),
        ),
        attack(
            "realloc_calls",
            "calls the host",
            "(drop (call $host)) (i32.const 4096)",
            Some(("lower (func $clock \"now\")", "(result i64)")),
            |end| end.trapped("cannot leave") || end.trapped("leave component"),
        ),
        attack(
            "realloc_holds",
            "holds all calls back",
            "(call $host) (i32.const 4096)",
            Some(("backpressure.inc", "")),
            |end| end.ended(|reason| matches!(reason, EndReason::LaunchTooLong { .. })),
        ),
    ]
}

fn growth() -> Vec<Attack> {
    let fragment = include_str!("wat/growth.wat");
    let sheet = |class, against| Sheet {
        app: "growth",
        class,
        fragment,
        against,
    };
    let overflow: Expected = |end| {
        end.ended(|reason| {
            matches!(
                reason,
                EndReason::Trap {
                    kind: TrapKind::StackOverflow,
                    ..
                }
            )
        })
    };
    [
        sheet("memory and tables", "`MemoryMeter`: the sum of all").attacks(&[
            ("a", "memory up to the limit", End::lives),
            ("b", "memory.grow for ever", End::computed_too_much),
            ("c", "4 GiB at once", End::lives),
            ("d", "table.grow for ever", End::computed_too_much),
            ("e", "2^32 elements at once", End::out_of_fuel),
            ("n", "one element too many", End::lives),
        ]),
        sheet("metering", "fuel, by length where an instruction has one").attacks(&[
            (
                "f",
                "memory.fill of everything, for ever",
                End::computed_too_much,
            ),
            (
                "g",
                "memory.copy of everything, for ever",
                End::computed_too_much,
            ),
            (
                "h",
                "table.fill of everything, for ever",
                End::computed_too_much,
            ),
            ("i", "empty loop", End::computed_too_much),
        ]),
        sheet("recursion", "`limits::WASM_STACK`").attacks(&[
            ("j", "calls itself for ever", overflow),
            ("m", "calls itself for ever, with numbers", overflow),
        ]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One life marks its memory, the next one looks for the marks.
fn slot_reuse() -> Vec<Attack> {
    let guest = Arc::new(component(include_str!("wat/growth.wat")));
    let attack = Attack::new(
        "leaks between tenants",
        "memory of a life before, in the same slot",
        "pool gives zeroed slots",
        |arena| {
            Box::pin(async move {
                let mut outcome = Outcome::default();
                for ended in [false, true] {
                    let marked = match arena.launch("miniapp_growth").await {
                        Ok(app) => {
                            let marked = crate::arena::event(&app, "k", 0).await;
                            if ended {
                                // Ends in a trap, and not of its own accord.
                                crate::arena::event(&app, "j", 0).await;
                            }
                            app.close().await;
                            marked
                        }
                        Err(end) => end,
                    };
                    let found = arena.tries("miniapp_growth", "l", 0).await;
                    outcome.count(
                        if found.lives() {
                            "only zeros"
                        } else {
                            "not only zeros"
                        },
                        marked.lives() && found.lives(),
                        || format!("{marked:?}, then {found:?}"),
                    );
                }
                outcome
            })
        },
    );
    vec![Attack {
        guest: Some(("miniapp_growth".to_owned(), guest)),
        ..attack
    }]
}

/// Wasmtime notices a flaw of its own: a trap in a release, and with debug assertions a
/// panic, which ends the mini-app alone.
fn wasmtime_bug(end: &End) -> bool {
    end.trapped("lift_result")
        || end
            .ended(|reason| matches!(reason, EndReason::Host(said) if said.contains("lift_result")))
}

fn built_ins() -> Vec<Attack> {
    let sheet = |class, against| Sheet {
        app: "builtins",
        class,
        fragment: include_str!("wat/built-ins.wat"),
        against,
    };
    let handles: Expected =
        |end| end.trapped("table") || end.trapped("handle") || end.computed_too_much();
    [
        sheet("handles without end", "`limits::HANDLES`, fuel").attacks(&[
            ("a0", "waitable sets", handles),
            ("c0", "futures", handles),
            ("d0", "streams", handles),
            ("f0", "calls that are never awaited", handles),
            ("t0", "one call in set after set", handles),
        ]),
        sheet("metering", "fuel or time of a turn").attacks(&[
            (
                "b0",
                "waitable-set.new and drop, for ever",
                End::computed_too_much,
            ),
            (
                "e0",
                "stream.new and drop, for ever",
                End::computed_too_much,
            ),
            ("j0", "waitable-set.poll, for ever", End::computed_too_much),
            ("k0", "thread.yield, for ever", End::computed_too_much),
            (
                "l0",
                "context.get and set, for ever",
                End::computed_too_much,
            ),
            (
                "o0",
                "sleep and subtask.cancel, for ever",
                End::computed_too_much,
            ),
            ("u0", "stream to itself, for ever", |end| {
                end.computed_too_much() || end.trapped("")
            }),
            (
                "z0",
                "backpressure up and down, for ever",
                End::computed_too_much,
            ),
        ]),
        sheet("asynchronous state", "Wasmtime's task state machine").attacks(&[
            ("g", "task.return where there is none", wasmtime_bug),
            ("h", "task.cancel where none was asked", |end| {
                end.trapped("")
            }),
            ("i", "waits on an empty set", |end| {
                end.waits() || end.trapped("deadlock")
            }),
            ("w", "waits for its own signal", |end| {
                end.waits() || end.trapped("deadlock")
            }),
            ("m", "backpressure for ever", |end| {
                end.trapped("") || end.computed_too_much()
            }),
            ("x", "backpressure below zero", |end| end.trapped("")),
            ("n", "backpressure that is never taken back", |end| {
                end.lives() || end.waits()
            }),
            ("p", "joins what there is not", |end| end.trapped("")),
            ("q", "drops a set that there is not", |end| end.trapped("")),
            ("r", "drops a call that there is not", |end| end.trapped("")),
            ("s", "drops a call that is under way", |end| end.trapped("")),
            ("v", "writes 2^32 to a stream", |end| end.trapped("")),
            ("y", "polls to a place past the end", |end| end.trapped("")),
        ]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn callbacks() -> Vec<Attack> {
    let sheet = |class, against| Sheet {
        app: "callback",
        class,
        fragment: include_str!("wat/callback.wat"),
        against,
    };
    [
        sheet("asynchronous state", "Wasmtime's task state machine").attacks(&[
            ("a", "event that waits on nothing", End::waits),
            ("b", "callback code that there is not", |end| {
                end.trapped("")
            }),
            ("d", "event that ends without an answer", |end| {
                end.trapped("")
            }),
            ("e", "event answered twice", |end| end.trapped("")),
            ("h", "event that waits on a set that there is not", |end| {
                end.trapped("")
            }),
            ("i", "callback that answers twice", |end| end.trapped("")),
            ("j", "event that leaves a call behind", |end| {
                end.lives() || end.trapped("")
            }),
        ]),
        sheet("traps in callbacks", "the store is dropped").attacks(&[
            ("c", "callback that traps", |end| end.trapped("unreachable")),
            (
                "f",
                "callback that computes for ever",
                End::computed_too_much,
            ),
        ]),
        sheet("metering", "fuel or time of a turn").attacks(&[
            ("g", "event that yields for ever", End::computed_too_much),
            ("k", "event that answers, and yields for ever", |end| {
                end.lives() || end.computed_too_much()
            }),
        ]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a start function does before anything else can.
fn starts() -> Vec<Attack> {
    let attack = |app: &'static str, name: &'static str, body: &str, expected: Expected| {
        let fragment = format!(
            ";;; core\n(func $start {body})\n(start $start)\n(table $attacks funcref (elem $a))\n(func $a (type $attack) (param i32 i32) (result i32) (i32.const 16))\n"
        );
        let sheet = Sheet {
            app: "",
            class: "start functions",
            fragment: "",
            against: "fuel and limits hold from instantiation on",
        };
        let app = format!("miniapp_{app}");
        played(
            &app,
            &Arc::new(component(&fragment)),
            &sheet,
            name,
            "a",
            "0",
            expected,
        )
    };
    vec![
        attack(
            "start_spins",
            "computes for ever",
            "(loop $ever (br $ever))",
            |end| {
                end.computed_too_much()
                    || end.ended(|reason| matches!(reason, EndReason::LaunchTooLong { .. }))
            },
        ),
        attack("start_traps", "traps", "(unreachable)", |end| {
            end.trapped("unreachable")
        }),
        attack(
            "start_recurses",
            "calls itself for ever",
            "(call $start)",
            |end| {
                end.ended(|reason| {
                    matches!(
                        reason,
                        EndReason::Trap {
                            kind: TrapKind::StackOverflow,
                            ..
                        }
                    )
                })
            },
        ),
        attack(
            "start_grows",
            "takes all memory",
            "(loop $ever (br_if $ever (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))",
            End::lives,
        ),
    ]
}

/// Work that the engine does between components, which no fuel tells.
fn composed() -> Vec<Attack> {
    let guest = wat::parse_str(include_str!("wat/composed.wat"));
    let guest = Arc::new(guest.unwrap_or_else(|error| panic!("{error}")));
    let attack = Attack::new(
        "metering",
        "megabytes from one nested component to another, for ever",
        "inspection: code at the outermost level only",
        move |arena| {
            let guest = guest.to_vec();
            Box::pin(async move {
                let end = match arena.install("miniapp_composed", guest).await {
                    Ok(_) => arena.tries("miniapp_composed", "a", "0").await,
                    Err(refused) => End::Refused(refused),
                };
                Outcome::default().end(
                    &end,
                    |end| matches!(end, End::Refused(why) if why.contains("composed of several")),
                )
            })
        },
    );
    vec![attack]
}
