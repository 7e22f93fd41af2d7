//! What becomes of a basket that is bought: who buys, how it is paid, what is
//! paid back, and the random names of baskets and tickets (BK-07, BK-09).

pub mod barcode;
pub mod buyer;
pub mod completion;
pub mod contact;
pub mod fingerprint;
pub mod key;
pub mod payment;
pub mod refund;
pub mod ticket;

pub use barcode::barcode;
pub use buyer::Buyer;
pub use completion::Completion;
pub use contact::{Contact, Gender};
pub use fingerprint::fingerprint;
pub use key::{basket_key, is_basket_key};
pub use payment::{PaymentMethod, PaymentReport};
pub use refund::Refund;
pub use ticket::{TicketFacts, TicketState};
