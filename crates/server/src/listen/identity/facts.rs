//! What an event tells of people and accounts. All protocols come down to the same properties.

use heedful_events::{Event, Value};
use serde_json::{Map, Value as Json};

/// The properties that tell something; see [`facts`].
const TELLING: [&str; 4] = ["$set", "$set_once", "$unset", "$groups"];
/// The events that do.
const TELLING_EVENTS: [&str; 4] = ["$identify", "$create_alias", "$merge_dangerously", "$groupidentify"];
/// Groups of these kinds are accounts; others stay what events say of them.
const ACCOUNT_TYPES: [&str; 7] =
    ["account", "company", "customer", "organisation", "organization", "tenant", "workspace"];
const KEY_CHARS_MAX: usize = 200;

/// Something that is learned.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// This id is who somebody is.
    Identified { id: String },
    /// Whoever was nameless under `other` is the person with this id.
    Named { id: String, other: String },
    /// Two ids of one person, whichever of them was first.
    Alias { id: String, other: String },
    /// Traits of a person.
    Traits { id: String, traits: Traits },
    /// A person belongs to an account.
    Member { id: String, account: String },
    /// Traits of an account.
    Account { account: String, traits: Map<String, Json> },
}

/// Traits as they change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traits {
    pub set: Map<String, Json>,
    /// Where there is no value yet.
    pub set_once: Map<String, Json>,
    pub unset: Vec<String>,
}

/// Whether an event tells anything; quick, because it is asked for each.
pub fn tells(event: &Event) -> bool {
    is_telling_event(&event.name) || event.properties.iter().any(|(name, _)| is_telling(name))
}

/// Whether a property tells something of people or accounts.
pub fn is_telling(property: &str) -> bool {
    property.starts_with('$') && TELLING.contains(&property)
}

/// Whether events of this name do.
pub fn is_telling_event(name: &str) -> bool {
    name.starts_with('$') && TELLING_EVENTS.contains(&name)
}

/// What an event tells.
pub fn facts(event: &Event) -> Vec<Fact> {
    let id = event.distinct_id.as_ref();
    let is_about_person = !id.is_empty() && !is_false(event, "$process_person_profile");
    let mut facts = Vec::new();
    if is_about_person {
        facts.extend(who_is_who(event));
        let traits = Traits {
            set: object(event, "$set"),
            set_once: object(event, "$set_once"),
            unset: names(event, "$unset"),
        };
        if traits != Traits::default() {
            facts.push(Fact::Traits { id: id.to_owned(), traits });
        }
    }
    if event.name == "$groupidentify"
        && let (Some(kind), Some(key)) = (text(event, "$group_type"), text(event, "$group_key"))
        && let Some(account) = account(&kind, &key)
    {
        facts.push(Fact::Account { account, traits: object(event, "$group_set") });
    }
    if is_about_person {
        for (kind, key) in object(event, "$groups") {
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            let account = account(&kind, &key);
            facts.extend(account.map(|account| Fact::Member { id: id.to_owned(), account }));
        }
    }
    // PostgreSQL keeps no zero bytes in texts: such an id is nobody's record.
    facts.retain(|fact| !fact.ids().any(|id| id.contains('\0')));
    facts
}

impl Fact {
    /// The distinct ids that it names.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let (id, other) = match self {
            Self::Named { id, other } | Self::Alias { id, other } => (Some(id), Some(other)),
            Self::Identified { id } | Self::Traits { id, .. } | Self::Member { id, .. } => (Some(id), None),
            Self::Account { .. } => (None, None),
        };
        id.into_iter().chain(other).map(String::as_str)
    }
}

fn who_is_who(event: &Event) -> Option<Fact> {
    let id = event.distinct_id.to_string();
    let other = |name: &str| text(event, name).filter(|other| !other.is_empty() && *other != id);
    match event.name.as_ref() {
        "$identify" => Some(match other("$anon_distinct_id") {
            Some(other) => Fact::Named { id, other },
            None => Fact::Identified { id },
        }),
        "$create_alias" | "$merge_dangerously" => other("alias").map(|other| Fact::Alias { id, other }),
        _ => None,
    }
}

/// The account that a group is, if it is one.
fn account(kind: &str, key: &str) -> Option<String> {
    let is_account = ACCOUNT_TYPES.contains(&kind.to_lowercase().as_str());
    let key = key.trim();
    (is_account && !key.is_empty() && key.chars().count() <= KEY_CHARS_MAX && !key.contains('\0'))
        .then(|| key.to_owned())
}

fn property<'e>(event: &'e Event, name: &str) -> Option<&'e Value<'e>> {
    event.properties.iter().find(|(property, _)| property == name).map(|(_, value)| value)
}

fn is_false(event: &Event, name: &str) -> bool {
    property(event, name) == Some(&Value::Bool(false))
}

fn text(event: &Event, name: &str) -> Option<String> {
    match property(event, name)? {
        Value::Text(text) => Some(text.trim().to_owned()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Json(_) | Value::Null | Value::Bool(_) => None,
    }
}

fn object(event: &Event, name: &str) -> Map<String, Json> {
    let Some(Value::Json(json)) = property(event, name) else { return Map::new() };
    serde_json::from_str(json).unwrap_or_default()
}

/// A list of names, or the names of an object.
fn names(event: &Event, name: &str) -> Vec<String> {
    let Some(Value::Json(json)) = property(event, name) else { return Vec::new() };
    match serde_json::from_str(json) {
        Ok(Json::Array(names)) => names.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        Ok(Json::Object(fields)) => fields.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(name: &'static str, id: &'static str, properties: &[(&'static str, Json)]) -> Vec<Fact> {
        let value = |json: &Json| match json {
            Json::String(text) => Value::Text(text.clone().into()),
            Json::Bool(value) => Value::Bool(*value),
            other => Value::Json(other.to_string().into()),
        };
        let properties = properties.iter().map(|(name, json)| ((*name).into(), value(json))).collect();
        let event = Event { name: name.into(), distinct_id: id.into(), properties, ..Event::default() };
        let facts = facts(&event);
        assert!(tells(&event) || facts.is_empty(), "{facts:?}");
        facts
    }

    #[test]
    fn events_tell_who_is_who_and_what_is_known_of_them() {
        let (id, other) = ("ada".to_owned(), "nameless".to_owned());
        let anon = ("$anon_distinct_id", json!("nameless"));
        let named = Fact::Named { id: id.clone(), other: other.clone() };
        assert_eq!(told("$identify", "ada", std::slice::from_ref(&anon)), std::slice::from_ref(&named));
        let himself = ("$anon_distinct_id", json!("ada"));
        assert_eq!(told("$identify", "ada", &[himself]), [Fact::Identified { id: id.clone() }]);
        let alias = Fact::Alias { id: id.clone(), other };
        assert_eq!(told("$create_alias", "ada", &[("alias", json!("nameless"))]), [alias]);
        let set = json!({"plan": "pro"});
        let traits = |set: &Json, unset: &[&str]| Fact::Traits {
            id: id.clone(),
            traits: Traits {
                set: set.as_object().cloned().unwrap_or_default(),
                unset: unset.iter().map(|name| (*name).to_owned()).collect(),
                ..Traits::default()
            },
        };
        assert_eq!(told("$identify", "ada", &[anon, ("$set", set.clone())]), [named, traits(&set, &[])]);
        assert_eq!(told("seen", "ada", &[("$unset", json!(["a"]))]), [traits(&json!({}), &["a"])]);
        assert_eq!(told("seen", "ada", &[("plan", json!("pro"))]), []);
    }

    #[test]
    fn groups_of_companies_are_accounts_and_others_are_not() {
        let member = Fact::Member { id: "ada".to_owned(), account: "acme".to_owned() };
        let groups = json!({"company": "acme", "project": "x", "customer": " "});
        assert_eq!(told("seen", "ada", &[("$groups", groups.clone())]), [member]);
        let about = |kind: &str| {
            let kind = ("$group_type", json!(kind));
            told("$groupidentify", "", &[kind, ("$group_key", json!("acme")), ("$groups", groups.clone())])
        };
        assert_eq!(about("Company"), [Fact::Account { account: "acme".to_owned(), traits: Map::new() }]);
        assert_eq!(about("project"), []);
    }

    #[test]
    fn nobody_is_learned_of_who_is_to_stay_nameless() {
        let profile = ("$process_person_profile", json!(false));
        assert_eq!(told("seen", "nameless", &[profile, ("$set", json!({"plan": "pro"}))]), []);
    }
}
