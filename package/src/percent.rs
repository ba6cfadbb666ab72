//! Owns percentages, such as the share of users that a release reaches at first. Must not know what
//! they are shares of.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::manifest_error::Complaint;
use crate::quote::quoted;

/// A share from 0 % to 100 % in steps of 0.01 %. Shown as `5%` or `12.5%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    basis_points: u16,
}

impl Percent {
    /// Nobody.
    pub const ZERO: Self = Self { basis_points: 0 };

    /// Everybody: 10,000 basis points.
    pub const FULL: Self = Self {
        basis_points: 10_000,
    };

    /// The share of so many hundredths of a percent; `None` above 10,000.
    #[must_use]
    pub const fn from_basis_points(basis_points: u16) -> Option<Self> {
        if basis_points <= Self::FULL.basis_points {
            Some(Self { basis_points })
        } else {
            None
        }
    }

    /// The share in hundredths of a percent, 0 to 10,000: 5 % is 500.
    #[must_use]
    pub const fn basis_points(self) -> u16 {
        self.basis_points
    }

    /// Takes a text such as `5%` or `12.5%`: up to three digits, up to two after the point, the sign.
    ///
    /// # Errors
    ///
    /// [`InvalidPercent`] if the text has another shape or is more than `100%`.
    pub fn parse(text: &str) -> Result<Self, InvalidPercent> {
        Self::read(text).ok_or_else(|| InvalidPercent {
            given: quoted(text),
            help: help_for(text),
        })
    }

    fn read(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let whole = digits(whole, 3)?;
        let scale = if fraction.len() == 1 { 10 } else { 1 };
        let fraction = digits(fraction, 2)? * scale;
        Self::from_basis_points(whole.checked_mul(100)?.checked_add(fraction)?)
    }
}

/// The number that `text` writes with 1 to `most` digits.
fn digits(text: &str, most: usize) -> Option<u16> {
    let plain = text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn help_for(text: &str) -> String {
    match digits(text, 3) {
        Some(0..=100) => format!("add the sign: `{text}%`"),
        _ => "write a share from `0%` to `100%`, such as `5%` or `12.5%`".to_owned(),
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.basis_points / 100, self.basis_points % 100);
        match (fraction, fraction % 10) {
            (0, _) => write!(f, "{whole}%"),
            (_, 0) => write!(f, "{whole}.{}%", fraction / 10),
            _ => write!(f, "{whole}.{fraction:02}%"),
        }
    }
}

impl FromStr for Percent {
    type Err = InvalidPercent;

    fn from_str(text: &str) -> Result<Self, InvalidPercent> {
        Self::parse(text)
    }
}

/// A text that is not a percentage.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected a percentage, came {given}; {help}")]
pub struct InvalidPercent {
    given: String,
    help: String,
}

impl From<InvalidPercent> for Complaint {
    fn from(error: InvalidPercent) -> Self {
        Complaint::new(format!("expected a percentage, came {}", error.given)).help(error.help)
    }
}
