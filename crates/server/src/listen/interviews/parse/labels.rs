//! Telling the name of a speaker from a sentence that only looks like one.

use std::collections::HashMap;

const CHARS_MAX: usize = 60;
const WORDS_MAX: usize = 5;
/// Words that name a speaker even when they stand there once.
const ROLES: [&str; 12] = [
    "interviewer",
    "interviewee",
    "moderator",
    "facilitator",
    "participant",
    "respondent",
    "researcher",
    "customer",
    "user",
    "speaker",
    "q",
    "a",
];

/// Text in which a name may stand before a colon: `Ann: Hello` or `[Ann] Hello`.
pub fn split_prefix(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = match line.strip_prefix('[') {
        Some(inner) => {
            let (name, rest) = inner.split_once(']')?;
            let rest = rest.trim_start();
            (name, rest.strip_prefix(':').unwrap_or(rest))
        }
        None => line.split_once(':')?,
    };
    let name = name.trim().trim_matches('*').trim();
    let rest = rest.trim().trim_start_matches("**").trim_start();
    (may_be_name(name) && !rest.starts_with("//")).then_some((name, rest))
}

/// `Hello (Ann)`: the name, and what was said.
pub fn split_suffix(text: &str) -> Option<(&str, &str)> {
    let (said, name) = text.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let starts_large = name.chars().next().is_some_and(char::is_uppercase);
    (starts_large && may_be_name(name) && !said.trim().is_empty()).then_some((name.trim(), said.trim_end()))
}

pub fn may_be_name(name: &str) -> bool {
    let starts_well = name.chars().next().is_some_and(char::is_alphabetic);
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || " .'’-_()&/".contains(c));
    starts_well
        && is_plain
        && name.chars().count() <= CHARS_MAX
        && name.split_whitespace().count() <= WORDS_MAX
}

/// The candidates that are names: said again, a known role, or everybody has one.
#[derive(Debug, Default)]
pub struct Names {
    counts: HashMap<String, usize>,
    n_candidates: usize,
    n_without: usize,
}

impl Names {
    pub fn count(&mut self, candidate: Option<&str>) {
        match candidate {
            Some(name) => {
                *self.counts.entry(name.to_lowercase()).or_default() += 1;
                self.n_candidates += 1;
            }
            None => self.n_without += 1,
        }
    }

    pub fn contains(&self, name: &str) -> bool {
        let key = name.to_lowercase();
        let is_proper = name.split_whitespace().all(|word| !word.starts_with(char::is_lowercase));
        let all_have_one = is_proper && self.n_without == 0 && self.n_candidates > 1;
        let role = key.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace());
        all_have_one || ROLES.contains(&role) || self.counts.get(&key).is_some_and(|n| *n > 1)
    }

    /// Whether at least one in `parts` texts carries a candidate.
    pub fn are_common(&self, parts: usize) -> bool {
        self.n_candidates * parts >= self.n_candidates + self.n_without
    }
}
