//! What a checkout may sell: the rows that core prices from, read in one batch,
//! with the versions that an order is later held against.

use worker::{D1PreparedStatement, D1Result};

use super::baskets::release;
use super::sql::{Db, StoreError, row, rows_of};

/// What to look for. Lists are JSON arrays.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub organizer_id: i64,
    /// All its ticket types are wanted.
    pub event_id: Option<i64>,
    pub link_id: Option<i64>,
    /// The key of a basket: what it holds counts as available to it.
    pub basket: &'a str,
    /// Further ticket types, of whichever organizer; those of the link come along.
    pub ticket_types: &'a str,
    pub attributes: &'a str,
    /// The key of a discount code, empty for none.
    pub discount: &'a str,
    /// Keys of voucher codes.
    pub vouchers: &'a str,
}

impl SellerRow {
    /// Until when a basket made now holds its stock.
    pub fn hold_until(&self, now: i64) -> i64 {
        now + self.hold_minutes * MINUTE_MS
    }

    /// Until when an order made now waits for its payment.
    pub fn pay_until(&self, now: i64) -> i64 {
        now + self.payment_minutes * MINUTE_MS
    }
}

const MINUTE_MS: i64 = 60_000;

/// What was found.
#[derive(Debug)]
pub struct Found {
    pub organizer: SellerRow,
    pub events: Vec<SoldEventRow>,
    pub items: Vec<ItemRow>,
    pub discount: Option<DiscountRow>,
    pub vouchers: Vec<VoucherRow>,
    pub link: Option<OpenedByRow>,
}

row! {
    /// Who sells, and how it is paid.
    #[derive(Debug)]
    pub struct SellerRow {
        pub id: i64,
        pub name: String,
        pub slug: String,
        pub currency: String,
        pub version: i64,
        pub hold_minutes: i64,
        pub payment_minutes: i64,
        pub offline_payment: i64,
        pub offline_instructions: String,
        pub attribution_window_days: i64,
        pub payment_keys: i64,
    }
}

row! {
    /// An event of which something is sold.
    #[derive(Debug)]
    pub struct SoldEventRow {
        pub id: i64,
        pub organizer_id: i64,
        pub series_id: Option<i64>,
        pub name: String,
        pub slug: String,
        pub description: String,
        pub starts_at: i64,
        pub ends_at: i64,
        pub time_zone: String,
        pub place: String,
        pub currency: String,
        pub transaction_charge: i64,
        pub tax_rate_ppm: i64,
        pub tax_inclusive: i64,
        pub accepts_donations: i64,
        pub version: i64,
    }
}

row! {
    /// A ticket type or a product attribute.
    #[derive(Debug)]
    pub struct ItemRow {
        pub ticket_type: Option<i64>,
        pub product_attribute: Option<i64>,
        pub organizer_id: i64,
        pub event_id: Option<i64>,
        pub product_id: Option<i64>,
        pub group_id: Option<i64>,
        pub group_name: Option<String>,
        pub group_max: Option<i64>,
        pub group_version: Option<i64>,
        pub name: String,
        /// The event or product it belongs to.
        pub of: String,
        pub description: String,
        pub currency: String,
        pub price: i64,
        pub booking_fee: i64,
        pub tax_rate_ppm: i64,
        pub tax_inclusive: i64,
        pub available: i64,
        pub min_per_order: i64,
        pub max_per_order: Option<i64>,
        pub on_sale_from: Option<i64>,
        pub on_sale_until: Option<i64>,
        pub hidden: i64,
        pub access_code: Option<String>,
        pub version: i64,
        pub product_version: Option<i64>,
        /// Whether it is not sold any more at all.
        pub gone: i64,
    }
}

row! {
    /// A discount that a code names.
    #[derive(Debug)]
    pub struct DiscountRow {
        pub id: i64,
        pub code: String,
        pub kind: String,
        pub price: Option<i64>,
        pub price_percent: Option<i64>,
        pub booking_fee: Option<i64>,
        pub booking_fee_percent: Option<i64>,
        pub currency: String,
        pub ticket_types: String,
        pub expires_at: Option<i64>,
        pub redemptions_left: Option<i64>,
        pub version: i64,
    }
}

row! {
    /// A voucher that a code names.
    #[derive(Debug)]
    pub struct VoucherRow {
        pub code_id: i64,
        pub voucher_id: i64,
        pub code: String,
        pub value: i64,
        pub currency: String,
        pub series_ids: String,
        pub expires_at: Option<i64>,
        pub used: i64,
        pub version: i64,
    }
}

row! {
    /// The link that opened the checkout.
    #[derive(Debug)]
    pub struct OpenedByRow {
        pub id: i64,
        pub slug: String,
        pub event_id: Option<i64>,
        pub ticket_types: Option<String>,
        pub hide_public_ticket_types: i64,
        pub items: Option<String>,
        pub version: i64,
    }
}

const SELLER: &str = "
SELECT id, name, slug, currency, version, attribution_window_days, hold_minutes, payment_minutes, offline_payment, offline_instructions,
  (SELECT count(*) FROM payment_key WHERE organizer_id = ?1 AND revoked_at IS NULL) AS payment_keys
FROM organizer WHERE id = ?1 AND archived_at IS NULL";

const EVENTS: &str = "
SELECT id, organizer_id, series_id, name, slug, description, starts_at, ends_at, time_zone, place,
  currency, transaction_charge, tax_rate_ppm, tax_inclusive, accepts_donations, version
FROM event WHERE archived_at IS NULL AND published = 1 AND cancelled = 0 AND id IN (
  SELECT ?1
  UNION SELECT t.event_id FROM json_each(?2) j CROSS JOIN ticket_type t ON t.id = j.value
  UNION SELECT t.event_id FROM link l, json_each(l.items) i
    CROSS JOIN ticket_type t ON t.id = i.value ->> 'ticket_type'
  WHERE l.id = ?3 AND l.deleted_at IS NULL)
ORDER BY starts_at, id";

const TICKET_TYPES: &str = "
SELECT t.id AS ticket_type, NULL AS product_attribute, t.organizer_id, t.event_id,
  NULL AS product_id, g.id AS group_id, g.name AS group_name, g.max_per_order AS group_max,
  g.version AS group_version, t.name, e.name AS of, t.description, e.currency, t.price,
  t.booking_fee, e.tax_rate_ppm, e.tax_inclusive,
  t.quantity - t.held - t.issued + ifnull(own.held, 0) AS available,
  t.min_per_order, t.max_per_order, t.on_sale_from, t.on_sale_until, t.hidden, t.access_code,
  t.version, NULL AS product_version,
  t.archived_at IS NOT NULL OR e.archived_at IS NOT NULL OR e.published = 0 OR e.cancelled AS gone
FROM (
  SELECT id FROM ticket_type WHERE event_id = ?1
  UNION SELECT value FROM json_each(?2)
  UNION SELECT i.value ->> 'ticket_type' FROM link l, json_each(l.items) i
  WHERE l.id = ?4 AND l.deleted_at IS NULL
) wanted
JOIN ticket_type t ON t.id = wanted.id
JOIN event e ON e.id = t.event_id
LEFT JOIN ticket_group g ON g.id = t.group_id AND g.archived_at IS NULL
LEFT JOIN basket_line own ON own.basket_id = (SELECT id FROM basket WHERE key = ?3) AND own.ticket_type_id = t.id
ORDER BY e.starts_at, e.id, g.sort, g.id, t.sort, t.id";

const ATTRIBUTES: &str = "
SELECT NULL AS ticket_type, a.id AS product_attribute, a.organizer_id, NULL AS event_id,
  p.id AS product_id, NULL AS group_id, NULL AS group_name, NULL AS group_max,
  NULL AS group_version, p.name || ', ' || a.name AS name, p.name AS of, p.description,
  p.currency, a.price, 0 AS booking_fee, p.tax_rate_ppm, p.tax_inclusive,
  a.quantity - a.held - a.issued + ifnull(own.held, 0) AS available,
  1 AS min_per_order, a.max_per_order, NULL AS on_sale_from, NULL AS on_sale_until, 0 AS hidden,
  NULL AS access_code, a.version, p.version AS product_version,
  a.archived_at IS NOT NULL OR p.archived_at IS NOT NULL AS gone
FROM (
  SELECT value AS id FROM json_each(?1)
  UNION SELECT i.value ->> 'product_attribute' FROM link l, json_each(l.items) i
  WHERE l.id = ?3 AND l.deleted_at IS NULL
) wanted
JOIN product_attribute a ON a.id = wanted.id
JOIN product p ON p.id = a.product_id
LEFT JOIN basket_line own ON own.basket_id = (SELECT id FROM basket WHERE key = ?2) AND own.attribute_id = a.id
ORDER BY p.id, a.sort, a.id";

const DISCOUNT: &str = "
SELECT id, code, kind, price, price_percent, booking_fee, booking_fee_percent, currency,
  ticket_types, expires_at, max_redemptions - times_redeemed AS redemptions_left, version
FROM discount WHERE organizer_id = ?1 AND code_key = ?2 AND archived_at IS NULL";

const VOUCHERS: &str = "
SELECT c.id AS code_id, v.id AS voucher_id, c.code, v.value, v.currency, v.series_ids,
  v.expires_at, EXISTS (SELECT 1 FROM voucher_use WHERE voucher_code_id = c.id) AS used, v.version
FROM json_each(?2) j
CROSS JOIN voucher_code c ON c.organizer_id = ?1 AND c.code_key = j.value
JOIN voucher v ON v.id = c.voucher_id
WHERE c.voided_at IS NULL AND v.archived_at IS NULL";

/// A link that was deleted neither unlocks nor restricts.
const LINK: &str = "
SELECT id, slug, event_id, ticket_types, hide_public_ticket_types, items, version
FROM link WHERE id = ?1 AND organizer_id = ?2 AND deleted_at IS NULL";

/// The statements of the look-up, for a batch of one's own.
///
/// # Errors
/// When D1 refuses an argument.
pub fn statements(db: &Db, wanted: &Wanted<'_>) -> Result<Vec<D1PreparedStatement>, StoreError> {
    let Wanted {
        organizer_id,
        event_id,
        link_id,
        basket,
        ticket_types,
        attributes,
        discount,
        vouchers,
    } = *wanted;
    Ok(vec![
        db.statement(SELLER, &[organizer_id.into()])?,
        db.statement(
            EVENTS,
            &[event_id.into(), ticket_types.into(), link_id.into()],
        )?,
        db.statement(
            TICKET_TYPES,
            &[
                event_id.into(),
                ticket_types.into(),
                basket.into(),
                link_id.into(),
            ],
        )?,
        db.statement(
            ATTRIBUTES,
            &[attributes.into(), basket.into(), link_id.into()],
        )?,
        db.statement(DISCOUNT, &[organizer_id.into(), discount.into()])?,
        db.statement(VOUCHERS, &[organizer_id.into(), vouchers.into()])?,
        db.statement(LINK, &[link_id.into(), organizer_id.into()])?,
    ])
}

/// What the results of [`statements`] hold; `None` when the
/// organizer is not there.
///
/// # Errors
/// When a row does not fit.
pub fn found(results: &[D1Result]) -> Result<Option<Found>, StoreError> {
    let [seller, events, types, attributes, discount, vouchers, link] = results else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    let Some(organizer) = rows_of::<SellerRow>(seller)?.into_iter().next() else {
        return Ok(None);
    };
    let mut items: Vec<ItemRow> = rows_of(types)?;
    items.extend(rows_of::<ItemRow>(attributes)?);
    Ok(Some(Found {
        organizer,
        events: rows_of(events)?,
        items,
        discount: rows_of(discount)?.into_iter().next(),
        vouchers: rows_of(vouchers)?,
        link: rows_of(link)?.into_iter().next(),
    }))
}

/// Looks up what a checkout may sell, once what was held too long is given back.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &Db, wanted: &Wanted<'_>, now: i64) -> Result<Option<Found>, StoreError> {
    let mut all: Vec<D1PreparedStatement> = release(db, now)?.into();
    let before = all.len();
    all.extend(statements(db, wanted)?);
    let results = db.batch(all).await?;
    found(results.get(before..).unwrap_or_default())
}
