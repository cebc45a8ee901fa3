//! Answers, and how they came about.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::counts::Counts;
use super::definition::Definition;
use super::frame::Understood;

/// The answer to a question about what people did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = QuestionAnswer)]
pub struct Answer {
    #[serde(flatten)]
    pub counts: Counts,
    /// The question as it was asked.
    pub definition: Definition,
    pub understood: Understood,
    /// How long the answer took when it was computed, in milliseconds.
    pub computed_ms: f64,
    /// Events that were looked at.
    pub rows_read: usize,
    /// Everything that was taken until then is in it.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
}
