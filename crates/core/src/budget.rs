//! How many unknown slugs may reach the database (RD-05).

/// A token bucket. A flood of random slugs spends it in memory, before D1 is
/// asked; a slug that exists is found in memory or KV and costs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupBudget {
    burst: i64,
    per_second: i64,
    /// Thousandths of a look-up, so that a slow rate still fills.
    level: i64,
    /// Unix milliseconds of the last refill; `None` before the first look-up.
    filled_at: Option<i64>,
}

impl LookupBudget {
    /// A full bucket of `burst` look-ups that refills by `per_second`.
    #[must_use]
    pub fn new(burst: u32, per_second: u32) -> Self {
        let burst = i64::from(burst) * 1_000;
        Self {
            burst,
            per_second: i64::from(per_second),
            level: burst,
            filled_at: None,
        }
    }

    /// Takes one look-up out of the bucket, if there is one. A clock that goes
    /// back refills nothing and starts counting anew from there.
    pub fn take(&mut self, now_ms: i64) -> bool {
        let elapsed = self
            .filled_at
            .map_or(0, |at| now_ms.saturating_sub(at))
            .max(0);
        // One look-up a second is one thousandth a millisecond.
        let refill = elapsed.saturating_mul(self.per_second);
        self.level = self.level.saturating_add(refill).min(self.burst);
        self.filled_at = Some(now_ms);
        if self.level < 1_000 {
            return false;
        }
        self.level -= 1_000;
        true
    }
}
