//! One file per action.

pub mod instantiate;
pub mod post_batch;
pub mod release;
pub mod update_params;
