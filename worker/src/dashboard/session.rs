//! Who is signed in: a cookie that stands for an API token, and reads only
//! (AU-03).
//!
//! It holds the token's id and when it ends, signed; the token's row is looked up
//! with each request, so that revoking a token ends its sessions at once.

use axum::http::header;
use handbill_core::id::parse_id;
use handbill_core::signature::Purpose;

use crate::app::Call;
use crate::redirect::cookie;
use crate::store::StoreError;
use crate::store::tokens::{self, Access, Holder};

const COOKIE: &str = "hb_session";
const SECONDS: i64 = 12 * 3_600;

/// The `Set-Cookie` that begins a session.
pub fn begin(call: &Call, token_id: i64) -> String {
    let ends = call.now.millis().saturating_add(SECONDS * 1_000);
    let payload = format!("{token_id}.{ends}");
    let value = call.config.keys.sign(Purpose::Session, payload.as_bytes());
    set_cookie(call, &value, SECONDS)
}

/// The `Set-Cookie` that ends it.
pub fn end(call: &Call) -> String {
    set_cookie(call, "", 0)
}

/// Lax: no other site's form or script ever sends it; who follows a link to here
/// from a mail is signed in on arrival.
fn set_cookie(call: &Call, value: &str, seconds: i64) -> String {
    let secure = if call.base().starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// Whom the session of a request speaks for, whatever else its token may: only to
/// read.
///
/// # Errors
/// When the database fails.
pub async fn holder(call: &Call) -> Result<Option<Holder>, StoreError> {
    let Some(token_id) = token_id(call) else {
        return Ok(None);
    };
    let holder = tokens::holder_by_id(&call.db, token_id).await?;
    Ok(holder.map(|holder| Holder {
        access: Access::Read,
        ..holder
    }))
}

fn token_id(call: &Call) -> Option<i64> {
    let headers = call.headers.get_all(header::COOKIE).iter();
    let mut texts = headers.filter_map(|value| value.to_str().ok());
    let value = texts.find_map(|text| cookie(text, COOKIE))?;
    let payload = call.config.keys.verify(Purpose::Session, value).ok()?;
    let (token_id, ends) = std::str::from_utf8(&payload).ok()?.split_once('.')?;
    let ends: i64 = ends.parse().ok()?;
    (call.now.millis() < ends).then(|| parse_id(token_id))?
}
