//! How outcomes look on the wire, and which are acceptable.

use heedful_db::share::outcomes::{Draft, Outcome};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

pub const AUDIENCES: &[&str] = &["team", "link", "public"];
pub const STATES: &[&str] = &["draft", "published"];
const TITLE_MAX: usize = 300;
const WORDS_MAX: usize = 10_000;
const QUOTES_MAX: usize = 30;

#[derive(Debug, Deserialize, ToSchema)]
pub struct OutcomeIn {
    /// The decision whose result this tells; empty texts are drafted from it.
    pub decision_id: String,
    pub title: Option<String>,
    pub said: Option<String>,
    pub tried: Option<String>,
    pub learned: Option<String>,
    pub did: Option<String>,
    /// team, link or public
    pub audience: Option<String>,
    /// Signals to quote; shown only where their speakers allow it.
    #[serde(default)]
    pub quotes: Vec<String>,
}

/// Absent fields stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct OutcomePatch {
    pub title: Option<String>,
    pub said: Option<String>,
    pub tried: Option<String>,
    pub learned: Option<String>,
    pub did: Option<String>,
    pub audience: Option<String>,
    pub quotes: Option<Vec<String>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutcomeOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub decision_id: String,
    pub title: String,
    /// What customers said.
    pub said: String,
    /// What was tried.
    pub tried: String,
    /// What was learned.
    pub learned: String,
    /// What was done about it.
    pub did: String,
    pub quotes: Vec<String>,
    pub audience: String,
    /// draft or published
    pub state: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub published_at: Option<Timestamp>,
    /// The page's address, once published for more than the team.
    pub url: Option<String>,
    /// Where everything that the workspace made public is listed, once this is.
    pub index_url: Option<String>,
}

impl OutcomeOut {
    pub fn of(row: Outcome, public_url: &str) -> Self {
        let is_open = row.state == "published" && row.audience != "team" && row.archived_at.is_none();
        let is_listed = is_open && row.audience == "public";
        Self {
            index_url: is_listed.then(|| format!("{public_url}/learned/{}", row.workspace_id)),
            url: is_open.then(|| format!("{public_url}/o/{}", row.slug)),
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            decision_id: row.decision_id,
            title: row.title,
            said: row.said,
            tried: row.tried,
            learned: row.learned,
            did: row.did,
            quotes: serde_json::from_str(&row.quotes).unwrap_or_default(),
            audience: row.audience,
            state: row.state,
            published_at: time::out_opt(row.published_at),
        }
    }
}

impl OutcomeIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            invalid.check_text("title", title, TITLE_MAX);
        }
        check_words(&mut invalid, [&self.said, &self.tried, &self.learned, &self.did]);
        check_audience(&mut invalid, self.audience.as_deref());
        invalid.check("quotes", self.quotes.len() <= QUOTES_MAX, "must be at most 30");
        invalid.or(self)
    }
}

impl OutcomePatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            invalid.check_text("title", title, TITLE_MAX);
        }
        check_words(&mut invalid, [&self.said, &self.tried, &self.learned, &self.did]);
        check_audience(&mut invalid, self.audience.as_deref());
        let n_quotes = self.quotes.as_ref().map_or(0, Vec::len);
        invalid.check("quotes", n_quotes <= QUOTES_MAX, "must be at most 30");
        invalid.or(self)
    }

    pub fn apply(&self, row: &mut Outcome) {
        let texts = [
            (&mut row.title, &self.title),
            (&mut row.said, &self.said),
            (&mut row.tried, &self.tried),
            (&mut row.learned, &self.learned),
            (&mut row.did, &self.did),
            (&mut row.audience, &self.audience),
        ];
        for (field, value) in texts {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
        if let Some(quotes) = &self.quotes {
            row.quotes = serde_json::json!(quotes).to_string();
        }
    }
}

/// Why a draft cannot be shown to others yet.
pub fn check_publishable(row: &Outcome) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    invalid.check_text("learned", &row.learned, WORDS_MAX);
    invalid.check_text("tried", &row.tried, WORDS_MAX);
    invalid.or(()).map(|_| ())
}

/// Plain first words, made from the decision; people write the rest.
pub fn first_words(draft: &Draft) -> [String; 3] {
    let subject = draft.bet_title.as_ref().or(draft.hypothesis_title.as_ref());
    let title = subject.unwrap_or(&draft.question).clone();
    let tried = draft.hypothesis_title.clone().or_else(|| draft.bet_title.clone()).unwrap_or_default();
    [title, tried, draft.why.clone()]
}

fn check_words(invalid: &mut Invalid, texts: [&Option<String>; 4]) {
    for (field, text) in ["said", "tried", "learned", "did"].into_iter().zip(texts) {
        invalid.check_optional(field, text.as_deref(), WORDS_MAX);
    }
}

fn check_audience(invalid: &mut Invalid, audience: Option<&str>) {
    if let Some(audience) = audience {
        invalid.check_choice("audience", audience, AUDIENCES);
    }
}
