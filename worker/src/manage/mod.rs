//! Our own API: what an organizer sets up and reads, and what the operator of
//! the deployment does (BK-01, AU-01).

mod baskets;
mod customers;
mod error;
mod history;
mod links;
mod mails;
mod operator;
pub mod orders;
mod organizers;
mod payment_keys;
mod permissions;
mod promoters;
pub mod report;
mod resource;
mod tickets;
mod tokens;
mod voucher_codes;

pub use error::refuse;

use handbill_core::catalogue::discount::Discount;
use handbill_core::catalogue::event::{Event, Series};
use handbill_core::catalogue::product::{Product, ProductAttribute};
use handbill_core::catalogue::ticket::{TicketGroup, TicketType};
use handbill_core::catalogue::user::User;
use handbill_core::catalogue::voucher::Voucher;

use crate::app::Routes;
use crate::store::catalogue::{
    DISCOUNT, EVENT, PRODUCT, PRODUCT_ATTRIBUTE, SERIES, TICKET_GROUP, TICKET_TYPE, USER, VOUCHER,
};
use crate::store::permissions::Permission;
use resource::Resource;

/// The names under which a token may be sent.
pub const SCHEMES: &[&str] = &["Bearer", "Token"];

static USERS: Resource = Resource {
    path: "/manage/users",
    table: &USER,
    parse: |body| resource::validated(User::parse(body)),
    references: &[],
};
static ALL_SERIES: Resource = Resource {
    path: "/manage/series",
    table: &SERIES,
    parse: |body| resource::validated(Series::parse(body)),
    references: &[],
};
static EVENTS: Resource = Resource {
    path: "/manage/events",
    table: &EVENT,
    parse: |body| resource::validated(Event::parse(body)),
    references: &[("series_id", &SERIES)],
};
static TICKET_GROUPS: Resource = Resource {
    path: "/manage/ticket-groups",
    table: &TICKET_GROUP,
    parse: |body| resource::validated(TicketGroup::parse(body)),
    references: &[("event_id", &EVENT)],
};
static TICKET_TYPES: Resource = Resource {
    path: "/manage/ticket-types",
    table: &TICKET_TYPE,
    parse: |body| resource::validated(TicketType::parse(body)),
    references: &[("event_id", &EVENT), ("group_id", &TICKET_GROUP)],
};
static PRODUCTS: Resource = Resource {
    path: "/manage/products",
    table: &PRODUCT,
    parse: |body| resource::validated(Product::parse(body)),
    references: &[],
};
static PRODUCT_ATTRIBUTES: Resource = Resource {
    path: "/manage/product-attributes",
    table: &PRODUCT_ATTRIBUTE,
    parse: |body| resource::validated(ProductAttribute::parse(body)),
    references: &[("product_id", &PRODUCT)],
};

static DISCOUNTS: Resource = Resource {
    path: "/manage/discounts",
    table: &DISCOUNT,
    parse: |body| resource::validated(Discount::parse(body)),
    references: &[("ticket_types", &TICKET_TYPE)],
};
static VOUCHERS: Resource = Resource {
    path: "/manage/vouchers",
    table: &VOUCHER,
    parse: |body| resource::validated(Voucher::parse(body)),
    references: &[("series_ids", &SERIES)],
};

pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .speak(refuse)
        .get("/manage/baskets", baskets::list)
        .post("/manage/baskets", baskets::create)
        .get("/manage/baskets/{id}", baskets::read)
        .get("/manage/customers/export", customers::export)
        .post("/manage/customers/erase", customers::erase)
        .get("/manage/customers/{id}", customers::read)
        .patch("/manage/customers/{id}", customers::update)
        .get("/manage/orders", orders::list)
        .get("/manage/orders/{id}", orders::read)
        .post("/manage/orders/{id}/cancel", orders::cancel)
        .post("/manage/orders/{id}/refunds", orders::refund)
        .get("/manage/tickets", tickets::list)
        .get("/manage/tickets/{id}", tickets::read)
        .post("/manage/tickets/{id}/void", tickets::void)
        .post("/manage/tickets/{id}/confirm", tickets::confirm)
        .post("/manage/tickets/{id}/reject", tickets::reject)
        .delete("/manage/tickets/{id}/check-in", tickets::undo_check_in)
        .post("/manage/check-ins", tickets::check_in)
        .get("/manage/vouchers/{id}/codes", voucher_codes::list)
        .post("/manage/vouchers/{id}/codes", voucher_codes::create)
        .post(
            "/manage/vouchers/{id}/codes/{code_id}/void",
            voucher_codes::void,
        )
        .get("/manage/payment-keys", payment_keys::list)
        .post("/manage/payment-keys", payment_keys::create)
        .delete("/manage/payment-keys/{id}", payment_keys::revoke)
        .get("/manage/organizers", organizers::list)
        .post("/manage/organizers", organizers::create)
        .get("/manage/organizers/{id}", organizers::read)
        .patch("/manage/organizers/{id}", organizers::update)
        .delete("/manage/organizers/{id}", organizers::archive)
        .get("/manage/tokens", tokens::list)
        .post("/manage/tokens", tokens::create)
        .get("/manage/tokens/{id}", tokens::read)
        .delete("/manage/tokens/{id}", tokens::revoke)
        .get("/manage/links", links::list)
        .post("/manage/links", links::create)
        .get("/manage/links/{id}", links::read)
        .patch("/manage/links/{id}", links::update)
        .delete("/manage/links/{id}", links::delete)
        .post("/manage/promoter-links", promoters::create_link)
        .put("/manage/links/{id}/promoter", promoters::set)
        .delete("/manage/links/{id}/promoter", promoters::remove)
        .get("/manage/mails", mails::list)
        .post("/manage/mails/{id}/retry", mails::retry)
        .get("/manage/report/links", report::links)
        .get("/manage/report/links.csv", report::links_csv)
        .get("/manage/report/history", history::read)
        .post("/manage/report/rebuild", report::rebuild)
        .get("/manage/routes", operator::routes)
        .post("/manage/clicks/rebuild", operator::rebuild);
    let routes = permissions::routes(
        routes,
        Permission::Sell,
        [
            "/manage/organizers/{id}/partners",
            "/manage/organizers/{id}/partners/{partner}",
        ],
    );
    let routes = permissions::routes(
        routes,
        Permission::ReadTickets,
        [
            "/manage/organizers/{id}/ticket-grants",
            "/manage/organizers/{id}/ticket-grants/{partner}",
        ],
    );
    let routes = permissions::cohost_routes(
        routes,
        [
            "/manage/events/{id}/cohosts",
            "/manage/events/{id}/cohosts/{cohost}",
        ],
    );
    let routes = USERS.routes(routes, "/manage/users/{id}");
    let routes = ALL_SERIES.routes(routes, "/manage/series/{id}");
    let routes = EVENTS.routes(routes, "/manage/events/{id}");
    let routes = TICKET_GROUPS.routes(routes, "/manage/ticket-groups/{id}");
    let routes = TICKET_TYPES.routes(routes, "/manage/ticket-types/{id}");
    let routes = PRODUCTS.routes(routes, "/manage/products/{id}");
    let routes = DISCOUNTS.routes(routes, "/manage/discounts/{id}");
    let routes = VOUCHERS.routes(routes, "/manage/vouchers/{id}");
    PRODUCT_ATTRIBUTES.routes(routes, "/manage/product-attributes/{id}")
}
