//! One file per action.

pub mod fees;
pub mod instantiate;
pub mod insurance;
pub mod kick;
pub mod lot;
pub mod receive;
pub mod restart;
pub mod seed;
pub mod skim;
pub mod take;
pub mod update_params;
