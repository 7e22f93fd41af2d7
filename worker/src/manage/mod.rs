//! Our own API: what an organizer sets up and reads, and what the operator of
//! the deployment does (BK-01, AU-01).

mod error;
mod links;
mod operator;
mod organizers;
mod resource;
mod tokens;

pub use error::refuse;

use handbill_core::catalogue::event::{Event, Series};
use handbill_core::catalogue::product::{Product, ProductAttribute};
use handbill_core::catalogue::ticket::{TicketGroup, TicketType};
use handbill_core::catalogue::user::User;

use crate::app::Routes;
use crate::store::catalogue::{
    EVENT, PRODUCT, PRODUCT_ATTRIBUTE, SERIES, TICKET_GROUP, TICKET_TYPE, USER,
};
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

pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .speak(refuse)
        .get("/manage/organizers", organizers::list)
        .post("/manage/organizers", organizers::create)
        .get("/manage/organizers/{id}", organizers::read)
        .patch("/manage/organizers/{id}", organizers::update)
        .delete("/manage/organizers/{id}", organizers::archive)
        .get("/manage/organizers/{id}/partners", organizers::partners)
        .put(
            "/manage/organizers/{id}/partners/{partner}",
            organizers::add_partner,
        )
        .delete(
            "/manage/organizers/{id}/partners/{partner}",
            organizers::remove_partner,
        )
        .get("/manage/tokens", tokens::list)
        .post("/manage/tokens", tokens::create)
        .get("/manage/tokens/{id}", tokens::read)
        .delete("/manage/tokens/{id}", tokens::revoke)
        .get("/manage/links", links::list)
        .post("/manage/links", links::create)
        .get("/manage/links/{id}", links::read)
        .patch("/manage/links/{id}", links::update)
        .delete("/manage/links/{id}", links::delete)
        .get("/manage/routes", operator::routes)
        .post("/manage/clicks/rebuild", operator::rebuild);
    let routes = USERS.routes(routes, "/manage/users/{id}");
    let routes = ALL_SERIES.routes(routes, "/manage/series/{id}");
    let routes = EVENTS.routes(routes, "/manage/events/{id}");
    let routes = TICKET_GROUPS.routes(routes, "/manage/ticket-groups/{id}");
    let routes = TICKET_TYPES.routes(routes, "/manage/ticket-types/{id}");
    let routes = PRODUCTS.routes(routes, "/manage/products/{id}");
    PRODUCT_ATTRIBUTES.routes(routes, "/manage/product-attributes/{id}")
}
