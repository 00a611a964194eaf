//! Tables over every message of the five contracts: who may send it, with what, and when.

mod addresses;
mod coins;
#[path = "../cost/mod.rs"]
mod cost;
mod court;
mod limits;
mod matrix;
mod roles;
mod rows;
mod scene;
mod specs;
mod statuses;
mod stores;
mod sudo;
mod unwired;
mod variants;
mod world;
