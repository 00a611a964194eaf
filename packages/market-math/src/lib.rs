//! The arithmetic of the market as pure functions: no storage, no clock, no messages.
//!
//! Every function that divides says which way it rounds, and who keeps the remainder. All of it is checked: what does
//! not fit is an error, never a wrapped number.

pub mod accrual;
pub mod auction;
pub mod audit_price;
pub mod beacon;
pub mod bond;
pub mod breaker;
pub mod draw;
pub mod dutch;
pub mod fee;
pub mod fresh;
pub mod reputation;
pub mod revalue;
pub mod rounding;
pub mod sampling;
pub mod seats;
pub mod slash;
pub mod verdict;

pub use rounding::{mul_div, MathError, Rounding};
