//! What vouchers pay (TT-51).

use super::catalogue::{Catalogue, Voucher};
use super::quote::{Line, LineKind, Problem};
use super::rules::Sold;
use super::same_code;
use crate::link::ItemTarget;
use crate::time::Timestamp;

/// The vouchers that the buyer's codes name and that may be used here, in the
/// order of the codes; `problems` gets every reason why others may not.
pub(super) fn find<'a>(
    catalogue: &'a Catalogue,
    codes: &[String],
    sold: &[Sold<'_>],
    now: Timestamp,
    problems: &mut Vec<Problem>,
) -> Vec<&'a Voucher> {
    let mut found = Vec::with_capacity(codes.len());
    let mut seen: Vec<&str> = Vec::with_capacity(codes.len());
    for code in codes {
        let before = problems.len();
        let mut refuse = |code, message| problems.push(Problem::of_basket(code, message));
        if seen.iter().any(|other| same_code(other, code)) {
            let message = format!("the voucher `{code}` is in this basket more than once");
            refuse("voucher_twice", message);
            continue;
        }
        seen.push(code);
        let mut all = catalogue.vouchers.iter();
        let Some(voucher) = all.find(|voucher| same_code(&voucher.code, code)) else {
            refuse("voucher_unknown", format!("there is no voucher `{code}`"));
            continue;
        };
        let code = &voucher.code;
        if voucher.expires_at.is_some_and(|at| at <= now) {
            refuse(
                "voucher_expired",
                format!("the voucher `{code}` has expired"),
            );
        }
        if voucher.used {
            refuse(
                "voucher_used",
                format!("the voucher `{code}` has been used"),
            );
        }
        if voucher.currency != catalogue.currency {
            let message = format!(
                "the voucher `{code}` is in {}, this basket in {}",
                voucher.currency, catalogue.currency
            );
            refuse("voucher_not_applicable", message);
        } else if !is_for(voucher, sold) {
            let message = format!("the voucher `{code}` is for none of the events in this basket");
            refuse("voucher_not_applicable", message);
        }
        if problems.len() == before {
            found.push(voucher);
        }
    }
    found
}

/// Whether the basket has a ticket of one of its series.
fn is_for(voucher: &Voucher, sold: &[Sold<'_>]) -> bool {
    voucher.series_ids.is_empty()
        || sold.iter().any(|sold| {
            let series = sold.event.and_then(|event| event.series_id);
            matches!(sold.item.target, ItemTarget::TicketType(_))
                && series.is_some_and(|id| voucher.series_ids.contains(&id))
        })
}

/// What each voucher pays of what the ones before it left.
pub(super) fn lines(vouchers: &[&Voucher], mut left: i64) -> impl Iterator<Item = Line> {
    vouchers.iter().filter_map(move |voucher| {
        let pays = voucher.value.min(left);
        left -= pays.max(0);
        let name = || format!("{VOUCHER}{}", voucher.code);
        (pays > 0).then(|| Line::once(LineKind::Voucher, name(), -pays))
    })
}

/// What the name of a voucher's line begins with, before the code.
const VOUCHER: &str = "Voucher ";

/// The code whose voucher a line says to pay; `None` of other lines.
#[must_use]
pub fn voucher_code(line: &Line) -> Option<&str> {
    let is_voucher = line.kind == LineKind::Voucher;
    line.name.strip_prefix(VOUCHER).filter(|_| is_voucher)
}
