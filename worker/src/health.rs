//! For those who run the deployment: is it well, and what did it count (AU-07).

use axum::body::Body;
use axum::http::{Request, Response, header};
use serde_json::json;

use crate::app::{Call, Handled, Routes, json as json_answer, with_header};
use crate::auth::Intent;
use crate::store::health;
use crate::{clicks, log, lookup, manage};

pub fn routes(routes: Routes) -> Routes {
    routes
        .speak(manage::refuse)
        .get("/healthz", healthz)
        .get("/metrics", metrics)
}

/// 200 when settings are in order and the database answers with its tables.
async fn healthz(call: Call, _request: Request<Body>) -> Handled {
    let response = match health::ping(&call.db).await {
        Ok(()) => json_answer(200, &json!({"status": "ok"})),
        Err(error) => {
            log::error("unhealthy", &[("error", error.to_string().into())]);
            json_answer(
                503,
                &json!({"status": "unavailable", "database": "unavailable"}),
            )
        }
    };
    Ok(with_header(response, header::CACHE_CONTROL, "no-store"))
}

/// Prometheus text, for the operator's token. Figures of clicks come from the
/// database; look-ups are this isolate's own.
async fn metrics(call: Call, _request: Request<Body>) -> Handled {
    call.principal(manage::SCHEMES, Intent::Read)
        .await?
        .operator()?;
    let mut text = String::new();
    for metric in health::metrics(&call.db).await? {
        let unsaved = match metric.name.as_str() {
            "clicks_lost" => i64::from(clicks::lost()),
            _ => 0,
        };
        let (name, value) = (metric.name, metric.value.saturating_add(unsaved));
        text.push_str(&format!(
            "# TYPE handbill_{name}_total counter\nhandbill_{name}_total {value}\n"
        ));
    }
    let counts = lookup::counts();
    text.push_str("# TYPE handbill_link_lookups_total counter\n");
    for (source, value) in [
        ("memory", counts.memory),
        ("kv", counts.kv),
        ("cache", counts.cache),
        ("d1", counts.d1),
        ("refused", counts.refused),
    ] {
        text.push_str(&format!(
            "handbill_link_lookups_total{{source=\"{source}\"}} {value}\n"
        ));
    }
    Ok(with_header(
        Response::new(Body::from(text)),
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    ))
}
