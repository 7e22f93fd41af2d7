//! The vendors' APIs over the one model: each a thin folder that translates
//! paths, JSON and errors. None touches SQL. `docs/dialects.md` says how to add one.

pub mod pretix;
mod rest;
pub mod shotgun;
pub mod showpass;

use crate::app::Routes;

/// All dialects' routes.
pub fn routes(routes: Routes) -> Routes {
    let routes = showpass::routes(routes);
    let routes = pretix::routes(routes);
    shotgun::routes(routes)
}
