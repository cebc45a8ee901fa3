//! Tables of the `experiment` stage.

pub mod amendments;
pub mod experiments;
pub mod sums;
pub mod units;
