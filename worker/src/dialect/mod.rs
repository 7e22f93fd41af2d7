//! The vendors' APIs over the one model: each a thin folder that translates
//! paths, JSON and errors. None touches SQL.

pub mod showpass;

use crate::app::Routes;

/// All dialects' routes.
pub fn routes(routes: Routes) -> Routes {
    showpass::routes(routes)
}
