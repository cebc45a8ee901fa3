//! Tables of the `experiment` stage.
