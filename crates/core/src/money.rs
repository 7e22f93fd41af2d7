//! Money: whole minor units and an ISO 4217 currency, never a float (BK-04).

use core::fmt;
use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest amount: 2^53 − 1 minor units, so that every JSON reader keeps it
/// exact. Beyond is an overflow, never a wrap.
pub const MAX_AMOUNT: i64 = (1 << 53) - 1;

/// Active ISO 4217 codes with a minor unit, by exponent, each group sorted.
/// Source: list one of <https://www.six-group.com/en/products-services/financial-information/data-standards.html>,
/// as of 2026. Metals and codes without a minor unit (`XAU`, `XDR`, `XXX`) can't
/// price anything and are left out.
const BY_EXPONENT: [(u8, &[&str]); 4] = [
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ],
    ),
    (
        2,
        &[
            "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
            "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
            "CHE", "CHF", "CHW", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP",
            "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD",
            "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES",
            "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL",
            "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR",
            "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
            "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
            "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP",
            "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN", "UYU", "UZS", "VED", "VES", "WST",
            "XAD", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

/// The text is no active ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyError {
    /// What was given, cut to 16 characters.
    pub code: String,
}

impl CurrencyError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid"
    }
}

impl fmt::Display for CurrencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no currency code of ISO 4217", self.code)
    }
}

impl std::error::Error for CurrencyError {}

/// An active currency of [ISO 4217](https://www.iso.org/iso-4217-currency-codes.html).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

impl Currency {
    /// The euro.
    pub const EUR: Self = Self {
        code: "EUR",
        exponent: 2,
    };

    /// The currency of an upper-case three-letter code.
    ///
    /// # Errors
    /// [`CurrencyError`] when ISO 4217 has no such active currency.
    pub fn from_code(code: &str) -> Result<Self, CurrencyError> {
        Self::all()
            .find(|currency| currency.code == code)
            .ok_or_else(|| CurrencyError {
                code: code.chars().take(16).collect(),
            })
    }

    /// Every active currency.
    pub fn all() -> impl Iterator<Item = Self> {
        BY_EXPONENT
            .into_iter()
            .flat_map(|(exponent, codes)| codes.iter().map(move |code| Self { code, exponent }))
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// How many decimals the minor unit stands for: 2 for EUR, 0 for JPY.
    #[must_use]
    pub fn exponent(self) -> u8 {
        self.exponent
    }
}

impl Serialize for Currency {
    /// As its code.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = Cow::<str>::deserialize(deserializer)?;
        Self::from_code(&code).map_err(D::Error::custom)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// Why amounts could not be combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// The result is beyond [`MAX_AMOUNT`] on either side of zero.
    Overflow,
    /// The two amounts are in different currencies.
    CurrencyMismatch {
        /// Of the first amount.
        left: Currency,
        /// Of the second amount.
        right: Currency,
    },
}

impl MoneyError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::CurrencyMismatch { .. } => "currency_mismatch",
        }
    }
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow => write!(f, "amounts end at {MAX_AMOUNT} minor units"),
            Self::CurrencyMismatch { left, right } => {
                write!(f, "`{left}` and `{right}` can't be added up")
            }
        }
    }
}

impl std::error::Error for MoneyError {}

/// An amount in minor units of a currency: 12.34 EUR is 1234.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// What the minor units are of.
    pub currency: Currency,
}

impl Money {
    /// An amount within ±[`MAX_AMOUNT`].
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn new(amount: i64, currency: Currency) -> Result<Self, MoneyError> {
        if (-MAX_AMOUNT..=MAX_AMOUNT).contains(&amount) {
            Ok(Self { amount, currency })
        } else {
            Err(MoneyError::Overflow)
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError`] on overflow or when the currencies differ.
    #[expect(clippy::should_implement_trait, reason = "the operator could not fail")]
    pub fn add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError`] on overflow or when the currencies differ.
    #[expect(clippy::should_implement_trait, reason = "the operator could not fail")]
    pub fn sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    /// The amount so many times.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn times(self, count: i64) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(count).ok_or(MoneyError::Overflow)?;
        Self::new(amount, self.currency)
    }

    fn combine(
        self,
        other: Self,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch {
                left: self.currency,
                right: other.currency,
            });
        }
        let amount = operation(self.amount, other.amount).ok_or(MoneyError::Overflow)?;
        Self::new(amount, self.currency)
    }

    /// `12.34 EUR`, `1200 JPY`, `-1.234 KWD`: a point, the currency's decimals,
    /// no grouping.
    #[must_use]
    pub fn format(self) -> String {
        let sign = if self.amount < 0 { "-" } else { "" };
        let units = self.amount.unsigned_abs();
        let code = self.currency.code;
        let exponent = usize::from(self.currency.exponent);
        if exponent == 0 {
            return format!("{sign}{units} {code}");
        }
        let scale = 10_u64.pow(u32::from(self.currency.exponent));
        format!(
            "{sign}{}.{:0exponent$} {code}",
            units / scale,
            units % scale
        )
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format())
    }
}
