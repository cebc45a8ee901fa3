//! Tables of the `bet` stage.
