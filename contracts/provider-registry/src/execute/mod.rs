//! One file per action: load, change in memory, check, save once, tell by one event, pay.

pub mod add_work_bond;
pub mod agent_limits;
pub mod attributes;
pub mod bond_price;
pub mod claim;
pub mod commit;
pub mod control;
pub mod maintenance;
pub mod no_show;
pub mod offer_audits;
pub mod penalize;
pub mod receive;
pub mod record;
pub mod register;
pub mod reinstate;
pub mod release;
pub mod retire;
pub mod rotate_agent;
pub mod seat;
pub mod skim;
pub mod slash;
pub mod unbond;
pub mod update;
pub mod update_params;
