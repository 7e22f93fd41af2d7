//! The campaigns dialect (contract rows PX).

mod error;
mod handlers;
mod wire;

pub use error::refuse;

use crate::app::Routes;

const LIST: &str = "/api/v1/organizers/{organizer}/events/{event}/campaigns/";
const ONE: &str = "/api/v1/organizers/{organizer}/events/{event}/campaigns/{id}/";

/// Paths end with a slash; without it they say where it is (PX-10).
pub fn routes(routes: Routes) -> Routes {
    let mut routes = routes
        .speak(refuse)
        .get(LIST, handlers::list)
        .post(LIST, handlers::create)
        .get(ONE, handlers::read)
        .put(ONE, handlers::replace)
        .patch(ONE, handlers::change)
        .delete(ONE, handlers::delete);
    for path in [
        "/api/v1/organizers/{organizer}/events/{event}/campaigns",
        "/api/v1/organizers/{organizer}/events/{event}/campaigns/{id}",
    ] {
        routes = routes
            .get(path, handlers::with_slash)
            .post(path, handlers::with_slash)
            .put(path, handlers::with_slash)
            .patch(path, handlers::with_slash)
            .delete(path, handlers::with_slash);
    }
    routes
}
