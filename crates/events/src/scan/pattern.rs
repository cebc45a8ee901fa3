//! Patterns: which events a question is about.

use regex::{Regex, RegexBuilder};

use super::column::Texts;
use super::file::RowGroup;
use super::property::{Property, Scalar};
use crate::error::Result;
use crate::journey::Matches;
use crate::table::layout::EVENT;

/// Compiled, in memory.
const EXPRESSION_BYTES_MAX: usize = 1 << 20;

/// Events that a question is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pattern {
    /// What was done; any of these, or anything when there are none.
    pub events: Vec<String>,
    /// All of these hold.
    pub conditions: Vec<Condition>,
}

impl Pattern {
    /// Everything that was called so.
    pub fn of(event: &str) -> Self {
        Self { events: vec![event.to_owned()], conditions: Vec::new() }
    }

    fn has_name(&self, name: &[u8]) -> bool {
        self.events.is_empty() || self.events.iter().any(|event| event.as_bytes() == name)
    }
}

/// What must hold for a property.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The property.
    pub property: String,
    /// What must hold for its value.
    pub test: Test,
}

/// What must hold for a value. An event without the property passes [`Test::NotIn`] and [`Test::NotSet`] only.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is one of these. Numbers and words are the same when they are written the same.
    In(Vec<String>),
    /// It is none of these.
    NotIn(Vec<String>),
    /// It has these letters in it, capitals or not.
    Contains(String),
    /// It matches this.
    Matches(Expression),
    /// It is a number greater than this.
    Greater(f64),
    /// It is a number less than this.
    Less(f64),
    /// It is this number or a greater one.
    AtLeast(f64),
    /// It is this number or a lesser one.
    AtMost(f64),
    /// There is one.
    Set,
    /// There is none, or null.
    NotSet,
}

/// A regular expression, in the syntax of the crate `regex`, found anywhere in a text.
#[derive(Clone, Debug)]
pub struct Expression(Regex);

impl Expression {
    /// Reads an expression; nothing when it is none, or a very large one.
    pub fn new(text: &str) -> Option<Self> {
        RegexBuilder::new(text).size_limit(EXPRESSION_BYTES_MAX).build().ok().map(Self)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Test {
    /// Whether a value passes; nothing is an event without the property.
    pub fn passes(&self, value: Option<&Scalar>) -> bool {
        match (self, value) {
            (Self::NotIn(_) | Self::NotSet, None) | (Self::Set, Some(_)) => true,
            (Self::In(words), Some(value)) => words.iter().any(|word| value.is(word)),
            (Self::NotIn(words), Some(value)) => !words.iter().any(|word| value.is(word)),
            (Self::Contains(part), Some(value)) => value.text().to_lowercase().contains(&part.to_lowercase()),
            (Self::Greater(bound), Some(value)) => value.number().is_some_and(|number| number > *bound),
            (Self::Less(bound), Some(value)) => value.number().is_some_and(|number| number < *bound),
            (Self::AtLeast(bound), Some(value)) => value.number().is_some_and(|number| number >= *bound),
            (Self::AtMost(bound), Some(value)) => value.number().is_some_and(|number| number <= *bound),
            (Self::Matches(expression), Some(value)) => expression.0.is_match(&value.text()),
            (_, None) | (Self::NotSet, Some(_)) => false,
        }
    }
}

/// Which of the patterns each row of a group matches.
///
/// # Errors
///
/// Those of [`RowGroup::read_texts`].
pub fn read_matches(patterns: &[Pattern], group: RowGroup) -> Result<Vec<Matches>> {
    let mut names = Texts::default();
    group.read_texts(EVENT, &mut names)?;
    let bits = |name: &[u8]| {
        let having = (0..Matches::BITS).zip(patterns).filter(|(_, pattern)| pattern.has_name(name));
        having.map(|(bit, _)| 1 << bit).sum::<Matches>()
    };
    let by_word: Vec<Matches> = names.words.iter().map(|word| bits(word)).collect();
    let of_code = |code: &u32| usize::try_from(*code).ok().and_then(|code| by_word.get(code)).copied();
    let mut matches: Vec<Matches> =
        names.codes.iter().map(|code| of_code(code).unwrap_or_default()).collect();
    for (condition, bits) in conditions(patterns) {
        let property = Property::read(&condition.property, group)?;
        let passes = property.map(|value| condition.test.passes(value));
        for (matches, passes) in matches.iter_mut().zip(passes) {
            *matches &= !(Matches::from(!passes) * bits);
        }
    }
    Ok(matches)
}

/// Each condition once, however many patterns have it, with the bits of those.
fn conditions(patterns: &[Pattern]) -> Vec<(&Condition, Matches)> {
    let mut all: Vec<(&Condition, Matches)> = Vec::new();
    for (bit, pattern) in (0..Matches::BITS).zip(patterns) {
        for condition in &pattern.conditions {
            match all.iter_mut().find(|(known, _)| *known == condition) {
                Some((_, bits)) => *bits |= 1 << bit,
                None => all.push((condition, 1 << bit)),
            }
        }
    }
    all
}
