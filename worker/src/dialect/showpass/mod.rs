//! The tracking-links dialect (contract rows SP).

mod error;
mod handlers;
mod list;
mod wire;

pub use error::refuse;

use crate::app::Routes;

/// Both with and without the last slash: clients write either.
pub fn routes(routes: Routes) -> Routes {
    let mut routes = routes.speak(refuse);
    for path in [
        "/api/venue/{venue}/analytics/tracking/links/",
        "/api/venue/{venue}/analytics/tracking/links",
    ] {
        routes = routes.get(path, list::all).post(path, handlers::create);
    }
    for path in [
        "/api/venue/{venue}/analytics/tracking/links/me/",
        "/api/venue/{venue}/analytics/tracking/links/me",
    ] {
        routes = routes.get(path, list::mine);
    }
    for path in [
        "/api/venue/{venue}/analytics/tracking/links/{id}/",
        "/api/venue/{venue}/analytics/tracking/links/{id}",
    ] {
        routes = routes
            .get(path, handlers::read)
            .put(path, handlers::update)
            .delete(path, handlers::delete);
    }
    routes
}
