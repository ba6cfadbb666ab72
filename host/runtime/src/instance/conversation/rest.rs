//! Whether a mini-app does nothing but wait: looked at again and again, it has burnt nothing.
//! Knows neither what it waits for nor who wants to know.

/// How often nothing must be under way, and no fuel spent, once a call of the host is over or one
/// of the mini-app's is begun: it acts upon it a moment later, in slices where it has much to do.
const LOOKS: u8 = 3;

/// What was seen of it so far. `Default` has seen it rest, with no fuel spent.
#[derive(Default)]
pub(super) struct Rest {
    /// How often it is still to be looked at.
    looks: u8,
    /// The fuel that was spent when it was looked at last.
    spent: u64,
}

impl Rest {
    /// Looked at for the first time, with so much fuel spent.
    pub(super) fn since(spent: u64) -> Self {
        let mut rest = Self {
            looks: LOOKS,
            spent,
        };
        rest.is_reached();
        rest
    }

    /// So much fuel is spent by now; and whether anything else was noticed, so that it does
    /// not rest.
    pub(super) fn note(&mut self, spent: u64, is_roused: bool) {
        if is_roused || spent != self.spent {
            self.looks = LOOKS;
            self.spent = spent;
        }
    }

    /// Looks at it once more. Tells whether that was often enough.
    pub(super) fn is_reached(&mut self) -> bool {
        let left = self.looks.checked_sub(1);
        self.looks = left.unwrap_or(0);
        left.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_once_it_was_looked_at_often_enough() {
        let mut rest = Rest::since(7);
        let mut look = |spent, is_roused| {
            rest.note(spent, is_roused);
            rest.is_reached()
        };
        assert_eq!(
            [look(7, false), look(7, false), look(7, false)],
            [false, false, true]
        );
        for (spent, is_roused) in [(8, false), (8, true)] {
            assert!(!look(spent, is_roused));
            assert_eq!(
                [look(8, false), look(8, false), look(8, false)],
                [false, false, true]
            );
        }
        assert!(Rest::default().is_reached());
    }
}
