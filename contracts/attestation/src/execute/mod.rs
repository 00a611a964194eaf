//! One file per action.

pub mod advance;
pub mod answer;
pub mod appeal;
pub mod draw;
pub mod instantiate;
pub mod open;
pub mod open_audit;
pub mod post_batch;
pub mod release;
pub mod reveal_planted;
pub mod submit_beacon;
pub mod update_params;
