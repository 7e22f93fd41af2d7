//! Amounts as text.

use core::fmt;

use handbill_core::id::MAX_ID;
use handbill_core::money::{Currency, CurrencyError, Money, MoneyError};

/// Why there is no text for an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmountError {
    /// No whole number, or not one that a JavaScript number keeps exactly.
    NotWhole,
    /// Of no currency.
    Currency(CurrencyError),
    /// Too large.
    Money(MoneyError),
}

impl AmountError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotWhole => "type",
            Self::Currency(error) => error.code(),
            Self::Money(error) => error.code(),
        }
    }
}

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWhole => f.write_str("must be a whole number of minor units"),
            Self::Currency(error) => error.fmt(f),
            Self::Money(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AmountError {}

/// `12.34 EUR` for 1234 minor units (BK-04).
///
/// # Errors
/// [`AmountError`].
pub fn text(amount: f64, currency: &str) -> Result<String, AmountError> {
    let currency = Currency::from_code(currency).map_err(AmountError::Currency)?;
    let is_whole = amount.fract() == 0.0 && amount.abs() <= MAX_ID as f64;
    if !is_whole {
        return Err(AmountError::NotWhole);
    }
    let money = Money::new(amount as i64, currency).map_err(AmountError::Money)?;
    Ok(money.format())
}
