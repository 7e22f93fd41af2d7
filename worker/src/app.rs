//! The router, and what every route behind it gets and owes.

use std::cell::OnceCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Extension, Query, RawPathParams};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, header};
use axum::routing::{MethodFilter, on};
use handbill_core::id::{parse_id, uuid_v7};
use handbill_core::order::is_basket_key;
use handbill_core::time::Timestamp;
use serde_json::Value;
use tower_service::Service;
use worker::send::SendFuture;
use worker::{Context, Env, HttpRequest};

use crate::auth::{self, Intent, Principal};
use crate::body::MAX_BODY;
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::store::Db;
use crate::{
    about, checkout, clock, dashboard, dialect, entropy, health, log, manage, promoter, shop,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a handler answers.
pub type Handled = Result<Response<Body>, Failure>;

/// One request, with what it takes to answer it.
#[derive(Clone)]
pub struct Call {
    pub env: Env,
    pub config: Arc<Config>,
    pub db: Arc<Db>,
    pub now: Timestamp,
    pub uri: Uri,
    pub headers: HeaderMap,
    params: Vec<(String, String)>,
}

impl Call {
    /// `https://host` that the request came to.
    pub fn origin(&self) -> String {
        let scheme = self.uri.scheme_str().unwrap_or("https");
        let authority = self
            .uri
            .authority()
            .map_or("localhost", |host| host.as_str());
        format!("{scheme}://{authority}")
    }

    /// The base of public URLs.
    pub fn base(&self) -> String {
        self.config.base(&self.origin()).to_owned()
    }

    /// The whole URL as the world sees it, for paging links.
    pub fn url(&self) -> String {
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        format!("{}{path}", self.base())
    }

    /// A part of the path, `""` when the route has none of this name.
    pub fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// A part of the path that is an id.
    ///
    /// # Errors
    /// `NotFound`: what has no such form can't exist.
    pub fn id(&self, name: &str) -> Result<i64, Failure> {
        parse_id(self.param(name)).ok_or(Failure::NotFound)
    }

    /// The query's pairs, decoded, in their order.
    pub fn query(&self) -> Vec<(String, String)> {
        Query::try_from_uri(&self.uri)
            .map(|Query(pairs)| pairs)
            .unwrap_or_default()
    }

    /// A parameter of the query, decoded; the last one of its name.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.query().into_iter().rev();
        pairs.find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The same, unless it is empty, as forms send what nobody filled in.
    pub fn given(&self, name: &str) -> Option<String> {
        self.parameter(name).filter(|value| !value.is_empty())
    }

    /// The caller behind the token.
    ///
    /// # Errors
    /// As [`auth::principal`].
    pub async fn principal(&self, schemes: &[&str], intent: Intent) -> Result<Principal, Failure> {
        auth::principal(self, schemes, intent).await
    }
}

/// How a dialect says a refusal.
pub type Refuse = fn(&Failure) -> Response<Body>;

/// A route that is served: what tests of completeness and the API's description
/// are made from.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    pub method: &'static str,
    pub path: &'static str,
}

/// Collects routes, and remembers which.
pub struct Routes {
    router: Router,
    listed: Vec<Listed>,
    refuse: Refuse,
}

impl Routes {
    fn new() -> Self {
        Self {
            router: Router::new(),
            listed: Vec::new(),
            refuse: shop::refuse,
        }
    }

    /// The routes added from here on refuse in this way.
    pub fn speak(mut self, refuse: Refuse) -> Self {
        self.refuse = refuse;
        self
    }

    pub fn get<H, F>(self, path: &'static str, handler: H) -> Self
    where
        H: Fn(Call, Request<Body>) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + 'static,
    {
        self.add("GET", MethodFilter::GET, path, erased(handler))
    }

    pub fn post<H, F>(self, path: &'static str, handler: H) -> Self
    where
        H: Fn(Call, Request<Body>) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + 'static,
    {
        self.add("POST", MethodFilter::POST, path, erased(handler))
    }

    pub fn put<H, F>(self, path: &'static str, handler: H) -> Self
    where
        H: Fn(Call, Request<Body>) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + 'static,
    {
        self.add("PUT", MethodFilter::PUT, path, erased(handler))
    }

    pub fn patch<H, F>(self, path: &'static str, handler: H) -> Self
    where
        H: Fn(Call, Request<Body>) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + 'static,
    {
        self.add("PATCH", MethodFilter::PATCH, path, erased(handler))
    }

    pub fn delete<H, F>(self, path: &'static str, handler: H) -> Self
    where
        H: Fn(Call, Request<Body>) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + 'static,
    {
        self.add("DELETE", MethodFilter::DELETE, path, erased(handler))
    }

    fn add(
        mut self,
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        endpoint: Endpoint,
    ) -> Self {
        let refuse = self.refuse;
        let answer = move |Extension(mut call): Extension<Call>,
                           params: Result<RawPathParams, RawPathParamsRejection>,
                           request: Request<Body>| {
            let answered = params.map(|params| {
                call.params = params
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                endpoint(call, request)
            });
            SendFuture::new(async move {
                let handled = match answered {
                    Ok(answered) => answered.await,
                    // A path that is no text: nothing can be there.
                    Err(_) => Err(Failure::NotFound),
                };
                handled.unwrap_or_else(|failure| refused(&failure, refuse))
            })
        };
        self.router = self.router.route(path, on(filter, answer));
        self.listed.push(Listed { method, path });
        self
    }
}

/// A handler without its type: the router's generic code then stands once in
/// the wasm instead of once a route.
type Endpoint =
    Arc<dyn Fn(Call, Request<Body>) -> Pin<Box<dyn Future<Output = Handled>>> + Send + Sync>;

fn erased<H, F>(handler: H) -> Endpoint
where
    H: Fn(Call, Request<Body>) -> F + Send + Sync + 'static,
    F: Future<Output = Handled> + 'static,
{
    Arc::new(move |call, request| Box::pin(handler(call, request)))
}

struct App {
    router: Router,
    listed: Vec<Listed>,
}

thread_local! {
    static APP: OnceCell<App> = const { OnceCell::new() };
}

fn with_app<T>(use_app: impl FnOnce(&App) -> T) -> T {
    APP.with(|app| {
        use_app(app.get_or_init(|| {
            let routes = Routes::new();
            let routes = shop::routes(routes);
            let routes = about::routes(routes);
            let routes = checkout::routes(routes);
            let routes = promoter::routes(routes);
            let routes = dashboard::routes(routes);
            let routes = health::routes(routes);
            let routes = manage::routes(routes);
            let routes = dialect::routes(routes);
            App {
                router: routes
                    .router
                    .fallback(async |uri: Uri| refused(&Failure::NotFound, refuse_at(uri.path())))
                    .method_not_allowed_fallback(async |method: Method, uri: Uri| {
                        let failure = Failure::MethodNotAllowed {
                            method: method.to_string(),
                            allow: None,
                        };
                        refused(&failure, refuse_at(uri.path()))
                    }),
                listed: routes.listed,
            }
        }))
    })
}

/// All routes that are served.
pub fn listed() -> Vec<Listed> {
    with_app(|app| app.listed.clone())
}

/// The dialect that a path belongs to, for what never reaches a route.
fn refuse_at(path: &str) -> Refuse {
    let is_data =
        path.ends_with(".json") && (path.starts_with("/checkout/") || path.starts_with("/stats/"));
    let is_ours = is_data
        || ["/manage", "/checkout/baskets", "/checkout/payments"]
            .iter()
            .any(|api| path.starts_with(api));
    if is_ours || matches!(path, "/healthz" | "/metrics") {
        manage::refuse
    } else if path.starts_with("/api/venue/") {
        dialect::showpass::refuse
    } else if path.starts_with("/api/v1/") {
        dialect::pretix::refuse
    } else if matches!(path, "/tickets" | "/tickets/") {
        dialect::shotgun::refuse
    } else {
        shop::refuse
    }
}

fn refused(failure: &Failure, refuse: Refuse) -> Response<Body> {
    if let Failure::Internal(detail) = failure {
        log::error("a request failed", &[("error", detail.as_str().into())]);
    }
    refuse(failure)
}

/// Answers a request that is not a redirect.
pub async fn answer(request: HttpRequest, env: Env, _context: Context) -> Response<Body> {
    let request_id = request_id(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = match serve(request, env).await {
        Ok(response) => response,
        Err(failure) => refused(&failure, refuse_at(&path)),
    };
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    log::info(
        "request",
        &[
            ("request_id", request_id.into()),
            ("method", method.as_str().into()),
            ("path", without_keys(&path).into()),
            ("status", Value::from(response.status().as_u16())),
        ],
    );
    response
}

async fn serve(request: HttpRequest, env: Env) -> Handled {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > MAX_BODY) {
        return Err(Failure::TooLarge);
    }
    let config = config::read(&env).map_err(Failure::Internal)?;
    let now = clock::now(&env, &config).await;
    let db = Arc::new(Db::of(&env)?);
    let mut request = request.map(Body::new);
    let call = Call {
        env,
        config,
        db,
        now,
        uri: request.uri().clone(),
        headers: request.headers().clone(),
        params: Vec::new(),
    };
    request.extensions_mut().insert(call);
    if let Some(uri) = about::long_form(request.uri()) {
        *request.uri_mut() = uri;
    }
    let mut router = with_app(|app| app.router.clone());
    match router.call(request).await {
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

/// A path for the log: a basket's key, or a promoter's token, opens what it names
/// to whoever reads it.
fn without_keys(path: &str) -> String {
    let is_private = |part: &str| is_basket_key(part) || part.matches('.').count() == 2;
    let parts = path.split('/');
    let masked = parts.map(|part| if is_private(part) { "{key}" } else { part });
    masked.collect::<Vec<_>>().join("/")
}

/// Cloudflare's id of the request where there is one, else one of ours.
fn request_id(headers: &HeaderMap) -> String {
    let ray = headers.get("cf-ray").and_then(|ray| ray.to_str().ok());
    match (ray, entropy::bytes()) {
        (Some(ray), _) => ray.to_owned(),
        (None, Ok(random)) => uuid_v7(worker::Date::now().as_millis() as i64, random),
        (None, Err(_)) => String::new(),
    }
}

/// A JSON answer.
pub fn json(status: u16, value: &Value) -> Response<Body> {
    json_text(status, value.to_string())
}

/// An answer that is JSON text already.
pub fn json_text(status: u16, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    if let Ok(status) = axum::http::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    let response = with_header(response, header::CONTENT_TYPE, "application/json");
    // Prices, stock and people's names: nothing that a cache should keep.
    with_header(response, header::CACHE_CONTROL, "no-store")
}

/// An answer without a body.
pub fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = axum::http::StatusCode::NO_CONTENT;
    response
}

/// Sets a header that we know to be well-formed.
pub fn with_header(
    mut response: Response<Body>,
    name: HeaderName,
    value: &'static str,
) -> Response<Body> {
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    response
}
