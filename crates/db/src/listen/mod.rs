//! Tables of the `listen` stage: who speaks, through which source, and what they said.

pub mod signals;
pub mod sources;
