//! How people look on the wire, and which are acceptable.

use heedful_db::Micros;
use heedful_db::listen::people::{Person, Voice};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::listen::traits;
use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

pub const NAME_MAX: usize = 200;
pub const EMAIL_MAX: usize = 254;
pub const EXTERNAL_ID_MAX: usize = 500;
const ACCOUNTS_MAX: usize = 100;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PersonIn {
    pub name: String,
    /// Kept in lower case; no two people share one.
    pub email: Option<String>,
    /// The id of this person in your own product; no two people share one.
    pub external_id: Option<String>,
    /// Names with texts, numbers, true or false, or lists of texts.
    #[schema(value_type = Object)]
    pub traits: Map<String, Value>,
    /// The accounts that this person belongs to.
    pub account_ids: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PersonPatch {
    pub name: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub email: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub external_id: Option<Option<String>>,
    /// Replaces all traits.
    #[schema(value_type = Option<Object>)]
    pub traits: Option<Map<String, Value>>,
    pub account_ids: Option<Vec<String>>,
    /// True stops every mail to this person, false allows them again.
    pub unsubscribed: Option<bool>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonAccount {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub name: String,
    pub email: Option<String>,
    pub external_id: Option<String>,
    #[schema(value_type = Object)]
    pub traits: Map<String, Value>,
    pub accounts: Vec<PersonAccount>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub unsubscribed_at: Option<Timestamp>,
    /// Who this record was merged into.
    pub merged_into_id: Option<String>,
    pub n_signals: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub heard_at: Option<Timestamp>,
}

impl PersonOut {
    pub fn of(row: Person, accounts: Vec<PersonAccount>, voice: Option<&Voice>) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            name: row.name,
            email: row.email,
            external_id: row.external_id,
            traits: traits::read(&row.traits),
            accounts,
            unsubscribed_at: time::out_opt(row.unsubscribed_at),
            merged_into_id: row.merged_into_id,
            n_signals: voice.map_or(0, |voice| voice.n_signals),
            heard_at: time::out_opt(voice.and_then(|voice| voice.heard_at)),
        }
    }
}

impl PersonIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        let input = Self {
            email: clean(self.email).map(|email| email.to_lowercase()),
            external_id: clean(self.external_id),
            ..self
        };
        invalid.check_length("name", &input.name, NAME_MAX);
        check_email(&mut invalid, input.email.as_deref());
        invalid.check_optional("external_id", input.external_id.as_deref(), EXTERNAL_ID_MAX);
        let is_known = !input.name.trim().is_empty() || input.email.is_some() || input.external_id.is_some();
        invalid.check("name", is_known, "must be given when there is neither an email nor an external id");
        traits::check(&mut invalid, &input.traits);
        check_accounts(&mut invalid, &input.account_ids);
        invalid.or(input)
    }
}

impl PersonPatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        let input = Self {
            email: self.email.map(|email| clean(email).map(|email| email.to_lowercase())),
            external_id: self.external_id.map(clean),
            ..self
        };
        invalid.check_optional("name", input.name.as_deref(), NAME_MAX);
        check_email(&mut invalid, input.email.as_ref().and_then(Option::as_deref));
        let external_id = input.external_id.as_ref().and_then(Option::as_deref);
        invalid.check_optional("external_id", external_id, EXTERNAL_ID_MAX);
        if let Some(traits) = &input.traits {
            traits::check(&mut invalid, traits);
        }
        check_accounts(&mut invalid, input.account_ids.as_deref().unwrap_or_default());
        invalid.or(input)
    }

    /// The row with the patch laid over it; accounts live in a table of their own.
    pub fn apply(&self, row: &mut Person, now: Micros) {
        if let Some(name) = &self.name {
            name.trim().clone_into(&mut row.name);
        }
        if let Some(email) = &self.email {
            row.email.clone_from(email);
        }
        if let Some(external_id) = &self.external_id {
            row.external_id.clone_from(external_id);
        }
        if let Some(traits) = &self.traits {
            row.traits = traits::store(traits);
        }
        match self.unsubscribed {
            Some(true) => row.unsubscribed_at = row.unsubscribed_at.or(Some(now)),
            Some(false) => row.unsubscribed_at = None,
            None => {}
        }
    }
}

/// Good enough to be written to: something, an at sign, something with a dot or a host name, no spaces.
pub fn is_email(text: &str) -> bool {
    let no_space = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.split_once('@');
    no_space && parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'))
}

fn check_email(invalid: &mut Invalid, email: Option<&str>) {
    if let Some(email) = email {
        invalid.check("email", is_email(email), "must be an address such as ada@example.org");
        invalid.check_length("email", email, EMAIL_MAX);
    }
}

fn check_accounts(invalid: &mut Invalid, ids: &[String]) {
    invalid.check("account_ids", ids.len() <= ACCOUNTS_MAX, "must be at most 100");
}

/// A text of nothing but spaces is no text.
fn clean(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_the_field() {
        let check = |input: PersonIn, expect: &[&str]| {
            let found: Vec<String> =
                input.validate().err().map(|invalid| invalid.0.into_keys().collect()).unwrap_or_default();
            assert_eq!(found, expect);
        };
        let named = || PersonIn { name: "Ada".to_owned(), ..PersonIn::default() };
        check(named(), &[]);
        check(PersonIn::default(), &["name"]);
        check(PersonIn { email: Some(" Ada@Example.org ".to_owned()), ..PersonIn::default() }, &[]);
        check(PersonIn { email: Some("ada at example".to_owned()), ..named() }, &["email"]);
        let nested = serde_json::json!({"plan": {"name": "pro"}});
        check(
            PersonIn { traits: nested.as_object().cloned().unwrap_or_default(), ..named() },
            &["traits.plan"],
        );
    }
}
