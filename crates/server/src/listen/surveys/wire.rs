//! How surveys look on the wire, and which are acceptable.

use std::collections::HashSet;

use heedful_db::listen::surveys::{Count, Survey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::ctx::Ctx;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

pub const KINDS: &[&str] = &["nps", "pmf", "open"];
pub const STATES: &[&str] = &["draft", "live", "closed"];
/// Groups of answers to the main question that a further question can be meant for.
pub const BANDS: &[&str] = &["low", "mid", "high"];
pub const FOLLOW_UP_KINDS: &[&str] = &["text", "choice"];

const NAME_MAX: usize = 200;
const ASKER_MAX: usize = 100;
const TEXT_MAX: usize = 1_000;
const PROMPT_MAX: usize = 300;
/// Whoever asks more than this asks too much.
const FOLLOW_UPS_MAX: usize = 6;
const CHOICES_MAX: usize = 12;
const CHOICE_LENGTH_MAX: usize = 120;
const KEEP_MONTHS_DEFAULT: i64 = 24;
const KEEP_MONTHS_MAX: i64 = 120;

/// A question after the main one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct FollowUp {
    /// Given by the server; keep it when editing, so that answers stay with their question.
    pub id: String,
    /// text or choice
    pub kind: String,
    pub prompt: String,
    pub required: bool,
    /// For a choice: 2 to 12 answers to choose from.
    pub choices: Vec<String>,
    /// Asked only of these groups of the main answer: low (NPS 0–6, not disappointed), mid (7–8, somewhat), high
    /// (9–10, very). Empty: asked of everybody.
    pub show_for: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SurveyIn {
    /// For the team; becomes the name of the survey's source.
    pub name: String,
    /// nps, pmf or open
    pub kind: String,
    /// Who asks, as people know you; the workspace's name when not given.
    pub asker: Option<String>,
    /// Why you ask, in a sentence or two; shown first.
    pub intro: String,
    /// Said after the answer.
    pub thanks: String,
    /// The main question; the usual one of its kind when not given.
    pub question: Option<String>,
    pub follow_ups: Vec<FollowUp>,
    /// What people agree to, beyond where their words may be shown.
    pub consent_text: String,
    /// After so many months words and people are removed; 24 when not given.
    pub keep_months: Option<i64>,
}

/// Absent fields stay as they are.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SurveyPatch {
    pub name: Option<String>,
    pub asker: Option<String>,
    pub intro: Option<String>,
    pub thanks: Option<String>,
    pub question: Option<String>,
    pub follow_ups: Option<Vec<FollowUp>>,
    pub consent_text: Option<String>,
    /// Holds for answers from now on; earlier ones keep what they were promised.
    pub keep_months: Option<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SurveyOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub source_id: String,
    pub name: String,
    pub kind: String,
    /// draft, live or closed
    pub state: String,
    pub asker: String,
    pub intro: String,
    pub thanks: String,
    pub question: String,
    pub follow_ups: Vec<FollowUp>,
    pub consent_text: String,
    pub keep_months: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opened_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// The page to send people to.
    pub page_url: String,
    /// The small form for a feedback button; may be framed.
    pub form_url: String,
    /// Answers, without those taken back.
    pub n_responses: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_response_at: Option<Timestamp>,
}

impl SurveyOut {
    pub fn of(ctx: &Ctx, row: Survey, count: Option<&Count>) -> Self {
        let address = |letter: &str| format!("{}/{letter}/{}", ctx.app.config.public_url, row.public_key);
        Self {
            page_url: address("s"),
            form_url: address("f"),
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            source_id: row.source_id,
            name: row.name,
            kind: row.kind,
            state: row.state,
            asker: row.asker,
            intro: row.intro,
            thanks: row.thanks,
            question: row.question,
            follow_ups: follow_ups(&row.follow_ups),
            consent_text: row.consent_text,
            keep_months: row.keep_months,
            opened_at: time::out_opt(row.opened_at),
            closed_at: time::out_opt(row.closed_at),
            n_responses: count.map_or(0, |count| count.n_responses),
            last_response_at: time::out_opt(count.and_then(|count| count.last_at)),
        }
    }
}

/// The further questions as stored.
pub fn follow_ups(json: &str) -> Vec<FollowUp> {
    serde_json::from_str(json).unwrap_or_default()
}

/// The wording that scores of a kind are known by, so that they can be compared with others.
pub fn usual_question(kind: &str) -> &'static str {
    match kind {
        "nps" => "How likely are you to recommend us to a friend or colleague?",
        "pmf" => "How would you feel if you could no longer use it?",
        _ => "What would you like to tell us?",
    }
}

impl SurveyIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_choice("kind", &self.kind, KINDS);
        check(&mut invalid, &self.patch(), &self.kind);
        invalid.or(self)
    }

    /// Everything but the kind, as a patch lays it over an empty survey.
    pub fn patch(&self) -> SurveyPatch {
        SurveyPatch {
            name: Some(self.name.clone()),
            asker: self.asker.clone(),
            intro: Some(self.intro.clone()),
            thanks: Some(self.thanks.clone()),
            question: self.question.clone(),
            follow_ups: Some(self.follow_ups.clone()),
            consent_text: Some(self.consent_text.clone()),
            keep_months: self.keep_months,
        }
    }

    /// A survey as it stands before it has an id, an address and a source.
    pub fn row(&self, workspace_name: &str) -> Survey {
        let mut row = Survey {
            version: 1,
            kind: self.kind.clone(),
            asker: workspace_name.to_owned(),
            question: usual_question(&self.kind).to_owned(),
            keep_months: KEEP_MONTHS_DEFAULT,
            state: "draft".to_owned(),
            ..Survey::default()
        };
        self.patch().apply(&mut row);
        row
    }
}

impl SurveyPatch {
    pub fn validate(self, kind: &str) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        check(&mut invalid, &self, kind);
        invalid.or(self)
    }

    pub fn apply(&self, row: &mut Survey) {
        for (field, value) in [
            (&mut row.name, &self.name),
            (&mut row.asker, &self.asker),
            (&mut row.intro, &self.intro),
            (&mut row.thanks, &self.thanks),
            (&mut row.question, &self.question),
            (&mut row.consent_text, &self.consent_text),
        ] {
            if let Some(value) = value {
                value.trim().clone_into(field);
            }
        }
        if let Some(follow_ups) = &self.follow_ups {
            row.follow_ups = serde_json::to_string(follow_ups).unwrap_or_default();
        }
        row.keep_months = self.keep_months.unwrap_or(row.keep_months);
    }
}

fn check(invalid: &mut Invalid, patch: &SurveyPatch, kind: &str) {
    for (field, text, chars_max) in [
        ("name", &patch.name, NAME_MAX),
        ("asker", &patch.asker, ASKER_MAX),
        ("question", &patch.question, PROMPT_MAX),
    ] {
        if let Some(text) = text {
            invalid.check_text(field, text, chars_max);
        }
    }
    for (field, text) in
        [("intro", &patch.intro), ("thanks", &patch.thanks), ("consent_text", &patch.consent_text)]
    {
        invalid.check_optional(field, text.as_deref(), TEXT_MAX);
    }
    if let Some(months) = patch.keep_months {
        invalid.check("keep_months", (1..=KEEP_MONTHS_MAX).contains(&months), "must be between 1 and 120");
    }
    let Some(follow_ups) = &patch.follow_ups else { return };
    invalid.check("follow_ups", follow_ups.len() <= FOLLOW_UPS_MAX, "must be at most 6");
    let mut ids = HashSet::new();
    for (index, question) in follow_ups.iter().enumerate() {
        let field = |name: &str| format!("follow_ups.{index}.{name}");
        question.check(invalid, kind, &field);
        let is_fresh = question.id.is_empty() || ids.insert(&question.id);
        invalid.check(&field("id"), is_fresh, "is used by another question");
    }
}

impl FollowUp {
    fn check(&self, invalid: &mut Invalid, kind: &str, field: &dyn Fn(&str) -> String) {
        invalid.check_choice(&field("kind"), &self.kind, FOLLOW_UP_KINDS);
        invalid.check_text(&field("prompt"), &self.prompt, PROMPT_MAX);
        let is_id = self.id.len() <= 40 && self.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        invalid.check(
            &field("id"),
            is_id && self.id != "main" && self.id != "name",
            "is not an id given here",
        );
        for band in &self.show_for {
            invalid.check_choice(&field("show_for"), band, BANDS);
        }
        let complaint = "is only possible after a question with a score";
        invalid.check(&field("show_for"), self.show_for.is_empty() || kind != "open", complaint);
        let choices = &field("choices");
        for choice in &self.choices {
            invalid.check_text(choices, choice, CHOICE_LENGTH_MAX);
        }
        let distinct: HashSet<&str> = self.choices.iter().map(|choice| choice.trim()).collect();
        invalid.check(choices, distinct.len() == self.choices.len(), "must differ from each other");
        if self.kind == "choice" {
            invalid.check(choices, (2..=CHOICES_MAX).contains(&self.choices.len()), "must be 2 to 12");
        } else {
            invalid.check(choices, self.choices.is_empty(), "belong to a question of kind choice only");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(change: impl FnOnce(&mut SurveyIn)) -> Vec<String> {
        let mut input = SurveyIn { name: "Spring".to_owned(), kind: "nps".to_owned(), ..SurveyIn::default() };
        change(&mut input);
        input.validate().err().map(|invalid| invalid.0.into_keys().collect()).unwrap_or_default()
    }

    fn follow_up(kind: &str, choices: &[&str]) -> FollowUp {
        let choices = choices.iter().map(|&choice| choice.to_owned()).collect();
        FollowUp { kind: kind.to_owned(), prompt: "Why?".to_owned(), choices, ..FollowUp::default() }
    }

    #[test]
    fn complaints_name_the_field() {
        let check = |change: &dyn Fn(&mut SurveyIn), expect: &[&str]| {
            assert_eq!(complaints(|input| change(input)), expect);
        };
        check(&|_| {}, &[]);
        check(&|input| input.name.clear(), &["name"]);
        check(&|input| input.kind = "ces".to_owned(), &["kind"]);
        check(&|input| input.question = Some(" ".to_owned()), &["question"]);
        check(&|input| input.keep_months = Some(0), &["keep_months"]);
        check(&|input| input.follow_ups = vec![follow_up("text", &[]); 7], &["follow_ups"]);
        check(&|input| input.follow_ups = vec![follow_up("choice", &["One"])], &["follow_ups.0.choices"]);
        check(&|input| input.follow_ups = vec![follow_up("choice", &["A", "A "])], &["follow_ups.0.choices"]);
        let shown = FollowUp { show_for: vec!["low".to_owned()], ..follow_up("text", &[]) };
        check(&|input| input.follow_ups = vec![shown.clone()], &[]);
        let open = |input: &mut SurveyIn| {
            input.kind = "open".to_owned();
            input.follow_ups = vec![shown.clone()];
        };
        check(&open, &["follow_ups.0.show_for"]);
    }

    #[test]
    fn what_is_not_given_is_the_usual() {
        let input = SurveyIn { name: " Spring ".to_owned(), kind: "pmf".to_owned(), ..SurveyIn::default() };
        let row = input.row("Acme");
        assert_eq!((row.name.as_str(), row.asker.as_str(), row.keep_months), ("Spring", "Acme", 24));
        assert_eq!(row.question, usual_question("pmf"));
    }
}
