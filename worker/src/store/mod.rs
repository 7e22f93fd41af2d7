//! SQL, one file an aggregate: the only place that names a table.
//!
//! D1 has no interactive transaction, so nothing here reads in order to decide
//! what to write: invariants stand in the schema, guards in the statement.

pub mod baskets;
pub mod catalogue;
pub mod clicks;
pub mod customers;
pub mod events;
pub mod feed;
pub mod health;
pub mod link_lists;
pub mod links;
pub mod mails;
pub mod offers;
pub mod orders;
pub mod organizers;
pub mod payment_keys;
pub mod permissions;
pub mod promoters;
pub mod report;
pub mod routes;
pub mod shop;
pub mod sql;
pub mod tickets;
pub mod tokens;
pub mod vouchers;

pub use sql::{Db, StoreError};

/// The KV namespace that holds `slug → route`, a copy of what D1 says.
pub const LINKS: &str = "LINKS";
