//! Tables of the `understand` stage.

pub mod metrics;
