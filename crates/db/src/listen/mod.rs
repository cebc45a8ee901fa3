//! Tables of the `listen` stage: who speaks, through which source, and what they said.

pub mod interviews;
pub mod respondents;
pub mod responses;
pub mod signals;
pub mod sources;
pub mod surveys;
