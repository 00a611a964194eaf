//! Rule by rule. Sister contracts are answers of a mock; after every message the books are compared with what they sum up.

mod agent_key;
mod attributes;
mod audits;
mod bond;
mod books;
mod commit;
mod control;
mod judge;
mod machines;
mod market;
mod no_show;
mod params;
mod penalize;
mod price;
mod profile;
mod queries;
mod record;
mod seats;
mod slash;
mod state;
