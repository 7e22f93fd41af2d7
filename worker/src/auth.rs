//! Who is asking: from an `Authorization` header to a principal (AU-01, AU-02).

use axum::http::{HeaderMap, header};
use handbill_core::signature::api_token::ApiToken;

use crate::app::Call;
use crate::dashboard::session;
use crate::failure::Failure;
use crate::store::tokens::{self, Access, Holder};
use crate::store::{Db, StoreError};

/// What a request wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Read,
    Write,
}

/// A known caller.
#[derive(Debug, Clone)]
pub struct Principal {
    /// `None`: the operator of the deployment.
    pub organizer_id: Option<i64>,
    pub user_id: Option<i64>,
    access: Access,
}

impl Principal {
    /// Refuses a write by a token that may only read.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn may(&self, intent: Intent) -> Result<(), Failure> {
        match (intent, self.access) {
            (Intent::Write, Access::Read) => Err(Failure::Forbidden),
            _ => Ok(()),
        }
    }

    /// The organizer this token speaks for.
    ///
    /// # Errors
    /// `Forbidden` for the operator, who has none.
    pub fn organizer(&self) -> Result<i64, Failure> {
        self.organizer_id.ok_or(Failure::Forbidden)
    }

    /// Refuses all but the operator.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn operator(&self) -> Result<(), Failure> {
        match self.organizer_id {
            None => Ok(()),
            Some(_) => Err(Failure::Forbidden),
        }
    }
}

/// The token in the header, whatever the scheme is called.
fn token<'a>(headers: &'a HeaderMap, schemes: &[&str]) -> Result<&'a str, Failure> {
    let value = headers
        .get(header::AUTHORIZATION)
        .ok_or(Failure::Unauthenticated)?;
    let text = value.to_str().map_err(|_| Failure::BadToken)?;
    let (scheme, token) = text.trim().split_once(' ').ok_or(Failure::BadToken)?;
    if schemes
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme))
    {
        Ok(token.trim())
    } else {
        Err(Failure::Unauthenticated)
    }
}

/// The caller behind a request's token; without one of ours, to read, behind the
/// cookie of a session (AU-03): a site may be behind a password of its own.
///
/// # Errors
/// `Unauthenticated` without a token of one of `schemes`, `BadToken` for an
/// unknown or revoked one, `Forbidden` when it may not do what is intended.
pub async fn principal(
    call: &Call,
    schemes: &[&str],
    intent: Intent,
) -> Result<Principal, Failure> {
    let holder = match token(&call.headers, schemes) {
        Ok(token) => holder(&call.db, token).await?,
        Err(Failure::Unauthenticated) if intent == Intent::Read => {
            let holder = session::holder(call).await?;
            holder.ok_or(Failure::Unauthenticated)?
        }
        Err(failure) => return Err(failure),
    };
    known(call, holder, intent).await
}

/// The caller behind a token that came in another way than in the header.
///
/// # Errors
/// `BadToken` or `Forbidden`, as [`principal`].
pub async fn of_token(call: &Call, token: &str, intent: Intent) -> Result<Principal, Failure> {
    known(call, holder(&call.db, token).await?, intent).await
}

async fn known(call: &Call, holder: Holder, intent: Intent) -> Result<Principal, Failure> {
    remember_use(&call.db, &holder, call.now.millis()).await?;
    let principal = Principal {
        organizer_id: holder.organizer_id,
        user_id: holder.user_id,
        access: holder.access,
    };
    principal.may(intent)?;
    Ok(principal)
}

/// Whom a token speaks for.
///
/// # Errors
/// `BadToken` for an unknown or revoked one.
pub async fn holder(db: &Db, token: &str) -> Result<Holder, Failure> {
    let hash = ApiToken::hash(token).ok_or(Failure::BadToken)?;
    tokens::holder(db, &hash).await?.ok_or(Failure::BadToken)
}

async fn remember_use(db: &Db, holder: &Holder, now: i64) -> Result<(), StoreError> {
    if tokens::is_use_due(holder, now) {
        tokens::used(db, holder.token_id, now).await?;
    }
    Ok(())
}
