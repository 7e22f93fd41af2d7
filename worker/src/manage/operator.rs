//! What only the operator of the deployment may do.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::SCHEMES;
use crate::app::{self, Call, Handled, json as json_answer};
use crate::auth::Intent;
use crate::clicks;

/// Every route that is served, for tests of completeness and descriptions.
pub async fn routes(call: Call, _request: Request<Body>) -> Handled {
    call.principal(SCHEMES, Intent::Read).await?.operator()?;
    let routes: Vec<Value> = app::listed()
        .iter()
        .map(|route| json!({ "method": route.method, "path": route.path }))
        .collect();
    Ok(json_answer(200, &Value::from(routes)))
}

/// Recounts all figures from the click ledger, judging robots by today's list.
pub async fn rebuild(call: Call, _request: Request<Body>) -> Handled {
    call.principal(SCHEMES, Intent::Write).await?.operator()?;
    let counted = clicks::rebuild(&call.db).await?;
    Ok(json_answer(200, &json!({ "clicks": counted })))
}
