//! Tables of the `share` stage: what was learned, and whom it was told.

pub mod critiques;
pub mod notices;
pub mod outcomes;
