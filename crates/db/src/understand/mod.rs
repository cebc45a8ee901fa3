//! Tables of the `understand` stage: codes, insights, themes and numbers.

pub mod codes;
pub mod highlights;
pub mod insights;
pub mod metrics;
pub mod questions;
pub mod theme_changes;
pub mod theme_numbers;
pub mod themes;
