//! Tables of the `understand` stage.
