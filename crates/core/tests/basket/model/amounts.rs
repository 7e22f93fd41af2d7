//! Steps 3 to 8: amounts, charge, discount, tax, donation, vouchers.

use std::collections::{BTreeMap, BTreeSet};

use handbill_core::basket::{Catalogue, Discount, DiscountKind, LineKind, Voucher};

use super::chosen::{Chosen, Claim, Rate};
use super::exact::{Exact, share_out};
use super::problems::is_eligible;
use super::{MOST, Row};

const CHARGE: Claim = (LineKind::TransactionCharge, 0, 0);

/// What is taxed at one rate: claims and what the discounts take off.
#[derive(Default, Clone)]
struct Taxed {
    claims: BTreeMap<Claim, i128>,
    prices_off: i128,
    fees_off: i128,
}

/// What the taxes add to the prices.
fn added(taxed: &BTreeMap<Rate, Taxed>) -> i128 {
    let on_top = taxed.iter().filter(|(rate, _)| !rate.1);
    on_top
        .map(|(rate, taxed)| tax_on(*rate, taxed.claims.values().sum()))
        .sum()
}

fn tax_on(rate: Rate, amount: i128) -> i128 {
    let (millionths, inclusive) = (i128::from(rate.0), rate.1);
    let under = 1_000_000 + if inclusive { millionths } else { 0 };
    Exact {
        over: amount * millionths,
        under,
    }
    .nearest()
}

/// Every line; `None` when it can't be counted.
pub fn rows(
    catalogue: &Catalogue,
    kept: &[Chosen<'_>],
    discount: Option<&Discount>,
    donation: i128,
    vouchers: &[&Voucher],
) -> Option<Vec<Row>> {
    let mut taxed = by_rate(kept);
    let goods: i128 = kept
        .iter()
        .map(|chosen| chosen.price() + chosen.fee())
        .sum();
    let mut before = goods + donation;
    let mut charge = None;
    if goods > 0 {
        charge = charged(catalogue, kept, &taxed)?;
    }
    if let Some((price, rate)) = charge {
        taxed.entry(rate).or_default().claims.insert(CHARGE, price);
        before += price;
    }
    if before + added(&taxed) > MOST {
        return None;
    }
    let off = discount.map_or([0, 0], |discount| take_off(discount, kept, &mut taxed));
    let borne = borne(&taxed);

    let mut rows = Vec::new();
    for chosen in kept {
        let (item, index) = (chosen.item, Some(chosen.index));
        let numbers = [chosen.quantity, item.price.into(), chosen.price()];
        let claim = chosen.claim(false);
        rows.push(row(claim.0, index, &item.name, numbers, borne[&claim]));
        if chosen.fee() > 0 {
            let name = format!("Booking fee: {}", item.name);
            let numbers = [chosen.quantity, item.booking_fee.into(), chosen.fee()];
            let claim = chosen.claim(true);
            rows.push(row(claim.0, index, &name, numbers, borne[&claim]));
        }
    }
    if let Some((price, _)) = charge {
        let numbers = [1, price, price];
        rows.push(row(
            CHARGE.0,
            None,
            "Transaction charge",
            numbers,
            borne[&CHARGE],
        ));
    }
    if let Some(discount) = discount {
        let suffixes = ["", ": fees"];
        for ((off, suffix), change) in off.into_iter().zip(suffixes).zip(changes(&taxed)) {
            if off > 0 {
                let name = format!("Discount {}{suffix}", discount.code);
                rows.push(row(
                    LineKind::Discount,
                    None,
                    &name,
                    [1, -off, -off],
                    change,
                ));
            }
        }
    }
    let untaxed = Borne::default();
    if donation > 0 {
        let numbers = [1, donation, donation];
        rows.push(row(LineKind::Donation, None, "Donation", numbers, untaxed));
    }
    rows.extend(
        taxed
            .iter()
            .filter_map(|(rate, taxed)| tax_row(*rate, taxed)),
    );
    let mut left: i128 = rows.iter().map(|(_, _, _, amounts)| amounts[5]).sum();
    for voucher in vouchers {
        let pays = left.min(voucher.value.into());
        left -= pays;
        if pays > 0 {
            let name = format!("Voucher {}", voucher.code);
            rows.push(row(
                LineKind::Voucher,
                None,
                &name,
                [1, -pays, -pays],
                untaxed,
            ));
        }
    }
    Some(rows)
}

/// A tax, and how much of it the price holds.
#[derive(Default, Clone, Copy)]
struct Borne {
    tax: i128,
    held: i128,
}

fn row(
    kind: LineKind,
    index: Option<usize>,
    name: &str,
    [quantity, unit, price]: [i128; 3],
    Borne { tax, held }: Borne,
) -> Row {
    let value = price - held;
    let amounts = [quantity, unit, price, value, tax, value];
    (kind, index, name.to_owned(), amounts)
}

/// Step 3: price and fee of each line, by how they are taxed.
fn by_rate(kept: &[Chosen<'_>]) -> BTreeMap<Rate, Taxed> {
    let mut taxed: BTreeMap<Rate, Taxed> = BTreeMap::new();
    for chosen in kept {
        let claims = &mut taxed.entry(chosen.rate()).or_default().claims;
        claims.insert(chosen.claim(false), chosen.price());
        if chosen.fee() > 0 {
            claims.insert(chosen.claim(true), chosen.fee());
        }
    }
    taxed
}

/// Step 4: tries every event's charge, keeps the one that adds most.
fn charged(
    catalogue: &Catalogue,
    kept: &[Chosen<'_>],
    taxed: &BTreeMap<Rate, Taxed>,
) -> Option<Option<(i128, Rate)>> {
    let ids: BTreeSet<i64> = kept
        .iter()
        .filter_map(|chosen| chosen.item.event_id)
        .collect();
    let event = |id: i64| catalogue.events.iter().find(|event| event.id == id);
    let (mut charge, mut most) = (None, -1);
    for event in ids.into_iter().filter_map(event) {
        let price = i128::from(event.transaction_charge);
        if price == 0 {
            continue;
        }
        if !(0..=MOST).contains(&price) || !(0..=1_000_000).contains(&event.tax_rate_ppm) {
            return None;
        }
        let rate = (event.tax_rate_ppm, event.tax_inclusive);
        let mut with = taxed.clone();
        with.entry(rate).or_default().claims.insert(CHARGE, price);
        let adds = price + added(&with) - added(taxed);
        if adds > most {
            (charge, most) = (Some((price, rate)), adds);
        }
    }
    Some(charge)
}

/// Step 5: what is taken off prices and off fees, and told to their rates.
fn take_off(
    discount: &Discount,
    kept: &[Chosen<'_>],
    taxed: &mut BTreeMap<Rate, Taxed>,
) -> [i128; 2] {
    let eligible = || kept.iter().filter(|chosen| is_eligible(discount, chosen));
    let prices = eligible().map(|chosen| (chosen.claim(false), chosen.price()));
    let fees = eligible().map(|chosen| (chosen.claim(true), chosen.fee()));
    let (prices, fees): (BTreeMap<_, _>, BTreeMap<_, _>) = (prices.collect(), fees.collect());
    let (all_prices, all_fees): (i128, i128) = (prices.values().sum(), fees.values().sum());
    let amount = |amount: Option<i64>| i128::from(amount.unwrap_or(0));
    let percent = |sum: i128, percent: Option<i64>| {
        let over = sum * amount(percent);
        Exact { over, under: 100 }.nearest()
    };
    let prices_off = match discount.kind {
        DiscountKind::FixedAmount => amount(discount.price),
        DiscountKind::Percentage => percent(all_prices, discount.price_percent),
    };
    let fees_off = amount(discount.booking_fee) + percent(all_fees, discount.booking_fee_percent);
    let off = [prices_off.min(all_prices), fees_off.min(all_fees)];
    let (prices, fees) = (share_out(off[0], &prices), share_out(off[1], &fees));
    for chosen in eligible() {
        let taxed = taxed.get_mut(&chosen.rate()).unwrap();
        taxed.prices_off += prices[&chosen.claim(false)];
        taxed.fees_off += fees[&chosen.claim(true)];
    }
    off
}

impl Taxed {
    /// Step 6: the tax before any discount, after that on prices, after both.
    fn taxes(&self, rate: Rate) -> [i128; 3] {
        let base: i128 = self.claims.values().sum();
        [
            tax_on(rate, base),
            tax_on(rate, base - self.prices_off),
            tax_on(rate, base - self.prices_off - self.fees_off),
        ]
    }
}

fn held(rate: Rate, tax: i128) -> i128 {
    if rate.1 { tax } else { 0 }
}

/// What each line bears of the tax before any discount.
fn borne(taxed: &BTreeMap<Rate, Taxed>) -> BTreeMap<Claim, Borne> {
    let shares = taxed.iter().flat_map(|(rate, taxed)| {
        let [before, _, _] = taxed.taxes(*rate);
        let shares = share_out(before, &taxed.claims).into_iter();
        shares.map(|(claim, tax)| {
            let held = held(*rate, tax);
            (claim, Borne { tax, held })
        })
    });
    shares.collect()
}

/// What the discounts on prices and on fees change.
fn changes(taxed: &BTreeMap<Rate, Taxed>) -> [Borne; 2] {
    let mut changes = [Borne::default(); 2];
    for (rate, taxed) in taxed {
        let [before, between, after] = taxed.taxes(*rate);
        for (change, tax) in changes.iter_mut().zip([between - before, after - between]) {
            change.tax += tax;
            change.held += held(*rate, tax);
        }
    }
    changes
}

fn tax_row(rate: Rate, taxed: &Taxed) -> Option<Row> {
    let [_, _, tax] = taxed.taxes(rate);
    let included = if rate.1 { ", included" } else { "" };
    let name = format!("Tax {} %{included}", percent_text(rate.0));
    let amounts = [1, tax, tax - held(rate, tax), 0, 0, tax];
    (tax != 0).then_some((LineKind::Tax, None, name, amounts))
}

/// `8.875` of 88,750 millionths.
fn percent_text(millionths: i64) -> String {
    let mut text = (millionths / 10_000).to_string();
    let mut rest = millionths % 10_000;
    if rest > 0 {
        text.push('.');
    }
    while rest > 0 {
        rest *= 10;
        text.push_str(&(rest / 10_000).to_string());
        rest %= 10_000;
    }
    text
}
