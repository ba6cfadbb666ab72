//! `Math.random`: seeded by the host at first use, so that no two lives that begin at the same
//! snapshot roll the same.

use std::cell::Cell;

use crate::Failure;

/// A xorshift64* generator (Vigna 2016), which is what the engine has of its own: not for
/// secrets, for which there is `crypto.getRandomValues`.
#[derive(Debug, Default)]
pub(crate) struct Dice(Cell<u64>);

impl Dice {
    /// A number from 0 up to and without 1.
    pub(crate) fn roll(&self, seed: impl FnOnce() -> Result<Vec<u8>, Failure>) -> f64 {
        let mut state = self.0.get();
        if state == 0 {
            let bytes = seed().unwrap_or_default();
            let bytes = <[u8; 8]>::try_from(bytes.as_slice()).unwrap_or_default();
            // Nought is the one seed that stays nought.
            state = u64::from_le_bytes(bytes) | 1;
        }
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.0.set(state);
        let bits = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        // 53 bits, which is what a number holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let share = bits as f64 / 9_007_199_254_740_992.0;
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_seeded_once_and_stays_below_one() {
        let dice = Dice::default();
        let first = dice.roll(|| Ok(vec![1, 2, 3, 4, 5, 6, 7, 8]));
        let rolls: Vec<f64> = (0..1000)
            .map(|_| dice.roll(|| panic!("seeded twice")))
            .collect();
        assert!(
            rolls
                .iter()
                .all(|roll| (0.0..1.0).contains(roll) && *roll != first)
        );
        let other = Dice::default().roll(|| Err(Failure::new("unavailable", "no seed")));
        assert!((0.0..1.0).contains(&other));
    }
}
