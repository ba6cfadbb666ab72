//! Values that are handed over without another thread: always those that were committed last.

use super::*;
use crate::storage::shelf::Shelf;
use crate::storage::work::Job;

fn home_in(folder: &Path) -> Home {
    let files = Files::at(Places::new(folder.to_owned()).of(&tenant()));
    let secret = cipher::extract(&StorageKey([7; 32]));
    let cipher = Cipher::new(&secret, &tenant()).unwrap();
    Home::Disk(Arc::new(files), Arc::new(cipher))
}

fn shelf_in(folder: &Path) -> Shelf {
    Shelf::new(home_in(folder), LIMIT)
}

fn answered(outcome: tokio::sync::oneshot::Receiver<Outcome>) -> Result<Answer, Failure> {
    outcome.blocking_recv().unwrap().answer
}

fn done(shelf: &mut Shelf, work: Work) -> Result<Answer, Failure> {
    let (job, outcome) = Job::new(work, None);
    if job.work.is_shared() {
        shelf.do_together(vec![job]);
    } else {
        shelf.do_alone(job);
    }
    answered(outcome)
}

/// What is answered at once, if anything is.
fn at_hand(shelf: &Shelf, key: &str) -> Option<Option<Vec<u8>>> {
    let (job, outcome) = Job::new(Work::Get(key.to_owned()), None);
    if shelf.answer_at_hand(job).is_some() {
        return None;
    }
    match answered(outcome) {
        Ok(Answer::Value(value)) => Some(value),
        other => panic!("{other:?}"),
    }
}

fn set(key: &str, bytes: usize) -> Work {
    Work::Set(key.to_owned(), vec![b'v'; bytes])
}

fn get(key: &str) -> Work {
    Work::Get(key.to_owned())
}

#[test]
fn what_was_written_or_read_is_at_hand_until_the_file_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    for home in [home_in(folder.path()), Home::Memory] {
        let mut shelf = Shelf::new(home, LIMIT);
        assert_eq!(at_hand(&shelf, "a"), None, "nothing is known yet");
        done(&mut shelf, set("a", 100)).unwrap();
        assert_eq!(at_hand(&shelf, "a"), Some(Some(vec![b'v'; 100])));
        assert_eq!(at_hand(&shelf, "b"), Some(None), "there is no such key");
        done(&mut shelf, Work::Remove("a".to_owned())).unwrap();
        assert_eq!(at_hand(&shelf, "a"), Some(None));
    }
}

#[test]
fn a_file_that_is_opened_anew_is_read_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut shelf = shelf_in(folder.path());
    done(&mut shelf, set("a", 100)).unwrap();
    done(&mut shelf, Work::Close).unwrap();
    assert_eq!(at_hand(&shelf, "a"), None);
    done(&mut shelf, Work::Usage).unwrap();
    assert_eq!(at_hand(&shelf, "a"), None, "its value was not read");
    done(&mut shelf, get("a")).unwrap();
    assert_eq!(at_hand(&shelf, "a"), Some(Some(vec![b'v'; 100])));
    assert_eq!(at_hand(&shelf, "b"), Some(None));
}

#[test]
fn a_value_that_takes_time_to_copy_is_not_at_hand() {
    const LARGE: usize = 5_000;
    let folder = tempfile::tempdir().unwrap();
    for home in [home_in(folder.path()), Home::Memory] {
        let mut shelf = Shelf::new(home, u64::MAX);
        done(&mut shelf, set("a", LARGE)).unwrap();
        assert_eq!(at_hand(&shelf, "a"), None);
        let value = Ok(Answer::Value(Some(vec![b'v'; LARGE])));
        assert_eq!(done(&mut shelf, get("a")), value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_at_hand_is_what_was_committed_last(
        steps in prop::collection::vec(step(), 1..40),
        in_memory: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = match in_memory {
            true => Shelf::new(Home::Memory, LIMIT),
            false => shelf_in(folder.path()),
        };
        let mut model = Model::new();
        let mut kept = None;
        for (number, step) in steps.iter().enumerate() {
            match step {
                Step::Reopen => drop(done(&mut shelf, Work::Close).unwrap()),
                Step::Snapshot => match done(&mut shelf, Work::Snapshot).unwrap() {
                    Answer::Snapshot(id) => kept = Some((id, model.clone())),
                    other => panic!("{other:?}"),
                },
                Step::Restore => {
                    if let Some((id, copy)) = &kept {
                        done(&mut shelf, Work::Restore(*id)).unwrap();
                        model = copy.clone();
                    }
                }
                step => {
                    let (work, answer) = expected(&mut model, step, number as u8);
                    prop_assert_eq!(done(&mut shelf, work), answer);
                }
            }
            for key in ["a", "b", "ü", "long key"] {
                if let Some(value) = at_hand(&shelf, key) {
                    prop_assert_eq!(value.as_ref(), model.get(key));
                }
            }
        }
    }
}
