//! What each message reads and writes, however much is in the store.

pub mod ballast;
pub mod counting;
pub mod measure;
