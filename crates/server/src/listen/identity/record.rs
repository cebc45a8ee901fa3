//! Traits as programs send them, laid over the record of a person or an account.

use heedful_db::listen::accounts::Account;
use heedful_db::listen::people::Person;
use serde_json::{Map, Value};

use super::facts::Traits;
use crate::listen::people::{EMAIL_MAX, NAME_MAX, is_email};
use crate::listen::traits;

/// Names of a trait that is a field of the record.
const NAMES: [&str; 2] = ["name", "$name"];
const EMAILS: [&str; 2] = ["email", "$email"];
const GIVEN_NAMES: [&str; 3] = ["first_name", "firstName", "firstname"];
const FAMILY_NAMES: [&str; 3] = ["last_name", "lastName", "lastname"];

impl Traits {
    /// Whether they tell anything but what SDKs note by themselves.
    pub fn tell_of_somebody(&self) -> bool {
        let mut all = self.set.keys().chain(self.set_once.keys());
        all.any(|name| !name.starts_with('$')) || self.email().is_some()
    }

    /// The address that they name, in lower case.
    pub fn email(&self) -> Option<String> {
        let email = first(&self.set, &EMAILS).or_else(|| first(&self.set_once, &EMAILS))?.to_lowercase();
        (is_email(&email) && email.chars().count() <= EMAIL_MAX).then_some(email)
    }
}

/// Lays traits over a person; the address aside, which may be somebody else's.
pub fn apply(person: &mut Person, told: &Traits) {
    if let Some(name) = name(&told.set) {
        person.name = name;
    } else if person.name.is_empty() {
        person.name = name(&told.set_once).unwrap_or_default();
    }
    let mut known = traits::read(&person.traits);
    for (name, value) in traits::fit(plain(&told.set)) {
        traits::set(&mut known, name, value);
    }
    for (name, value) in traits::fit(plain(&told.set_once)) {
        if !known.contains_key(&name) {
            traits::set(&mut known, name, value);
        }
    }
    for name in &told.unset {
        known.remove(name);
    }
    person.traits = traits::store(&known);
}

/// Lays traits over an account, whose plan is a field of its own.
pub fn apply_to_account(account: &mut Account, told: &Map<String, Value>) {
    if let Some(name) = first(told, &NAMES).and_then(|name| cut(&name)) {
        account.name = name;
    }
    if let Some(plan) = first(told, &["plan"]).and_then(|plan| cut(&plan)) {
        account.plan = Some(plan);
    }
    let mut known = traits::read(&account.traits);
    let rest = plain(told).into_iter().filter(|(name, _)| name != "plan").collect();
    for (name, value) in traits::fit(rest) {
        traits::set(&mut known, name, value);
    }
    account.traits = traits::store(&known);
}

fn name(told: &Map<String, Value>) -> Option<String> {
    let whole = || {
        let parts = [first(told, &GIVEN_NAMES), first(told, &FAMILY_NAMES)];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some(name).filter(|name| !name.is_empty())
    };
    first(told, &NAMES).or_else(whole).and_then(|name| cut(&name))
}

fn cut(text: &str) -> Option<String> {
    // PostgreSQL keeps no zero bytes in texts.
    let text: String = text.trim().chars().filter(|c| *c != '\0').take(NAME_MAX).collect();
    Some(text).filter(|text| !text.is_empty())
}

fn first(told: &Map<String, Value>, names: &[&str]) -> Option<String> {
    let found = names.iter().find_map(|name| told.get(*name)?.as_str());
    found.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Those that are no fields of the record, and that no SDK notes by itself.
fn plain(told: &Map<String, Value>) -> Map<String, Value> {
    let is_field = |name: &str| EMAILS.contains(&name) || NAMES.contains(&name);
    let rest = told.iter().filter(|(name, _)| !is_field(name) && !name.starts_with('$'));
    rest.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(json: &Value) -> Map<String, Value> {
        json.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn traits_are_laid_over_a_person() {
        let mut person = Person::default();
        let told = Traits {
            set: map(
                &json!({"firstName": "Ada", "last_name": "Lovelace", "email": "Ada@Example.org", "seats": 3,
                "address": {"city": "London"}, "$os": "Linux", "tags": ["a", 1]}),
            ),
            set_once: map(&json!({"seats": 1, "source": "ad", "name": "Countess"})),
            unset: Vec::new(),
        };
        apply(&mut person, &told);
        assert_eq!((person.name.as_str(), person.email.as_ref()), ("Ada Lovelace", None));
        let expected = json!({"firstName": "Ada", "last_name": "Lovelace", "seats": 3, "source": "ad",
            "address": r#"{"city":"London"}"#, "tags": ["a", "1"]});
        assert_eq!(traits::read(&person.traits), map(&expected));
        assert_eq!(told.email().as_deref(), Some("ada@example.org"));
        let unset = ["source", "address", "tags", "last_name", "seats"].map(str::to_owned).to_vec();
        apply(&mut person, &Traits { set: map(&json!({"firstName": null})), unset, ..Traits::default() });
        assert_eq!((person.traits.as_str(), person.name.as_str()), ("{}", "Ada Lovelace"));
    }

    #[test]
    fn what_sdks_note_by_themselves_tells_of_nobody() {
        let check = |set: Value, expect: bool| {
            let told = Traits { set_once: map(&set), ..Traits::default() };
            assert_eq!(told.tell_of_somebody(), expect, "{set}");
        };
        check(json!({"$initial_referrer": "x"}), false);
        check(json!({"$initial_referrer": "x", "plan": "pro"}), true);
        check(json!({"$email": "a@example.org"}), true);
    }

    #[test]
    fn traits_are_laid_over_an_account() {
        let mut account = Account { name: "acme".to_owned(), ..Account::default() };
        apply_to_account(&mut account, &map(&json!({"name": "Acme Ltd", "plan": "pro", "seats": 40})));
        assert_eq!((account.name.as_str(), account.plan.as_deref()), ("Acme Ltd", Some("pro")));
        assert_eq!(account.traits, r#"{"seats":40}"#);
    }
}
