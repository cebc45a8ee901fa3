//! What people did, as a question names it: events, and what must hold for their properties.

use heedful_events::scan::pattern::{Condition, Expression, Pattern, Test};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::platform::invalid::Invalid;

const NAME_MAX: usize = 200;
const EVENTS_MAX: usize = 50;
const VALUES_MAX: usize = 1_000;

/// What was done: the name of an event, or more exactly.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Deed {
    Name(String),
    Exact(ExactDeed),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ExactDeed {
    /// The name of the event; any event, when neither this nor `events` is given.
    #[schema(max_length = 200)]
    pub event: Option<String>,
    /// Any of these names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub events: Vec<String>,
    /// All of these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub filters: Vec<Filter>,
    /// What it is called in the answer.
    #[schema(max_length = 200)]
    pub label: Option<String>,
}

/// What must hold for a property.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Filter {
    #[schema(min_length = 1, max_length = 200, example = "plan")]
    pub property: String,
    #[serde(default)]
    pub op: Op,
    /// A word, a number, true or false; for `in` and `not_in` a list of them.
    #[serde(default)]
    pub value: Value,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    #[default]
    Eq,
    /// Also when there is no such property.
    Ne,
    In,
    NotIn,
    /// Capitals or not.
    Contains,
    /// A regular expression, found anywhere.
    Regex,
    Gt,
    Lt,
    Gte,
    Lte,
    Set,
    NotSet,
}

impl Deed {
    /// The events that it means.
    pub fn pattern(&self, field: &str, invalid: &mut Invalid) -> Pattern {
        let (events, filters) = match self {
            Self::Name(name) => (vec![name.clone()], [].as_slice()),
            Self::Exact(exact) => {
                (exact.event.iter().chain(&exact.events).cloned().collect(), exact.filters.as_slice())
            }
        };
        invalid.check(field, events.len() <= EVENTS_MAX, "must have at most 50 events");
        for event in &events {
            invalid.check_text(field, event, NAME_MAX);
        }
        let conditions = filters.iter().filter_map(|filter| condition(filter, field, invalid)).collect();
        Pattern { events, conditions }
    }

    /// What it is called.
    pub fn label(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Exact(exact) => {
                let names: Vec<&str> = exact.event.iter().chain(&exact.events).map(String::as_str).collect();
                let names = if names.is_empty() { "Any event".to_owned() } else { names.join(" or ") };
                exact.label.clone().unwrap_or(names)
            }
        }
    }
}

/// What a filter means; nothing when it is wrong.
pub fn condition(filter: &Filter, field: &str, invalid: &mut Invalid) -> Option<Condition> {
    invalid.check_text(&format!("{field}.property"), &filter.property, NAME_MAX);
    match test(filter) {
        Ok(test) => Some(Condition { property: filter.property.clone(), test }),
        Err(complaint) => {
            invalid.add(&format!("{field}.value"), complaint);
            None
        }
    }
}

fn test(filter: &Filter) -> Result<Test, &'static str> {
    let one = || word(&filter.value).ok_or("must be a word, a number, true or false");
    let number = || number(&filter.value).ok_or("must be a number");
    Ok(match filter.op {
        Op::Eq => Test::In(vec![one()?]),
        Op::Ne => Test::NotIn(vec![one()?]),
        Op::In => Test::In(words(&filter.value)?),
        Op::NotIn => Test::NotIn(words(&filter.value)?),
        Op::Contains => Test::Contains(one()?),
        Op::Regex => Test::Matches(Expression::new(&one()?).ok_or("must be a regular expression")?),
        Op::Gt => Test::Greater(number()?),
        Op::Lt => Test::Less(number()?),
        Op::Gte => Test::AtLeast(number()?),
        Op::Lte => Test::AtMost(number()?),
        Op::Set => Test::Set,
        Op::NotSet => Test::NotSet,
    })
}

fn words(value: &Value) -> Result<Vec<String>, &'static str> {
    const EXPECTED: &str = "must be a list of words or numbers, 1,000 at most";
    let list = value.as_array().filter(|list| list.len() <= VALUES_MAX).ok_or(EXPECTED)?;
    list.iter().map(|value| word(value).ok_or(EXPECTED)).collect()
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).filter(|number| number.is_finite())
}
