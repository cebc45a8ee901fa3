//! Traits: whatever else is known of a person or an account, as names and plain values that segments can ask for.

use serde_json::{Map, Value};

use crate::platform::invalid::Invalid;

const TRAITS_MAX: usize = 100;
const NAME_MAX: usize = 100;
const TEXT_MAX: usize = 1_000;
const LIST_MAX: usize = 100;

pub fn check(invalid: &mut Invalid, traits: &Map<String, Value>) {
    invalid.check("traits", traits.len() <= TRAITS_MAX, "must be at most 100");
    for (name, value) in traits.iter().take(TRAITS_MAX) {
        let field = format!("traits.{}", name.chars().take(NAME_MAX).collect::<String>());
        invalid.check_text(&field, name, NAME_MAX);
        match value {
            Value::String(text) => invalid.check_length(&field, text, TEXT_MAX),
            Value::Array(items) => {
                invalid.check(&field, items.len() <= LIST_MAX, "must have at most 100 entries");
                let all_text = items.iter().all(Value::is_string);
                invalid.check(&field, all_text, "must be a list of texts");
                for text in items.iter().take(LIST_MAX).filter_map(Value::as_str) {
                    invalid.check_length(&field, text, TEXT_MAX);
                }
            }
            Value::Object(_) => {
                invalid.add(&field, "must be a text, a number, true, false or a list of texts");
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What fits of traits that a program sent, of which nobody is there to be told that something is too long.
pub fn fit(traits: Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    let cut = |text: &str| text.chars().take(TEXT_MAX).collect::<String>();
    let fit = move |value: Value| match value {
        Value::String(text) if text.len() > TEXT_MAX => Value::String(cut(&text)),
        Value::Array(items) => {
            let texts = items.iter().take(LIST_MAX).map(|item| match item {
                Value::String(text) => cut(text),
                other => cut(&other.to_string()),
            });
            texts.collect()
        }
        Value::Object(_) => Value::String(cut(&value.to_string())),
        plain => plain,
    };
    let has_a_name = |name: &String| !name.trim().is_empty() && name.chars().count() <= NAME_MAX;
    traits.into_iter().filter(move |(name, _)| has_a_name(name)).map(move |(name, value)| (name, fit(value)))
}

/// Gives a trait a value, unless there are too many already; without one it goes.
pub fn set(traits: &mut Map<String, Value>, name: String, value: Value) {
    if value.is_null() {
        traits.remove(&name);
    } else if traits.len() < TRAITS_MAX || traits.contains_key(&name) {
        traits.insert(name, value);
    }
}

/// As stored; a trait without a value is the same as no trait.
pub fn store(traits: &Map<String, Value>) -> String {
    let set: Map<_, _> =
        traits.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect();
    Value::Object(set).to_string()
}

pub fn read(stored: &str) -> Map<String, Value> {
    serde_json::from_str(stored).unwrap_or_default()
}
