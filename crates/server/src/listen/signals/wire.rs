//! How signals look on the wire, and which are acceptable.

use heedful_db::listen::signals::Signal;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

pub const BODY_MAX: usize = 100_000;
const SHORT_MAX: usize = 500;
const URL_MAX: usize = 2_000;
const CONTEXT_BYTES_MAX: usize = 20_000;
pub const TAGS_MAX: usize = 50;
const TAG_LENGTH_MAX: usize = 60;

pub const SCORE_KINDS: &[&str] = &["nps", "pmf", "csat", "rating"];
pub const AUDIENCES: &[&str] = &["team", "link", "public"];
pub const NEXT_STEPS: &[&str] = &["ask_more", "theme", "hypothesis", "fix_now", "no_action"];

/// What should happen with a signal or insight. Nothing without one goes unnoticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NextStep {
    /// ask_more, theme, hypothesis, fix_now, or no_action (then the note says why)
    pub kind: String,
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub owner_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct SignalIn {
    pub source_id: String,
    /// The source's own id of it: the same one is taken only once.
    pub external_id: Option<String>,
    pub person_id: Option<String>,
    pub account_id: Option<String>,
    /// What the customer said, word for word.
    pub body: String,
    /// ISO 639 code, such as `en`.
    pub language: Option<String>,
    pub score: Option<f64>,
    /// nps (0–10), pmf (0–2), csat (1–5) or rating (1–5)
    pub score_kind: Option<String>,
    /// Now, when not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub occurred_at: Option<Timestamp>,
    pub page_url: Option<String>,
    pub app_version: Option<String>,
    /// Whatever else is known of the situation.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub context: Map<String, Value>,
    pub usage_context: Option<String>,
    pub segment_id: Option<String>,
    pub assignee_id: Option<String>,
    pub next_step: Option<NextStep>,
    /// Who may see the words as a quote: team, link or public.
    pub may_show: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SignalPatch {
    pub body: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub person_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub account_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub usage_context: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub segment_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub assignee_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<NextStep>)]
    pub next_step: Option<Option<NextStep>>,
    pub may_show: Option<String>,
    pub tags: Option<Vec<String>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignalOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub source_id: String,
    pub external_id: Option<String>,
    pub import_id: Option<String>,
    pub response_id: Option<String>,
    pub person_id: Option<String>,
    pub account_id: Option<String>,
    pub body: String,
    pub language: Option<String>,
    pub score: Option<f64>,
    pub score_kind: Option<String>,
    pub sentiment: Option<f64>,
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Timestamp,
    pub page_url: Option<String>,
    pub app_version: Option<String>,
    #[schema(value_type = Object)]
    pub context: Map<String, Value>,
    pub usage_context: Option<String>,
    pub segment_id: Option<String>,
    pub assignee_id: Option<String>,
    pub next_step: Option<NextStep>,
    pub may_show: String,
    pub tags: Vec<String>,
}

impl SignalOut {
    pub fn of(row: Signal, tags: Vec<String>) -> Self {
        let next_step = row.next_step_kind.map(|kind| NextStep {
            kind,
            note: row.next_step_note,
            owner_id: row.next_step_owner_id,
            due_at: time::out_opt(row.next_step_due_at),
        });
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            source_id: row.source_id,
            external_id: row.external_id,
            import_id: row.import_id,
            response_id: row.response_id,
            person_id: row.person_id,
            account_id: row.account_id,
            body: row.body,
            language: row.language,
            score: row.score,
            score_kind: row.score_kind,
            sentiment: row.sentiment,
            occurred_at: time::out(row.occurred_at),
            page_url: row.page_url,
            app_version: row.app_version,
            context: serde_json::from_str(&row.context).unwrap_or_default(),
            usage_context: row.usage_context,
            segment_id: row.segment_id,
            assignee_id: row.assignee_id,
            next_step,
            may_show: row.may_show,
            tags,
        }
    }
}

impl SignalIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("body", &self.body, BODY_MAX);
        check_score(&mut invalid, self.score, self.score_kind.as_deref());
        for (field, text) in [
            ("external_id", &self.external_id),
            ("language", &self.language),
            ("app_version", &self.app_version),
            ("usage_context", &self.usage_context),
        ] {
            invalid.check_optional(field, text.as_deref(), SHORT_MAX);
        }
        invalid.check_optional("page_url", self.page_url.as_deref(), URL_MAX);
        let context_bytes = serde_json::to_string(&self.context).map_or(0, |text| text.len());
        invalid.check("context", context_bytes <= CONTEXT_BYTES_MAX, "must be at most 20,000 bytes of JSON");
        if let Some(audience) = &self.may_show {
            invalid.check_choice("may_show", audience, AUDIENCES);
        }
        if let Some(step) = &self.next_step {
            step.check(&mut invalid);
        }
        check_tags(&mut invalid, &self.tags);
        invalid.or(self)
    }
}

impl SignalPatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(body) = &self.body {
            invalid.check_text("body", body, BODY_MAX);
        }
        invalid.check_optional(
            "usage_context",
            self.usage_context.as_ref().and_then(Option::as_deref),
            SHORT_MAX,
        );
        if let Some(audience) = &self.may_show {
            invalid.check_choice("may_show", audience, AUDIENCES);
        }
        if let Some(Some(step)) = &self.next_step {
            step.check(&mut invalid);
        }
        if let Some(tags) = &self.tags {
            check_tags(&mut invalid, tags);
        }
        invalid.or(self)
    }

    /// The row with the patch laid over it; tags live in a table of their own.
    pub fn apply(&self, row: &mut Signal) {
        set(&mut row.body, self.body.as_ref());
        set(&mut row.person_id, self.person_id.as_ref());
        set(&mut row.account_id, self.account_id.as_ref());
        set(&mut row.usage_context, self.usage_context.as_ref());
        set(&mut row.segment_id, self.segment_id.as_ref());
        set(&mut row.assignee_id, self.assignee_id.as_ref());
        set(&mut row.may_show, self.may_show.as_ref());
        if let Some(step) = &self.next_step {
            set_next_step(row, step.as_ref());
        }
    }
}

pub fn set_next_step(row: &mut Signal, step: Option<&NextStep>) {
    row.next_step_kind = step.map(|step| step.kind.clone());
    row.next_step_note = step.and_then(|step| step.note.clone());
    row.next_step_owner_id = step.and_then(|step| step.owner_id.clone());
    row.next_step_due_at = step.and_then(|step| time::micros_opt(step.due_at));
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

impl NextStep {
    pub fn check(&self, invalid: &mut Invalid) {
        invalid.check_choice("next_step.kind", &self.kind, NEXT_STEPS);
        invalid.check_optional("next_step.note", self.note.as_deref(), SHORT_MAX);
        let has_reason = self.note.as_ref().is_some_and(|note| !note.trim().is_empty());
        let complaint = "say why nothing will be done";
        invalid.check("next_step.note", self.kind != "no_action" || has_reason, complaint);
    }
}

fn check_score(invalid: &mut Invalid, score: Option<f64>, kind: Option<&str>) {
    let range = match kind {
        None => None,
        Some("nps") => Some(0.0..=10.0),
        Some("pmf") => Some(0.0..=2.0),
        Some("csat" | "rating") => Some(1.0..=5.0),
        Some(other) => return invalid.check_choice("score_kind", other, SCORE_KINDS),
    };
    match (score, range) {
        (None, None) => {}
        (Some(score), Some(range)) => {
            let complaint = format!("must be between {} and {}", range.start(), range.end());
            invalid.check("score", range.contains(&score), &complaint);
        }
        (Some(_), None) => {
            invalid.add("score_kind", "says what the score means; it must be given with a score");
        }
        (None, Some(_)) => invalid.add("score", "must be given with a score_kind"),
    }
}

fn check_tags(invalid: &mut Invalid, tags: &[String]) {
    invalid.check("tags", tags.len() <= TAGS_MAX, "must be at most 50");
    for tag in tags {
        invalid.check_text("tags", tag, TAG_LENGTH_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(change: impl FnOnce(&mut SignalIn)) -> Vec<String> {
        let mut input =
            SignalIn { source_id: "s".to_owned(), body: "Export is slow".to_owned(), ..SignalIn::default() };
        change(&mut input);
        input.validate().err().map(|invalid| invalid.0.into_keys().collect()).unwrap_or_default()
    }

    #[test]
    fn complaints_name_the_field() {
        let no_reason = NextStep { kind: "no_action".to_owned(), note: None, owner_id: None, due_at: None };
        let check = |change: &dyn Fn(&mut SignalIn), expect: &[&str]| {
            assert_eq!(complaints(|input| change(input)), expect);
        };
        check(&|_| {}, &[]);
        check(&|input| input.body = "  ".to_owned(), &["body"]);
        check(&|input| input.body = "x".repeat(BODY_MAX + 1), &["body"]);
        check(&|input| input.score = Some(3.0), &["score_kind"]);
        check(&|input| (input.score, input.score_kind) = (Some(11.0), Some("nps".to_owned())), &["score"]);
        check(
            &|input| (input.score, input.score_kind) = (Some(f64::NAN), Some("csat".to_owned())),
            &["score"],
        );
        check(&|input| input.tags = vec![String::new()], &["tags"]);
        check(&|input| input.next_step = Some(no_reason.clone()), &["next_step.note"]);
    }
}
