//! Handbill's Worker: the shell around [`handbill_core`].
//!
//! Three triggers enter here, one function each; the redirect, which most
//! requests are, has a road of its own (see [`redirect`]).
#![forbid(unsafe_code)]

mod about;
mod app;
mod auth;
mod body;
mod checkout;
mod clicks;
mod clock;
mod config;
mod dashboard;
mod dialect;
mod entropy;
mod failure;
mod health;
mod links;
mod log;
mod lookup;
mod mail;
mod manage;
mod png;
mod promoter;
mod qr;
mod redirect;
mod report;
mod shop;
mod store;
mod sweep;
mod zone;

use worker::{Context, Env, HttpRequest, MessageBatch, ScheduleContext, ScheduledEvent, event};

/// Everything over HTTP that is not a redirect.
#[event(fetch)]
async fn fetch(
    request: HttpRequest,
    env: Env,
    context: Context,
) -> worker::Result<axum::http::Response<axum::body::Body>> {
    Ok(app::answer(request, env, context).await)
}

/// A batch of clicks. Never an error: that would destroy the instance and
/// deliver acknowledged messages again.
#[event(queue)]
async fn queue(
    batch: MessageBatch<serde_json::Value>,
    env: Env,
    _context: Context,
) -> worker::Result<()> {
    clicks::consume(&batch, &env).await;
    Ok(())
}

/// Each minute: what must happen without a visitor.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    sweep::sweep(&env).await;
}
