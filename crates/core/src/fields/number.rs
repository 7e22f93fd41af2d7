//! Whole numbers of JSON.

use core::ops::RangeInclusive;

use serde_json::Value;

/// Why a JSON value is no whole number of a range.
pub(crate) enum NotWhole {
    /// No JSON number, or one with a point or an exponent.
    Type,
    /// Outside the range.
    Range(i64, i64),
}

impl NotWhole {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Range(..) => "range",
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Self::Type => "must be a whole number".to_owned(),
            Self::Range(least, most) => format!("must be from {least} to {most}"),
        }
    }
}

/// A JSON value as a whole number within a range.
pub(crate) fn whole_number(value: &Value, range: &RangeInclusive<i64>) -> Result<i64, NotWhole> {
    let out_of_range = NotWhole::Range(*range.start(), *range.end());
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(number) if range.contains(&number) => Ok(number),
            Some(_) => Err(out_of_range),
            // Whole numbers beyond i64 are `u64` or, beyond that, floats with no
            // fraction that serde_json can't tell from `1e30`.
            None if number.is_u64() => Err(out_of_range),
            None => Err(NotWhole::Type),
        },
        _ => Err(NotWhole::Type),
    }
}
