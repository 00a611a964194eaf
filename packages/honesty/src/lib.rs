//! Does it pay to cheat?

pub mod auditors;
pub mod chart;
pub mod court;
pub mod framing;
pub mod ground;
pub mod honest;
pub mod lease;
pub mod overhead;
pub mod panel;
pub mod plans;
pub mod report;
pub mod rules;
pub mod seating;
pub mod stats;
pub mod strategies;
pub mod sweeps;
pub mod terms;
pub mod washing;
