//! What is wrong with an input, by field.

use std::collections::BTreeMap;

/// Collects every complaint before answering, so that nobody has to find them one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invalid(pub BTreeMap<String, Vec<String>>);

/// An input that was checked; only `validate` functions make one.
#[derive(Clone, Debug)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Invalid {
    pub fn field(name: &str, complaint: &str) -> Self {
        let mut invalid = Self::default();
        invalid.add(name, complaint);
        invalid
    }

    pub fn add(&mut self, field: &str, complaint: &str) {
        self.0.entry(field.to_owned()).or_default().push(complaint.to_owned());
    }

    pub fn check(&mut self, field: &str, is_fine: bool, complaint: &str) {
        if !is_fine {
            self.add(field, complaint);
        }
    }

    /// Text that must be there and at most `chars_max` characters long.
    pub fn check_text(&mut self, field: &str, text: &str, chars_max: usize) {
        self.check(field, !text.trim().is_empty(), "must not be empty");
        self.check_length(field, text, chars_max);
    }

    pub fn check_length(&mut self, field: &str, text: &str, chars_max: usize) {
        if text.chars().count() > chars_max {
            self.add(field, &format!("must have at most {chars_max} characters"));
        }
        self.check(field, !text.contains('\0'), "must not contain a zero byte");
    }

    pub fn check_optional(&mut self, field: &str, text: Option<&str>, chars_max: usize) {
        if let Some(text) = text {
            self.check_length(field, text, chars_max);
        }
    }

    /// One of the words that a column may hold.
    pub fn check_choice(&mut self, field: &str, value: &str, choices: &[&str]) {
        if !choices.contains(&value) {
            self.add(field, &format!("must be one of {}", choices.join(", ")));
        }
    }

    pub fn or<T>(self, value: T) -> Result<Valid<T>, Self> {
        if self.0.is_empty() { Ok(Valid(value)) } else { Err(self) }
    }
}
