//! Tables of the `share` stage.
