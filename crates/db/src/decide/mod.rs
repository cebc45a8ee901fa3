//! Tables of the `decide` stage.
