//! The tickets-feed dialect (contract rows SG).

mod error;
mod feed;
mod wire;

pub use error::refuse;

use crate::app::Routes;

/// Both with and without a last slash: clients write either.
pub fn routes(routes: Routes) -> Routes {
    routes
        .speak(refuse)
        .get("/tickets", feed::page)
        .get("/tickets/", feed::page)
}
