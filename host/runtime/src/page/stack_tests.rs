use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn push(stack: &mut PageStack) -> PageId {
    stack.push("pages/index".to_owned(), Vec::new()).unwrap()
}

/// Begins what is due and lets each return at once.
fn run(stack: &mut PageStack) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(step) = stack.next() {
        steps.push(step);
        stack.returned(step);
    }
    assert!(stack.is_settled());
    steps
}

const A: PageId = PageId(1);
const B: PageId = PageId(2);
const C: PageId = PageId(3);

#[test]
fn opening_covers_and_going_back_uncovers() {
    use Step::{AppHide, AppShow, Hide, Load, Ready, Show, Unload};
    let mut stack = PageStack::new(10);
    push(&mut stack);
    assert_eq!(run(&mut stack), [Load(A), Show(A), Ready(A)]);
    push(&mut stack);
    assert_eq!(run(&mut stack), [Hide(A), Load(B), Show(B), Ready(B)]);
    stack.set_foreground(false);
    assert_eq!(run(&mut stack), [Hide(B), AppHide]);
    stack.set_foreground(true);
    assert_eq!(run(&mut stack), [AppShow, Show(B)]);
    stack.back(7).unwrap();
    assert_eq!(run(&mut stack), [Hide(B), Unload(B), Show(A)]);
    assert_eq!(stack.back(1), Err(Lowest));
}

#[test]
fn a_redirection_closes_before_it_opens() {
    use Step::{Hide, Load, Ready, Show, Unload};
    let mut stack = PageStack::new(1);
    push(&mut stack);
    run(&mut stack);
    assert_eq!(stack.push(String::new(), Vec::new()), Err(Full));
    stack.close(1);
    push(&mut stack);
    assert_eq!(
        run(&mut stack),
        [Hide(A), Unload(A), Load(B), Show(B), Ready(B)]
    );
}

#[test]
fn all_are_closed_from_the_top() {
    use Step::{Hide, Load, Ready, Show, Unload};
    let mut stack = PageStack::new(10);
    push(&mut stack);
    push(&mut stack);
    run(&mut stack);
    stack.close(2);
    push(&mut stack);
    assert_eq!(
        run(&mut stack),
        [Hide(B), Unload(B), Unload(A), Load(C), Show(C), Ready(C)]
    );
}

#[test]
fn a_page_that_loads_keeps_nobody() {
    use Step::{Load, Ready, Show, Unload};
    let mut stack = PageStack::new(10);
    push(&mut stack);
    assert_eq!(stack.next(), Some(Load(A)));
    assert_eq!(stack.next(), None);
    push(&mut stack);
    assert_eq!(stack.next(), Some(Load(B)), "while A still loads");
    stack.returned(Load(A));
    assert_eq!(stack.next(), None, "A is covered, and not shown");
    stack.back(1).unwrap();
    assert_eq!(stack.next(), Some(Unload(B)), "B was never shown");
    assert_eq!(stack.next(), Some(Show(A)));
    stack.returned(Load(B));
    stack.returned(Show(A));
    assert_eq!(stack.next(), Some(Ready(A)));
}

#[test]
fn what_is_closed_before_it_was_begun_leaves_no_trace() {
    let mut stack = PageStack::new(10);
    push(&mut stack);
    run(&mut stack);
    push(&mut stack);
    stack.back(1).unwrap();
    assert_eq!(run(&mut stack), []);
}

#[test]
fn a_page_that_opens_in_the_background_is_shown_later() {
    use Step::{AppHide, AppShow, Hide, Load, Ready, Show};
    let mut stack = PageStack::new(10);
    push(&mut stack);
    run(&mut stack);
    stack.set_foreground(false);
    assert_eq!(run(&mut stack), [Hide(A), AppHide]);
    push(&mut stack);
    assert_eq!(run(&mut stack), [Load(B)]);
    stack.set_foreground(true);
    assert_eq!(run(&mut stack), [AppShow, Show(B), Ready(B)]);
}

#[derive(Debug, Clone)]
enum Act {
    Push,
    Close(usize),
    Back(usize),
    Foreground(bool),
    Begin,
    /// Lets one of those under way return.
    Return(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Push),
        1 => (0..3usize).prop_map(Act::Close),
        2 => (0..4usize).prop_map(Act::Back),
        2 => any::<bool>().prop_map(Act::Foreground),
        8 => Just(Act::Begin),
        8 => (0..4usize).prop_map(Act::Return),
    ]
}

/// What a page's callbacks are, in one letter each: load, show, ready, hide, unload.
fn letter(step: Step) -> Option<(PageId, char)> {
    Some(match step {
        Step::Load(id) => (id, 'l'),
        Step::Show(id) => (id, 's'),
        Step::Ready(id) => (id, 'r'),
        Step::Hide(id) => (id, 'h'),
        Step::Unload(id) => (id, 'u'),
        Step::AppShow | Step::AppHide => return None,
    })
}

/// The grammar of the contract: what is shown is hidden before it is unloaded.
fn is_life(life: &str) -> bool {
    if life.ends_with("su") || life.ends_with("sru") {
        return false;
    }
    let Some(rest) = life.strip_prefix('l') else {
        return false;
    };
    let (rest, _unloaded) = match rest.strip_suffix('u') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    // `on-ready` follows an `on-show`, once; show and hide alternate.
    let visible: String = rest.chars().filter(|callback| *callback != 'r').collect();
    let alternates = visible
        .chars()
        .zip("shshshshshshshshshshshshshshshsh".chars().cycle())
        .all(|(came, due)| came == due);
    let ready = rest.matches('r').count();
    alternates && ready <= 1 && (ready == 0 || rest.contains("sr"))
}

proptest! {
    #[test]
    fn every_page_lives_as_the_contract_says(acts in prop::collection::vec(act(), 0..200)) {
        let mut stack = PageStack::new(5);
        let mut under_way = Vec::new();
        let mut lives: BTreeMap<PageId, String> = BTreeMap::new();
        let mut app = Vec::new();
        let mut begin = |stack: &mut PageStack, under_way: &mut Vec<Step>| {
            let Some(step) = stack.next() else { return false };
            under_way.push(step);
            match letter(step) {
                Some((id, letter)) => lives.entry(id).or_default().push(letter),
                None => app.push(step),
            }
            true
        };
        for act in acts {
            match act {
                Act::Push => drop(stack.push(String::new(), Vec::new())),
                Act::Close(pages) => stack.close(pages),
                Act::Back(pages) => drop(stack.back(pages)),
                Act::Foreground(foreground) => stack.set_foreground(foreground),
                Act::Begin => drop(begin(&mut stack, &mut under_way)),
                Act::Return(which) if !under_way.is_empty() => {
                    let step = under_way.remove(which % under_way.len());
                    stack.returned(step);
                }
                Act::Return(_) => {}
            }
        }
        // In the end all that is due happens, and nothing goes on for ever.
        for _ in 0..1_000 {
            if !begin(&mut stack, &mut under_way) {
                if under_way.is_empty() {
                    break;
                }
                stack.returned(under_way.remove(0));
            }
        }
        prop_assert!(stack.is_settled() && under_way.is_empty());
        for life in lives.values() {
            prop_assert!(is_life(life), "{life}");
        }
        let open: Vec<PageId> = stack.pages().map(|page| page.id).collect();
        for (id, life) in &lives {
            prop_assert_eq!(open.contains(id), !life.ends_with('u'), "{} {}", id, life);
        }
        for (index, step) in app.iter().enumerate() {
            let due = if index % 2 == 0 { Step::AppHide } else { Step::AppShow };
            prop_assert_eq!(*step, due);
        }
    }
}
