//! `provider-registry`: who may work, with what, and how far they can be trusted.

mod audits;
mod candidacy;
mod evidence;
mod message;
mod params;
mod profile;
mod query;

pub use audits::*;
pub use candidacy::*;
pub use evidence::*;
pub use message::*;
pub use params::*;
pub use profile::*;
pub use query::*;
