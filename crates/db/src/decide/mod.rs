//! Tables of Decide: rules and their firings, decisions, actions, reviews.

pub mod actions;
pub mod agenda;
pub mod decisions;
pub mod firings;
pub mod objects;
pub mod readings;
pub mod reviews;
pub mod rules;
pub mod verdicts;
