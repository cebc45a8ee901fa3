//! Tables of the `bet` stage.

pub mod bets;
pub mod evidence;
pub mod hypotheses;
pub mod objectives;
pub mod opportunities;
pub mod scores;
