//! What others do to a storage meanwhile: hosts beside it, callers that are gone, and who
//! deletes it.

use super::*;

fn value_of(bytes: usize) -> Work {
    Work::Set("a".to_owned(), vec![1; bytes])
}

#[test]
fn who_is_gone_pays_for_what_was_done() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    let owed = Owed::default();
    for (work, price) in [
        (value_of(100), price::STORED_COMMIT),
        (Work::Get("a".to_owned()), price::restored(100)),
        (Work::Keys, price::restored(1)),
        (Work::Remove("b".to_owned()), 0),
        (Work::Clear, price::STORED_COMMIT),
    ] {
        let what = format!("{work:?}");
        bench.tokio.block_on(async {
            let admitted = opened.admit(100, &owed).unwrap();
            drop(opened.ask(work, Some(admitted)));
        });
        // Behind it in the queue.
        bench.one(&opened, Work::Usage).unwrap();
        assert_eq!(owed.take(), price, "{what}");
    }
}

#[test]
fn a_file_that_another_host_has_made_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (
        Bench::in_folder(folder.path()),
        Bench::in_folder(folder.path()),
    );
    let opened = one.open();
    assert_eq!(one.get(&opened, "a").unwrap(), None);
    let elsewhere = other.open();
    other.set(&elsewhere, "a", "other");
    other.close(elsewhere);
    one.set(&opened, "b", "one");
    for (key, value) in [("a", "other"), ("b", "one")] {
        assert_eq!(one.get(&opened, key).unwrap().as_deref(), Some(value));
    }
    let Ok(Answer::Usage(usage)) = one.one(&opened, Work::Usage) else {
        panic!("no usage");
    };
    assert_eq!(usage.keys, 2);
    assert_eq!(files_of(folder.path()).len(), 1);
    assert_eq!((one.told(), other.told()), (Vec::new(), Vec::new()));
}

#[test]
fn what_cannot_be_deleted_keeps_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    bench.set(&opened, "a", "1");
    let store = store_of(folder.path());
    let beside = |ending: &str| PathBuf::from(format!("{}{ending}", store.display()));
    for number in 0..20 {
        fs::write(beside(&format!(".snapshot-{number}")), "").unwrap();
    }
    // They are no files.
    for ending in [".copy", ".damaged"] {
        fs::create_dir(beside(ending)).unwrap();
    }
    let wiped = bench.one(&opened, Work::Wipe);
    assert!(
        matches!(wiped, Err(Failure::Storage(StorageError::Unusable { .. }))),
        "{wiped:?}"
    );
    assert_eq!(files_of(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn who_comes_while_a_user_is_wiped_finds_nothing_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let of = |app: &str| {
        bench
            .stores
            .of(&Tenant::new(app.parse().unwrap(), None))
            .unwrap()
    };
    for app in ["used", "unused"] {
        let opened = of(app);
        bench.set(&opened, "a", "1");
        bench.close(opened);
    }
    let used = of("used");
    bench.set(&used, "a", "2");
    let late = bench.tokio.block_on(async {
        let mut wiping = std::pin::pin!(bench.stores.wipe(None));
        assert!(futures_util::poll!(wiping.as_mut()).is_pending());
        let late = of("unused");
        late.ask(Work::Usage, None).await.unwrap();
        wiping.await.unwrap();
        late
    });
    for opened in [&used, &late] {
        assert_eq!(bench.get(opened, "a").unwrap(), None);
    }
    assert_eq!(files_of(folder.path()), Vec::<PathBuf>::new());
}
