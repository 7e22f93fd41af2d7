//! Random baskets, as quick to make as to price. Many collide on purpose: few
//! ids, few prices, few rates, so that claims tie and rules meet.

use handbill_core::basket::{
    Catalogue, CatalogueEvent, CatalogueGroup, CatalogueItem, Discount, DiscountKind, Selection,
    Voucher,
};
use handbill_core::link::{Item, ItemTarget};
use handbill_core::money::{Currency, MAX_AMOUNT};
use handbill_core::time::Timestamp;

use crate::shop::{NOW, at, currency};

/// SplitMix64, [as published](https://prng.di.unimi.it/splitmix64.c).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    fn small(&mut self, count: u64) -> i64 {
        i64::try_from(self.below(count)).unwrap()
    }

    /// Once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }

    fn list<T>(&mut self, most: u64, mut make: impl FnMut(&mut Self, i64) -> T) -> Vec<T> {
        let count = self.small(most + 1);
        (0..count).map(|index| make(self, index)).collect()
    }

    fn maybe<T>(&mut self, times: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(times).then(|| make(self))
    }

    /// Never negative.
    fn amount(&mut self) -> i64 {
        match self.below(40) {
            0 => self.one_of(&[MAX_AMOUNT, MAX_AMOUNT / 2, MAX_AMOUNT / 3, MAX_AMOUNT - 1]),
            1..8 => self.one_of(&[0, 1, 2, 3]),
            8..20 => self.one_of(&[333, 500, 1_000, 1_000, 3_500]),
            20..25 => self.small(1_000_000_000_000),
            _ => self.small(10_000),
        }
    }

    fn rate(&mut self) -> i64 {
        match self.below(8) {
            0 => self.small(1_000_001),
            1 => self.one_of(&[0, 1, 333_333, 500_000, 1_000_000]),
            2..5 => 190_000,
            _ => self.one_of(&[0, 70_000, 88_750]),
        }
    }

    fn is_inclusive(&mut self) -> bool {
        !self.once_in(3)
    }

    fn currency(&mut self) -> Currency {
        if self.once_in(40) {
            currency("JPY")
        } else {
            Currency::EUR
        }
    }

    fn around_now(&mut self) -> Timestamp {
        at(NOW + self.small(3) - 1)
    }

    fn target(&mut self) -> ItemTarget {
        let id = self.small(6) + 1;
        if self.once_in(4) {
            ItemTarget::ProductAttribute(id)
        } else {
            ItemTarget::TicketType(id)
        }
    }

    fn item(&mut self, _: i64) -> CatalogueItem {
        let target = self.target();
        CatalogueItem {
            target,
            organizer_id: if self.once_in(60) { 2 } else { 1 },
            event_id: self
                .maybe(1, |random| random.small(3) + 1)
                .filter(|id| *id < 4),
            group_id: self.maybe(3, |random| random.small(3) + 1),
            name: format!("{target:?}"),
            currency: self.currency(),
            price: if self.once_in(400) { -1 } else { self.amount() },
            booking_fee: if self.once_in(2) { 0 } else { self.amount() },
            tax_rate_ppm: if self.once_in(400) {
                1_000_001
            } else {
                self.rate()
            },
            tax_inclusive: self.is_inclusive(),
            available: if self.once_in(12) {
                self.small(5) - 1
            } else {
                1_000_000
            },
            min_per_order: if self.once_in(12) { self.small(4) } else { 1 },
            max_per_order: self.maybe(8, |random| random.small(8)),
            on_sale_from: self.maybe(15, Self::around_now),
            on_sale_until: self.maybe(15, Self::around_now),
            locked: self.once_in(40),
        }
    }

    fn event(&mut self, index: i64) -> CatalogueEvent {
        CatalogueEvent {
            // Now and then one that no item is for, or the same again.
            id: if self.once_in(10) {
                self.small(4) + 1
            } else {
                index + 1
            },
            series_id: self.maybe(2, |random| random.small(2) + 1),
            name: "Event".to_owned(),
            ends_at: if self.once_in(20) {
                self.around_now()
            } else {
                at(NOW + 1_000)
            },
            transaction_charge: match self.below(200) {
                0 => -1,
                1..60 => self.one_of(&[1, 2, 3, 100]),
                60..100 => self.amount(),
                _ => 0,
            },
            tax_rate_ppm: if self.once_in(400) { -1 } else { self.rate() },
            tax_inclusive: self.is_inclusive(),
            accepts_donations: self.once_in(2),
        }
    }

    fn group(&mut self, index: i64) -> CatalogueGroup {
        CatalogueGroup {
            id: index + 1,
            name: "Group".to_owned(),
            max_per_order: self.maybe(2, |random| random.small(9)),
        }
    }

    fn code(&mut self) -> String {
        self.one_of(&["GIFT-1", "gift-1 ", "GIFT-2", "Gift-3", "early", "EARLY"])
            .to_owned()
    }

    fn discount(&mut self) -> Discount {
        let kind = self.one_of(&[DiscountKind::FixedAmount, DiscountKind::Percentage]);
        let fixed = kind == DiscountKind::FixedAmount;
        Discount {
            code: "EARLY".to_owned(),
            kind,
            price: fixed.then(|| self.amount()),
            price_percent: (!fixed).then(|| self.small(100) + 1),
            booking_fee: self.maybe(3, Self::amount),
            booking_fee_percent: self.maybe(3, |random| random.small(100) + 1),
            currency: self.currency(),
            ticket_types: if self.once_in(2) {
                Vec::new()
            } else {
                self.list(4, |random, _| random.small(6) + 1)
            },
            expires_at: self.maybe(12, Self::around_now),
            redemptions_left: self.maybe(6, |random| random.small(6)),
        }
    }

    fn voucher(&mut self, index: i64) -> Voucher {
        Voucher {
            code: format!("GIFT-{}", index + 1),
            value: self.amount(),
            currency: self.currency(),
            series_ids: self.list(2, |random, _| random.small(2) + 1),
            expires_at: self.maybe(12, Self::around_now),
            used: self.once_in(12),
        }
    }

    pub fn catalogue(&mut self) -> Catalogue {
        Catalogue {
            organizer_id: 1,
            currency: Currency::EUR,
            events: self.list(3, Self::event),
            groups: self.list(2, Self::group),
            items: self.list(9, Self::item),
            discount: self.maybe(2, Self::discount),
            vouchers: self.list(2, Self::voucher),
        }
    }

    /// Mostly of what the catalogue has.
    pub fn selection(&mut self, catalogue: &Catalogue) -> Selection {
        let items = self.list(6, |random, _| {
            let known = !catalogue.items.is_empty() && !random.once_in(25);
            let target = if known {
                let count = catalogue.items.len() as u64;
                catalogue.items[usize::try_from(random.below(count)).unwrap()].target
            } else {
                random.target()
            };
            let most = if random.once_in(10) { 1_000 } else { 4 };
            let quantity = random.small(most) + 1;
            Item { target, quantity }
        });
        let discount = if catalogue.discount.is_some() {
            self.maybe(1, Self::code)
        } else {
            self.maybe(20, Self::code)
        };
        Selection {
            items,
            donation: if self.once_in(4) { self.amount() } else { 0 },
            discount: discount.filter(|code| !code.starts_with(['G', 'g'])),
            vouchers: if self.once_in(2) {
                self.list(3, |random, _| random.code())
            } else {
                Vec::new()
            },
            access_codes: Vec::new(),
        }
    }
}
