//! One file per message, and tables over all of them.

mod award;
mod bid;
mod book;
mod control;
mod cost;
mod counting;
mod endings;
mod matrix;
mod open;
mod orders;
mod pick;
mod queries;
mod second_price;
mod sisters;
mod spec;
mod storage;
mod told;
mod world;
