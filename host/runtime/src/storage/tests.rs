//! The storage beside a model of it, with files that are opened again, copied, damaged and
//! of another key.

mod at_hand;
mod sharing;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::meter::{Owed, price};

const LIMIT: u64 = 4_000;

type Told = Arc<Mutex<Vec<StorageError>>>;

struct Bench {
    stores: Arc<Stores>,
    told: Told,
    tokio: tokio::runtime::Runtime,
}

fn tenant() -> Tenant {
    Tenant::new("rewards".parse().unwrap(), None)
}

impl Bench {
    fn on(medium: StorageMedium, limit: u64) -> Self {
        let told = Told::default();
        let telling = Arc::clone(&told);
        let stores = Stores::new(medium, limit, move |_, error| {
            telling.lock().unwrap().push(error.clone());
        });
        Self {
            stores: Arc::new(stores),
            told,
            tokio: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
        }
    }

    fn in_folder(folder: &Path) -> Self {
        Self::with_key(folder, 7)
    }

    fn with_key(folder: &Path, key: u8) -> Self {
        let medium = StorageMedium::Folder {
            folder: folder.to_owned(),
            key: StorageKey([key; 32]),
        };
        Self::on(medium, LIMIT)
    }

    fn open(&self) -> Opened {
        self.stores.of(&tenant()).unwrap()
    }

    /// Asks for several things at once, and waits for all.
    fn ask(&self, opened: &Opened, work: Vec<Work>) -> Vec<Result<Answer, Failure>> {
        self.tokio.block_on(async {
            let asked: Vec<_> = work
                .into_iter()
                .map(|work| opened.ask(work, None))
                .collect();
            let mut answers = Vec::new();
            for asked in asked {
                answers.push(asked.await.unwrap().answer);
            }
            answers
        })
    }

    fn one(&self, opened: &Opened, work: Work) -> Result<Answer, Failure> {
        self.ask(opened, vec![work]).remove(0)
    }

    fn set(&self, opened: &Opened, key: &str, value: &str) {
        let work = Work::Set(key.to_owned(), value.into());
        assert_eq!(self.one(opened, work), Ok(Answer::Done));
    }

    fn get(&self, opened: &Opened, key: &str) -> Result<Option<String>, Failure> {
        match self.one(opened, Work::Get(key.to_owned()))? {
            Answer::Value(value) => Ok(value.map(|value| String::from_utf8(value).unwrap())),
            other => panic!("{other:?}"),
        }
    }

    /// Lets go of it, and waits until its file is closed.
    fn close(&self, opened: Opened) {
        self.tokio.block_on(async {
            drop(opened);
            let known = || self.stores.known().values().any(|store| store.is_in_use());
            while known() {
                tokio::task::yield_now().await;
                std::thread::yield_now();
            }
        });
    }

    fn told(&self) -> Vec<StorageError> {
        self.told.lock().unwrap().clone()
    }
}

/// The files of a folder and below, by their names.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_of(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn store_of(folder: &Path) -> PathBuf {
    let store = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "redb");
    files_of(folder).into_iter().find(store).unwrap()
}

#[derive(Debug, Clone)]
enum Step {
    Set(String, usize),
    Get(String),
    Remove(String),
    Keys,
    Clear,
    Usage,
    Reopen,
    Snapshot,
    Restore,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || prop::sample::select(vec!["a", "b", "ü", "k\u{0}", "long key", "z/../z"]);
    prop_oneof![
        6 => (key(), 0..1_500_usize).prop_map(|(key, bytes)| Step::Set(key.into(), bytes)),
        4 => key().prop_map(|key| Step::Get(key.into())),
        2 => key().prop_map(|key| Step::Remove(key.into())),
        2 => Just(Step::Keys),
        1 => Just(Step::Clear),
        1 => Just(Step::Usage),
        1 => Just(Step::Reopen),
        1 => Just(Step::Snapshot),
        1 => Just(Step::Restore),
    ]
}

type Model = BTreeMap<String, Vec<u8>>;

fn bytes_of(model: &Model) -> u64 {
    let cost = |(key, value): (&String, &Vec<u8>)| (key.len() + value.len()) as u64 + KEY_BYTES;
    model.iter().map(cost).sum()
}

fn expected(model: &mut Model, step: &Step, number: u8) -> (Work, Result<Answer, Failure>) {
    match step {
        Step::Set(key, bytes) => {
            let value = vec![number; *bytes];
            let before = bytes_of(model);
            let mut after = model.clone();
            after.insert(key.clone(), value.clone());
            let bytes = bytes_of(&after);
            let answer = if bytes > LIMIT && bytes > before {
                Err(Refused::Full {
                    bytes,
                    limit: LIMIT,
                }
                .into())
            } else {
                *model = after;
                Ok(Answer::Done)
            };
            (Work::Set(key.clone(), value), answer)
        }
        Step::Get(key) => {
            let value = model.get(key).cloned();
            (Work::Get(key.clone()), Ok(Answer::Value(value)))
        }
        Step::Remove(key) => {
            model.remove(key);
            (Work::Remove(key.clone()), Ok(Answer::Done))
        }
        Step::Keys => {
            let keys = model.keys().cloned().collect();
            (Work::Keys, Ok(Answer::Keys(keys)))
        }
        Step::Clear => {
            model.clear();
            (Work::Clear, Ok(Answer::Done))
        }
        _ => {
            let usage = StorageUsage {
                keys: model.len().try_into().unwrap(),
                bytes: bytes_of(model),
                limit: LIMIT,
            };
            (Work::Usage, Ok(Answer::Usage(usage)))
        }
    }
}

/// Plays steps, those between two openings all at once.
fn play(medium: &StorageMedium, steps: &[Step]) {
    let mut bench = Bench::on(medium.clone(), LIMIT);
    let mut opened = bench.open();
    let mut model = Model::new();
    let mut snapshots: Vec<(SnapshotId, Model)> = Vec::new();
    let (mut work, mut answers) = (Vec::new(), Vec::new());
    let reads_on = [Step::Keys, Step::Usage, Step::Reopen];
    for (number, step) in steps.iter().chain(&reads_on).enumerate() {
        if !matches!(step, Step::Reopen | Step::Snapshot | Step::Restore) {
            let (asked, answer) = expected(&mut model, step, number as u8);
            work.push(asked);
            answers.push(answer);
            continue;
        }
        let came = bench.ask(&opened, std::mem::take(&mut work));
        assert_eq!(came, std::mem::take(&mut answers));
        match step {
            Step::Snapshot => match bench.one(&opened, Work::Snapshot) {
                Ok(Answer::Snapshot(id)) => {
                    snapshots.push((id, model.clone()));
                    if snapshots.len() > MAX_SNAPSHOTS {
                        snapshots.remove(0);
                    }
                }
                other => panic!("{other:?}"),
            },
            Step::Restore => {
                if let Some((id, kept)) = snapshots.first() {
                    let restored = bench.one(&opened, Work::Restore(*id));
                    assert_eq!(restored, Ok(Answer::Done));
                    model = kept.clone();
                }
            }
            // A host anew, where there is something to find again.
            _ if matches!(medium, StorageMedium::Folder { .. }) => {
                bench.close(opened);
                bench = Bench::on(medium.clone(), LIMIT);
                opened = bench.open();
            }
            _ => {
                drop(opened);
                opened = bench.open();
            }
        }
    }
    assert_eq!(bench.told(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn it_is_what_a_map_is(steps in prop::collection::vec(step(), 1..60)) {
        play(&StorageMedium::Memory, &steps);
        let folder = tempfile::tempdir().unwrap();
        let medium = StorageMedium::Folder {
            folder: folder.path().to_owned(),
            key: StorageKey([1; 32]),
        };
        play(&medium, &steps);
    }
}

#[test]
fn what_is_asked_at_once_shares_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    let owed = Owed::default();
    bench.tokio.block_on(async {
        // The first one is begun by itself; the others gather meanwhile, or join it.
        let asked: Vec<_> = (0..20)
            .map(|key: u8| {
                let admitted = opened.admit(1, &owed).unwrap();
                opened.ask(Work::Set(key.to_string(), vec![key]), Some(admitted))
            })
            .collect();
        for asked in asked {
            assert_eq!(asked.await.unwrap().answer, Ok(Answer::Done));
        }
    });
    let commits = owed.take() / price::STORED_COMMIT;
    assert!((1..=3).contains(&commits), "{commits}");
    assert_eq!(bench.get(&opened, "19").unwrap().unwrap(), "\u{13}");
}

#[test]
fn nothing_of_it_can_be_read_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    bench.set(&opened, "a name of a key", "what nobody may read");
    bench.close(opened);
    let file = fs::read(store_of(folder.path())).unwrap();
    for secret in ["name of a key", "nobody may read"] {
        let found = file
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{secret}");
    }
}

#[test]
fn a_wrong_key_is_told_and_destroys_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    bench.set(&opened, "a", "kept");
    bench.close(opened);
    let other = Bench::with_key(folder.path(), 8);
    let opened = other.open();
    let file = store_of(folder.path());
    let wrong = StorageError::WrongKey { file };
    for work in [Work::Get("a".into()), Work::Set("a".into(), vec![1])] {
        let refused = other.one(&opened, work);
        assert_eq!(refused, Err(Failure::Storage(wrong.clone())));
    }
    assert_eq!(other.told(), [wrong], "once");
    other.close(opened);
    let again = Bench::in_folder(folder.path());
    let opened = again.open();
    assert_eq!(again.get(&opened, "a").unwrap().unwrap(), "kept");
}

/// Opens a file that was damaged: what comes of it is what was stored, an error of one
/// value, or a storage that has begun anew, of which the embedder was told.
fn survives(folder: &Path, what: &str) {
    let bench = Bench::in_folder(folder);
    let opened = bench.open();
    let (mut anew, mut unread) = (0, 0);
    for key in ["a", "b"] {
        match bench.get(&opened, key) {
            Ok(Some(value)) => assert_eq!(value, key.repeat(700), "{what}"),
            Ok(None) => anew += 1,
            Err(Failure::Value) => unread += 1,
            Err(other) => panic!("{what}: {other}"),
        }
    }
    bench.set(&opened, "a", "mended");
    assert_eq!(
        bench.get(&opened, "a").unwrap().unwrap(),
        "mended",
        "{what}"
    );
    let told = bench.told();
    let (mut files, mut values) = (0, 0);
    for told in &told {
        match told {
            StorageError::Damaged { .. } => files += 1,
            StorageError::DamagedValue { .. } => values += 1,
            other => panic!("{what}: {other}"),
        }
    }
    assert_eq!(anew > 0, files > 0, "{what}: {told:?}");
    assert_eq!(unread > 0, values > 0, "{what}: {told:?}");
    bench.close(opened);
}

#[test]
fn a_damaged_file_is_set_aside_and_never_harms_the_host() {
    let origin = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(origin.path());
    let opened = bench.open();
    for key in ["a", "b"] {
        bench.set(&opened, key, &key.repeat(700));
    }
    bench.close(opened);
    let whole = fs::read(store_of(origin.path())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder
        .path()
        .join(store_of(origin.path()).strip_prefix(origin.path()).unwrap());
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut set_aside = 0;
    let mut try_with = |bytes: &[u8], what: &str| {
        for left in files_of(folder.path()) {
            fs::remove_file(left).unwrap();
        }
        fs::write(&file, bytes).unwrap();
        survives(folder.path(), what);
        set_aside += files_of(folder.path()).len() - 1;
    };
    try_with(&[], "empty");
    try_with(b"something else", "of another kind");
    for bytes in [100, 4_096, whole.len() / 2, whole.len() - 1] {
        try_with(&whole[..bytes], &format!("cut to {bytes}"));
    }
    // Every byte of the header, and some of every page.
    let some = (512..whole.len()).step_by(509);
    for at in (0..512).step_by(3).chain(some) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        try_with(&bytes, &format!("flipped at {at}"));
    }
    for at in (0..whole.len()).step_by(4_096) {
        let mut bytes = whole.clone();
        let end = (at + 4_096).min(bytes.len());
        bytes[at..end].fill(0);
        try_with(&bytes, &format!("zeroed from {at}"));
    }
    assert!(set_aside > 10, "{set_aside}");
}

#[test]
fn what_is_damaged_while_it_is_open_is_an_error_and_can_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    bench.set(&opened, "a", "small");
    bench.set(&opened, "big", &"x".repeat(3_000));
    bench.close(opened);
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    assert_eq!(bench.get(&opened, "a").unwrap().unwrap(), "small");
    let file = store_of(folder.path());
    let mut bytes = fs::read(&file).unwrap();
    // All but the header, which tells the database nothing while it is open.
    for byte in bytes.iter_mut().skip(4_096) {
        *byte ^= 0x55;
    }
    fs::write(&file, bytes).unwrap();
    for _ in 0..3 {
        let read = bench.get(&opened, "big");
        assert!(!matches!(&read, Ok(Some(value)) if value != &"x".repeat(3_000)));
    }
    // Whatever came of it, it goes on.
    let mut set = Err(Failure::Value);
    for _ in 0..3 {
        set = bench.one(&opened, Work::Set("big".into(), vec![b'y']));
        if set.is_ok() {
            break;
        }
    }
    assert_eq!(set, Ok(Answer::Done));
    assert_eq!(bench.get(&opened, "big").unwrap().unwrap(), "y");
}

#[test]
fn a_value_that_does_not_open_is_told_to_the_native_app_too() {
    type Rows = redb::TableDefinition<'static, &'static [u8; cipher::ROW_BYTES], &'static [u8]>;
    const VALUES: Rows = redb::TableDefinition::new("values");
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    for key in ["a", "b", "c"] {
        bench.set(&opened, key, key);
    }
    bench.close(opened);
    let file = store_of(folder.path());
    // Somebody who can write to the file puts values in the places of others.
    let database = redb::Database::open(&file).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut values = transaction.open_table(VALUES).unwrap();
        for byte in 0..=u8::MAX {
            values
                .insert(&[byte; cipher::ROW_BYTES], &[byte; 40][..])
                .unwrap();
        }
        let rows: Vec<_> = redb::ReadableTable::iter(&values).unwrap().collect();
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                row.map(|(row, value)| (*row.value(), value.value().to_vec()))
                    .unwrap()
            })
            .collect();
        for ((row, _), (_, value)) in rows.iter().zip(rows.iter().skip(1)) {
            values.insert(row, value.as_slice()).unwrap();
        }
    }
    transaction.commit().unwrap();
    drop(database);
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    for key in ["a", "b", "c", "a"] {
        assert_eq!(bench.get(&opened, key), Err(Failure::Value));
    }
    let told = StorageError::DamagedValue { file };
    assert_eq!(bench.told(), [told]);
    bench.set(&opened, "a", "mended");
    assert_eq!(bench.get(&opened, "a").unwrap().unwrap(), "mended");
}

#[test]
fn a_damaged_snapshot_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let opened = bench.open();
    bench.set(&opened, "a", "1");
    let Ok(Answer::Snapshot(id)) = bench.one(&opened, Work::Snapshot) else {
        panic!("no snapshot");
    };
    let is_snapshot = |file: &PathBuf| file.to_string_lossy().contains("snapshot");
    let file = files_of(folder.path()).into_iter().find(is_snapshot);
    let file = file.unwrap();
    let mut bytes = fs::read(&file).unwrap();
    for byte in &mut bytes {
        *byte ^= 1;
    }
    fs::write(&file, bytes).unwrap();
    bench.set(&opened, "a", "2");
    let restored = bench.one(&opened, Work::Restore(id));
    assert!(
        matches!(&restored, Err(Failure::Storage(StorageError::Damaged { file: at, .. })) if *at == file),
        "{restored:?}"
    );
    assert_eq!(bench.get(&opened, "a").unwrap().unwrap(), "2");
    let missing = bench.one(&opened, Work::Restore(SnapshotId(9)));
    let error = StorageError::NoSnapshot {
        id: SnapshotId(9),
        kept: vec![id],
    };
    assert_eq!(missing, Err(Failure::Storage(error)));
}

#[test]
fn wiping_leaves_nothing_of_the_user_and_everything_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::in_folder(folder.path());
    let mia = UserId::new("mia").unwrap();
    let of_mia = |app: &str| Tenant::new(app.parse().unwrap(), Some(mia.clone()));
    let [live, closed] = ["one", "two"].map(|app| bench.stores.of(&of_mia(app)).unwrap());
    let theirs = bench.open();
    for opened in [&live, &closed, &theirs] {
        bench.set(opened, "a", "1");
    }
    bench.one(&live, Work::Snapshot).unwrap();
    drop(closed);
    bench.tokio.block_on(bench.stores.wipe(Some(&mia))).unwrap();
    assert_eq!(bench.get(&live, "a").unwrap(), None);
    assert_eq!(bench.get(&theirs, "a").unwrap().unwrap(), "1");
    assert_eq!(files_of(folder.path()).len(), 1);
    bench.set(&live, "a", "2");
    assert_eq!(files_of(folder.path()).len(), 2);
}

#[test]
fn reading_makes_no_file_and_a_file_does_not_grow_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let medium = StorageMedium::Folder {
        folder: folder.path().to_owned(),
        key: StorageKey([1; 32]),
    };
    let bench = Bench::on(medium, 10 << 20);
    let opened = bench.open();
    assert_eq!(bench.get(&opened, "a").unwrap(), None);
    assert_eq!(bench.one(&opened, Work::Clear), Ok(Answer::Done));
    assert_eq!(files_of(folder.path()), Vec::<PathBuf>::new());
    for round in 0..4 {
        for key in 0..9 {
            let value = vec![round; MAX_VALUE_BYTES];
            let work = Work::Set(format!("{key}"), value);
            assert_eq!(bench.one(&opened, work), Ok(Answer::Done));
        }
        if round % 2 == 1 {
            assert_eq!(bench.one(&opened, Work::Clear), Ok(Answer::Done));
        }
    }
    let bytes = fs::metadata(store_of(folder.path())).unwrap().len();
    assert!(bytes <= 64 << 20, "{bytes}");
}
