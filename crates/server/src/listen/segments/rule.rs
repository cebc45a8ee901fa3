//! What a rule says, and whether it holds for a person or an account.

use std::cmp::Ordering;
use std::collections::HashSet;

use heedful_db::listen::segment_members::{Account, Person};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::listen::traits;
use crate::platform::invalid::Invalid;

const CONDITIONS_MAX: usize = 20;
const VALUES_MAX: usize = 500;
/// People who were picked one by one, as those behind a number.
pub const PICKED_MAX: usize = 10_000;
/// The field that picks them, by the ids of their records.
const PICKED: &str = "id";
const FIELD_MAX: usize = 110;
const VALUE_MAX: usize = 1_000;
const OPS: &[&str] = &["eq", "ne", "contains", "gt", "lt", "in", "set", "not_set"];
const PERSON_FIELDS: &[&str] = &["name", "email", "external_id", PICKED];
const ACCOUNT_FIELDS: &[&str] = &["name", "plan", "revenue_cents", "external_id"];

/// All conditions must hold. Those on accounts must hold together for one of the person's accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentRule {
    pub all: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Condition {
    /// person or account
    pub on: String,
    /// name, email, external_id, plan, revenue_cents, or traits. and the name of a trait; id for people who were picked one by one
    pub field: String,
    /// eq, ne, contains, gt, lt, in, set or not_set
    pub op: String,
    /// A text, number, true or false; a list for `in`; nothing for `set` and `not_set`.
    #[serde(default)]
    #[schema(value_type = Value)]
    pub value: Value,
}

impl SegmentRule {
    /// Complains about what makes no sense, in the fields below `at`.
    pub fn check(&self, at: &str, invalid: &mut Invalid) {
        let n = self.all.len();
        let is_some = (1..=CONDITIONS_MAX).contains(&n);
        invalid.check(&format!("{at}.all"), is_some, "must be between 1 and 20 conditions");
        for (index, condition) in self.all.iter().take(CONDITIONS_MAX).enumerate() {
            condition.check(invalid, &format!("{at}.all.{index}"));
        }
    }
}

impl Condition {
    fn check(&self, invalid: &mut Invalid, at: &str) {
        let (fields, of_account) = match self.on.as_str() {
            "person" => (PERSON_FIELDS, false),
            "account" => (ACCOUNT_FIELDS, true),
            _ => return invalid.add(&format!("{at}.on"), "must be one of person, account"),
        };
        if !is_field(&self.field, of_account) {
            let complaint = format!("must be one of {}, or traits. and a name", fields.join(", "));
            invalid.add(&format!("{at}.field"), &complaint);
        }
        invalid.check_choice(&format!("{at}.op"), &self.op, OPS);
        let is_picked = !of_account && self.field == PICKED;
        invalid.check(
            &format!("{at}.op"),
            !is_picked || self.op == "in",
            "must be in, for people who were picked",
        );
        let values_max = if is_picked { PICKED_MAX } else { VALUES_MAX };
        let at = format!("{at}.value");
        match self.op.as_str() {
            "set" | "not_set" => invalid.check(&at, self.value.is_null(), "must not be given"),
            "gt" | "lt" => invalid.check(&at, number(&self.value).is_some(), "must be a number"),
            "in" => {
                let values = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
                let is_list = !values.is_empty() && values.len() <= values_max && values.iter().all(is_plain);
                let complaint = format!("must be a list of 1 to {values_max} texts or numbers");
                invalid.check(&at, is_list, &complaint);
            }
            _ => invalid.check(&at, is_plain(&self.value), "must be a text, a number, true or false"),
        }
        if let Some(text) = self.value.as_str() {
            invalid.check_length(&at, text, VALUE_MAX);
        }
    }
}

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

/// A rule ready to be asked.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Those of whom a person must be one, for each such condition.
    picked: Vec<HashSet<String>>,
    of_person: Vec<Condition>,
    of_account: Vec<Condition>,
}

impl From<SegmentRule> for Rule {
    fn from(rule: SegmentRule) -> Self {
        let (of_person, of_account): (Vec<_>, Vec<_>) =
            rule.all.into_iter().partition(|condition| condition.on == "person");
        let (picked, of_person): (Vec<_>, Vec<_>) =
            of_person.into_iter().partition(|condition| condition.field == PICKED);
        let ids = |condition: &Condition| {
            let ids = condition.value.as_array().into_iter().flatten().filter_map(Value::as_str);
            ids.map(str::to_owned).collect()
        };
        Self { picked: picked.iter().map(ids).collect(), of_person, of_account }
    }
}

impl Rule {
    pub fn asks_accounts(&self) -> bool {
        !self.of_account.is_empty()
    }

    pub fn asks_people(&self) -> bool {
        !self.of_person.is_empty() || !self.picked.is_empty()
    }

    /// Whether the conditions on the person hold, whatever the accounts.
    pub fn holds_for_person(&self, person: &Person) -> bool {
        let traits = traits::read(&person.traits);
        self.picked.iter().all(|ids| ids.contains(&person.id))
            && self
                .of_person
                .iter()
                .all(|condition| holds(condition, &value_of_person(person, &traits, &condition.field)))
    }

    /// Whether the conditions on the account hold, whoever belongs to it.
    pub fn holds_for_account(&self, account: &Account) -> bool {
        let traits = traits::read(&account.traits);
        self.of_account
            .iter()
            .all(|condition| holds(condition, &value_of_account(account, &traits, &condition.field)))
    }
}

/// Whether there is a field of this name: of people, or of accounts.
pub fn is_field(name: &str, of_account: bool) -> bool {
    let fields = if of_account { ACCOUNT_FIELDS } else { PERSON_FIELDS };
    let is_trait = name.strip_prefix("traits.").is_some_and(|name| !name.is_empty());
    is_trait && name.len() <= FIELD_MAX || fields.contains(&name)
}

/// What a field of a person has, in words; nothing when it is not known.
pub fn word_of_person(person: &Person, field: &str) -> Option<String> {
    word(value_of_person(person, &traits::read(&person.traits), field))
}

/// What a field of an account has, in words; nothing when it is not known.
pub fn word_of_account(account: &Account, field: &str) -> Option<String> {
    word(value_of_account(account, &traits::read(&account.traits), field))
}

fn word(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn value_of_person(person: &Person, traits: &Map<String, Value>, field: &str) -> Value {
    match field {
        PICKED => text(Some(&person.id)),
        "name" => text(Some(&person.name)),
        "email" => text(person.email.as_ref()),
        "external_id" => text(person.external_id.as_ref()),
        field => of_traits(traits, field),
    }
}

fn value_of_account(account: &Account, traits: &Map<String, Value>, field: &str) -> Value {
    match field {
        "name" => text(Some(&account.name)),
        "plan" => text(account.plan.as_ref()),
        "external_id" => text(account.external_id.as_ref()),
        "revenue_cents" => account.revenue_cents.map_or(Value::Null, Value::from),
        field => of_traits(traits, field),
    }
}

fn text(value: Option<&String>) -> Value {
    value.filter(|text| !text.is_empty()).map_or(Value::Null, |text| Value::from(text.as_str()))
}

fn of_traits(traits: &Map<String, Value>, field: &str) -> Value {
    field.strip_prefix("traits.").and_then(|name| traits.get(name)).cloned().unwrap_or_default()
}

/// Texts compare whatever their case; numbers compare as numbers, also when they were sent as text.
fn holds(condition: &Condition, value: &Value) -> bool {
    let wanted = &condition.value;
    match condition.op.as_str() {
        "set" => !value.is_null(),
        "not_set" => value.is_null(),
        "eq" => equal(value, wanted),
        // What is not known differs from everything.
        "ne" => !equal(value, wanted),
        "contains" => contains(value, wanted),
        "gt" => compare(value, wanted) == Some(Ordering::Greater),
        "lt" => compare(value, wanted) == Some(Ordering::Less),
        "in" => wanted.as_array().is_some_and(|all| all.iter().any(|wanted| equal(value, wanted))),
        _ => false,
    }
}

fn equal(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(|item| equal(item, wanted)),
        value => match (number(value), number(wanted)) {
            (Some(value), Some(wanted)) => value.total_cmp(&wanted) == Ordering::Equal,
            _ => plain(value) == plain(wanted),
        },
    }
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(|item| contains(item, wanted)),
        value => plain(value).contains(&plain(wanted)),
    }
}

fn compare(value: &Value, wanted: &Value) -> Option<Ordering> {
    number(value)?.partial_cmp(&number(wanted)?)
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_lowercase(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn condition(field: &str, op: &str, value: Value) -> Condition {
        Condition { on: "account".to_owned(), field: field.to_owned(), op: op.to_owned(), value }
    }

    #[test]
    fn conditions_hold_as_people_read_them() {
        let account = Account {
            id: "a".to_owned(),
            name: "Acme Ltd".to_owned(),
            plan: Some("Enterprise".to_owned()),
            revenue_cents: Some(1_200_000),
            external_id: None,
            traits: json!({"seats": "40", "regions": ["EU", "US"], "trial": false}).to_string(),
        };
        let check = |field: &str, op: &str, value: Value, expect: bool| {
            let rule = Rule::from(SegmentRule { all: vec![condition(field, op, value.clone())] });
            assert_eq!(rule.holds_for_account(&account), expect, "{field} {op} {value}");
        };
        check("plan", "eq", json!("enterprise"), true);
        check("plan", "ne", json!("enterprise"), false);
        check("plan", "in", json!(["free", "ENTERPRISE"]), true);
        check("name", "contains", json!("acme"), true);
        check("revenue_cents", "gt", json!(1_000_000), true);
        check("revenue_cents", "lt", json!("1000000"), false);
        check("traits.seats", "gt", json!(9), true);
        check("traits.seats", "eq", json!(40), true);
        check("traits.regions", "eq", json!("eu"), true);
        check("traits.regions", "contains", json!("us"), true);
        check("traits.trial", "eq", json!(false), true);
        check("traits.unknown", "ne", json!("x"), true);
        check("traits.unknown", "not_set", json!(null), true);
        check("external_id", "set", json!(null), false);
        check("name", "gt", json!(1), false);
    }

    #[test]
    fn complaints_name_the_condition() {
        let check = |condition: Condition, expect: &[&str]| {
            let mut invalid = Invalid::default();
            SegmentRule { all: vec![condition] }.check("rule", &mut invalid);
            assert_eq!(invalid.0.keys().collect::<Vec<_>>(), expect);
        };
        check(condition("plan", "eq", json!("free")), &[]);
        check(condition("colour", "eq", json!("red")), &["rule.all.0.field"]);
        check(condition("plan", "like", json!("free")), &["rule.all.0.op"]);
        check(condition("revenue_cents", "gt", json!("much")), &["rule.all.0.value"]);
        check(condition("plan", "in", json!([])), &["rule.all.0.value"]);
        check(condition("plan", "set", json!(1)), &["rule.all.0.value"]);
        let mut invalid = Invalid::default();
        SegmentRule { all: vec![] }.check("rule", &mut invalid);
        assert!(invalid.0.contains_key("rule.all"));
    }
}
