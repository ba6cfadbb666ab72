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

#[test]
fn a_page_that_opens_another_while_it_is_shown_is_hidden_first() {
    use Step::{Hide, Load, Show, Unload};
    let mut stack = PageStack::new(10);
    push(&mut stack);
    assert_eq!(stack.next(), Some(Load(A)));
    stack.returned(Load(A));
    assert_eq!(stack.next(), Some(Show(A)));
    push(&mut stack);
    assert_eq!(stack.next(), Some(Hide(A)), "although its on-show goes on");
    assert_eq!(stack.next(), Some(Load(B)));
    stack.back(1).unwrap();
    assert_eq!(stack.next(), Some(Unload(B)));
    stack.returned(Hide(A));
    assert_eq!(stack.next(), None, "its first on-show has not returned");
    stack.returned(Show(A));
    assert_eq!(stack.next(), Some(Show(A)));
}

#[test]
fn pages_lie_in_the_order_in_which_they_were_opened() {
    use Step::{Load, Ready, Show};
    let mut stack = PageStack::new(10);
    // The launch's own, and what is opened before it is begun.
    push(&mut stack);
    push(&mut stack);
    assert_eq!(run(&mut stack), [Load(A), Load(B), Show(B), Ready(B)]);
    stack.back(1).unwrap();
    assert_eq!(stack.top(), Some(A));
}

#[test]
fn changes_that_nobody_follows_leave_nothing_behind() {
    let mut stack = PageStack::new(2);
    push(&mut stack);
    run(&mut stack);
    for _ in 0..1_000 {
        stack.close(1);
        push(&mut stack);
    }
    assert_eq!(stack.closing.len(), 1, "the one that was loaded");
}

#[test]
fn who_leaves_is_told_of_nothing_else() {
    use Step::{AppHide, Hide, Load, Unload};
    let mut stack = PageStack::new(10);
    push(&mut stack);
    run(&mut stack);
    push(&mut stack);
    run(&mut stack);
    stack.back(1).unwrap();
    push(&mut stack);
    stack.leave();
    let told: Vec<Step> = std::iter::from_fn(|| stack.next()).collect();
    assert_eq!(told, [Hide(B), Unload(B), AppHide], "C is not loaded");
    stack.close(usize::MAX);
    assert_eq!(stack.next(), Some(Unload(A)));
    assert_eq!(stack.next(), None);

    let mut stack = PageStack::new(10);
    push(&mut stack);
    assert_eq!(stack.next(), Some(Load(A)));
    stack.set_foreground(false);
    assert_eq!(stack.next(), Some(AppHide));
    stack.set_foreground(true);
    stack.returned(AppHide);
    stack.leave();
    assert_eq!(stack.next(), None, "it is not shown to be hidden");
}

#[test]
fn an_app_that_never_returns_is_shown_and_hidden_nevertheless() {
    use Step::{AppHide, AppShow, Hide, Load, Ready, Show};
    let mut stack = PageStack::new(10);
    push(&mut stack);
    assert_eq!(run(&mut stack), [Load(A), Show(A), Ready(A)]);
    stack.set_foreground(false);
    assert_eq!(stack.next(), Some(Hide(A)));
    stack.returned(Hide(A));
    assert_eq!(stack.next(), Some(AppHide));
    stack.set_foreground(true);
    assert_eq!(stack.next(), Some(AppShow), "although its on-hide goes on");
    assert_eq!(stack.next(), None, "the page waits for its app");
    stack.set_foreground(false);
    assert_eq!(stack.next(), Some(AppHide), "although its on-show goes on");
    stack.set_foreground(true);
    assert_eq!(stack.next(), Some(AppShow));
    assert!(!stack.is_settled());
    stack.returned(AppShow);
    assert_eq!(stack.next(), Some(Show(A)));
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

/// A stack, and what has begun of it so far.
struct Play {
    stack: PageStack,
    under_way: Vec<Step>,
    lives: BTreeMap<PageId, String>,
    app: Vec<Step>,
    /// Pages that were shown and not hidden.
    shown: Vec<PageId>,
    loaded: Vec<PageId>,
}

impl Play {
    const PAGES: usize = 5;

    fn new() -> Self {
        Self {
            stack: PageStack::new(Self::PAGES),
            under_way: Vec::new(),
            lives: BTreeMap::new(),
            app: Vec::new(),
            shown: Vec::new(),
            loaded: Vec::new(),
        }
    }

    /// Begins what is due next, if something is.
    fn begin(&mut self) -> bool {
        let Some(step) = self.stack.next() else {
            return false;
        };
        match step {
            Step::Show(id) => self.shown.push(id),
            Step::Hide(id) => self.shown.retain(|shown| *shown != id),
            Step::Load(id) => self.loaded.push(id),
            _ => {}
        }
        let alone = match step {
            Step::Show(_) => 1,
            Step::Load(_) | Step::AppShow | Step::AppHide => 0,
            _ => self.shown.len(),
        };
        assert_eq!(self.shown.len(), alone, "{step:?} while another is visible");
        self.under_way.push(step);
        match letter(step) {
            Some((id, letter)) => self.lives.entry(id).or_default().push(letter),
            None => self.app.push(step),
        }
        true
    }

    fn act(&mut self, act: &Act) {
        match *act {
            Act::Push => drop(self.stack.push(String::new(), Vec::new())),
            Act::Close(pages) => self.stack.close(pages),
            Act::Back(pages) => drop(self.stack.back(pages)),
            Act::Foreground(foreground) => self.stack.set_foreground(foreground),
            Act::Begin => drop(self.begin()),
            Act::Return(which) if !self.under_way.is_empty() => {
                let step = self.under_way.remove(which % self.under_way.len());
                self.stack.returned(step);
            }
            Act::Return(_) => {}
        }
        let begun = |entry: &&Entry| entry.stage != Stage::Planned;
        let open = self.stack.open.iter().filter(begun).count();
        let held = open + self.stack.closing.len();
        assert!(held <= Self::PAGES, "{held} pages are held");
        assert!(self.stack.open.is_sorted_by_key(|entry| entry.page.id));
    }

    /// What holds after any acts.
    fn check(&self) {
        for life in self.lives.values() {
            assert!(is_life(life), "{life}");
        }
        assert!(self.loaded.is_sorted(), "{:?}", self.loaded);
        for (index, step) in self.app.iter().enumerate() {
            let due = [Step::AppHide, Step::AppShow][index % 2];
            assert_eq!(*step, due);
        }
    }
}

proptest! {
    #[test]
    fn every_page_lives_as_the_contract_says(acts in prop::collection::vec(act(), 0..200)) {
        let mut play = Play::new();
        acts.iter().for_each(|act| play.act(act));
        // In the end all that is due happens, and nothing goes on for ever.
        for _ in 0..1_000 {
            if !play.begin() {
                if play.under_way.is_empty() {
                    break;
                }
                play.act(&Act::Return(0));
            }
        }
        prop_assert!(play.stack.is_settled() && play.under_way.is_empty());
        play.check();
        let open: Vec<PageId> = play.stack.pages().map(|page| page.id).collect();
        for (id, life) in &play.lives {
            prop_assert_eq!(open.contains(id), !life.ends_with('u'), "{} {}", id, life);
        }
    }

    #[test]
    fn whoever_leaves_is_told_of_it_whatever_is_under_way(
        acts in prop::collection::vec(act(), 0..200),
        keeps_state: bool,
    ) {
        let mut play = Play::new();
        acts.iter().for_each(|act| play.act(act));
        let loaded = play.loaded.len();
        if keeps_state {
            play.stack.leave();
            while play.begin() {}
            prop_assert!(play.shown.is_empty() && !play.stack.app_shown);
        }
        play.stack.close(usize::MAX);
        play.stack.leave();
        while play.begin() {}
        play.check();
        prop_assert!(play.lives.values().all(|life| life.ends_with('u')));
        prop_assert!(!play.stack.app_shown);
        prop_assert_eq!(play.loaded.len(), loaded, "nothing is loaded any more");
    }
}
