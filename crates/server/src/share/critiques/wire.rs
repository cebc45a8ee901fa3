//! Critiques as they come in and go out.

use heedful_db::share::critiques::Critique;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::platform::ctx::Ctx;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

const KINDS: &[&str] = &["method", "data", "interpretation", "missing_group"];
pub const STATES: &[&str] = &["pending", "published", "hidden"];
/// What a moderator may choose; `pending` is only where a critique begins.
const MODERATED: &[&str] = &["published", "hidden"];
const ANSWERS: &[&str] = &["answered", "accepted"];
const ANSWER_MAX: usize = 5_000;
const BODY_MAX: usize = 5_000;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CritiqueOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub outcome_id: String,
    /// method, data, interpretation or missing_group
    pub kind: String,
    pub body: String,
    pub author_name: String,
    pub author_email: Option<String>,
    /// pending, published or hidden
    pub state: String,
    /// answered or accepted; null while open
    pub answer_kind: Option<String>,
    pub answer: String,
    pub answered_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CritiqueIn {
    pub outcome_id: String,
    /// method, data, interpretation or missing_group
    pub kind: String,
    pub body: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CritiqueModeration {
    /// published or hidden
    pub state: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CritiqueAnswer {
    /// answered (we see it differently, and say why) or accepted (it is right)
    pub kind: String,
    pub answer: String,
    /// With an accepted critique: opens the decision again.
    #[serde(default)]
    pub reopen_decision: bool,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CritiqueQuery {
    pub outcome_id: Option<String>,
    /// pending, published or hidden
    pub state: Option<String>,
    /// True lists those that wait for an answer.
    #[serde(default)]
    pub unanswered: bool,
}

/// Who objects: a visitor may leave name and address or not, a member has both.
pub struct Author<'a> {
    pub name: &'a str,
    pub email: &'a str,
}

/// What visitors and members alike must say.
pub fn check_objection(invalid: &mut Invalid, kind: &str, body: &str) {
    invalid.check_choice("kind", kind, KINDS);
    invalid.check_text("body", body, BODY_MAX);
}

/// A critique as it begins: it waits for the team to show it or to answer.
pub fn begin(ctx: &Ctx, outcome_id: &str, kind: &str, body: &str, author: &Author<'_>) -> Critique {
    let email = author.email.trim().to_lowercase();
    Critique {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        outcome_id: outcome_id.to_owned(),
        kind: kind.to_owned(),
        body: body.trim().to_owned(),
        author_name: author.name.trim().to_owned(),
        author_email: (!email.is_empty()).then_some(email),
        state: "pending".to_owned(),
        answer_kind: None,
        answer: String::new(),
        answered_by: None,
        answered_at: None,
    }
}

impl CritiqueIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        check_objection(&mut invalid, &self.kind, &self.body);
        invalid.or(self)
    }
}

impl CritiqueModeration {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_choice("state", &self.state, MODERATED);
        invalid.or(self)
    }
}

impl CritiqueAnswer {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_choice("kind", &self.kind, ANSWERS);
        invalid.check_text("answer", &self.answer, ANSWER_MAX);
        let complaint = "goes only with an accepted critique";
        invalid.check("reopen_decision", !self.reopen_decision || self.kind == "accepted", complaint);
        invalid.or(self)
    }
}

impl From<Critique> for CritiqueOut {
    fn from(row: Critique) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            outcome_id: row.outcome_id,
            kind: row.kind,
            body: row.body,
            author_name: row.author_name,
            author_email: row.author_email,
            state: row.state,
            answer_kind: row.answer_kind,
            answer: row.answer,
            answered_by: row.answered_by,
            answered_at: time::out_opt(row.answered_at),
        }
    }
}
