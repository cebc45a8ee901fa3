mod bets;
mod evidence;
mod hypotheses;
mod objectives;
pub mod support;
