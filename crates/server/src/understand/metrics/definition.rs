//! What a metric is made of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::invalid::Invalid;
use crate::understand::questions::definition::Definition;

pub const QUESTION: &str = "question";
const WINDOW_DAYS_MAX: u32 = 366;
pub const WINDOW_DAYS_DEFAULT: u32 = 28;

/// What a computed metric is computed from. A manual one needs nothing of this.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct MetricDefinition {
    /// The theme whose signals a `count` counts.
    pub theme_id: Option<String>,
    /// Only what people of this segment said.
    pub segment_id: Option<String>,
    /// Only answers through this source.
    pub source_id: Option<String>,
    /// The current value looks back so many days; 28 when not given.
    #[schema(minimum = 1, maximum = 366)]
    pub window_days: Option<u32>,
    /// What a metric of the kind `question` asks of what people did. From when and until when does not matter: it is asked
    /// for the time that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Definition>,
    /// Which number of the answer it is.
    #[serde(skip_serializing_if = "AnswerPart::is_default")]
    pub part: AnswerPart,
}

/// Which number of the answer to a question. What a kind of question does not have is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AnswerPart {
    /// Trend: which series, from 0; the formula counts, where there is one.
    pub series: usize,
    /// Funnel: who came to this step, from 1; the last, when not given.
    pub step: Option<usize>,
    /// Funnel: who did not.
    pub dropped: bool,
    /// Retention: who came back so many periods later; 1 when not given.
    #[schema(minimum = 1, maximum = 104)]
    pub after: Option<usize>,
    /// Lifecycle: `new` (when not given), `returning`, `resurrecting` or `dormant`.
    pub stage: Option<String>,
}

impl AnswerPart {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl MetricDefinition {
    pub fn check(&self, invalid: &mut Invalid, kind: &str) {
        let is_count = kind == "count";
        invalid.check(
            "definition.theme_id",
            !is_count || self.theme_id.is_some(),
            "says which theme is counted",
        );
        invalid.check(
            "definition.theme_id",
            is_count || self.theme_id.is_none(),
            "is only for the kind count",
        );
        let is_question = kind == QUESTION;
        let has_question = self.question.is_some();
        invalid.check("definition.question", has_question || !is_question, "says what is asked");
        invalid.check("definition.question", is_question || !has_question, "is only for the kind question");
        let no_source = !is_question || self.source_id.is_none();
        invalid.check("definition.source_id", no_source, "is only for answers");
        let is_fine = self.window_days.is_none_or(|days| (1..=WINDOW_DAYS_MAX).contains(&days));
        invalid.check("definition.window_days", is_fine, "must be between 1 and 366");
    }
}
