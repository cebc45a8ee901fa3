//! Tables of the `share` stage: what was learned, and whom it was told.

pub mod critiques;
pub mod digests;
pub mod notices;
pub mod outcomes;
pub mod voices;
