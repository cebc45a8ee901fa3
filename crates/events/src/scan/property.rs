//! The values of one property, wherever a file has them.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;

use super::column::{NOTHING, Texts};
use super::file::RowGroup;
use crate::error::Result;
use crate::table::layout::{EVENT, OTHER_PROPERTIES, PROPERTIES};

/// What the places of words stand for; nothing for an event without the property.
pub type Dictionary = Vec<Option<Box<str>>>;

/// The value of a property in one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Words, or true and false.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
}

impl Scalar<'_> {
    /// Whether it is this, as it is written.
    pub fn is(&self, word: &str) -> bool {
        match self {
            Self::Text(text) => text == word,
            Self::Number(number) => word.parse() == Ok(*number),
        }
    }

    /// As it is written.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
        }
    }

    /// As a number, if it is one or is written like one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Number(number) => Some(*number),
        }
    }
}

/// The values of one property in a group, wherever they are.
#[derive(Debug)]
pub struct Property {
    n_rows: usize,
    numbers: Vec<f64>,
    texts: Texts,
    /// From the other properties, where rows have it there.
    others: Vec<Option<Scalar<'static>>>,
}

impl Property {
    /// Reads a property.
    ///
    /// # Errors
    ///
    /// Those of [`RowGroup::read_texts`].
    pub fn read(name: &str, group: RowGroup) -> Result<Self> {
        let column = format!("{PROPERTIES}.{name}");
        let mut property =
            Self { n_rows: group.n_rows(), numbers: Vec::new(), texts: Texts::default(), others: Vec::new() };
        if group.is_number(&column) {
            group.read_numbers(&column, &mut property.numbers)?;
        } else {
            group.read_texts(&column, &mut property.texts)?;
        }
        if !group.is_empty(OTHER_PROPERTIES) {
            let mut objects = Texts::default();
            group.read_texts(OTHER_PROPERTIES, &mut objects)?;
            let by_word: Vec<_> = objects.words.iter().map(|json| find(json, name)).collect();
            if by_word.iter().any(Option::is_some) {
                property.others =
                    objects.codes.iter().map(|code| at(*code, &by_word).cloned().flatten()).collect();
            }
        }
        Ok(property)
    }

    /// What was done, as if it were a property.
    ///
    /// # Errors
    ///
    /// Those of [`RowGroup::read_texts`].
    pub fn event(group: RowGroup) -> Result<Self> {
        let mut texts = Texts::default();
        group.read_texts(EVENT, &mut texts)?;
        Ok(Self { n_rows: group.n_rows(), numbers: Vec::new(), texts, others: Vec::new() })
    }

    /// What `of` makes of the value of each row. Values of a column of texts are looked at once for each word.
    pub fn map<T: Clone>(&self, mut of: impl FnMut(Option<&Scalar>) -> T) -> Vec<T> {
        let nothing = of(None);
        let mut all: Vec<T> = if self.numbers.is_empty() {
            let text = |word: &Bytes| Scalar::Text(String::from_utf8_lossy(word).into_owned().into());
            let by_word: Vec<T> = self.texts.words.iter().map(|word| of(Some(&text(word)))).collect();
            self.texts.codes.iter().map(|code| at(*code, &by_word).unwrap_or(&nothing).clone()).collect()
        } else {
            let number = |number: &f64| Some(*number).filter(|number| !number.is_nan()).map(Scalar::Number);
            self.numbers.iter().map(|value| of(number(value).as_ref())).collect()
        };
        all.resize(self.n_rows, nothing);
        for (one, other) in all.iter_mut().zip(&self.others) {
            if other.is_some() {
                *one = of(other.as_ref());
            }
        }
        all
    }

    /// The number of each row; anything else is not a number.
    pub fn into_numbers(self) -> Vec<f64> {
        if !self.numbers.is_empty() && self.others.is_empty() {
            return self.numbers;
        }
        self.map(|value| match value {
            Some(Scalar::Number(number)) => *number,
            _ => f64::NAN,
        })
    }

    /// The words of each row as a place in a dictionary, where the same words may stand twice.
    pub fn into_words(self) -> (Vec<u32>, Dictionary) {
        if !self.texts.codes.is_empty() && self.others.is_empty() {
            let text = |word: &Bytes| Some(String::from_utf8_lossy(word).into());
            let mut dictionary: Dictionary = self.texts.words.iter().map(text).collect();
            let nothing = u32::try_from(dictionary.len()).unwrap_or(NOTHING);
            dictionary.push(None);
            let code = |code: u32| if code == NOTHING { nothing } else { code };
            return (self.texts.codes.into_iter().map(code).collect(), dictionary);
        }
        let mut codes = HashMap::new();
        let mut dictionary = Dictionary::new();
        let words = self.map(|value| {
            let word: Option<Box<str>> = value.map(|value| value.text().into());
            *codes.entry(word).or_insert_with_key(|word| {
                dictionary.push(word.clone());
                u32::try_from(dictionary.len() - 1).unwrap_or(NOTHING)
            })
        });
        (words, dictionary)
    }
}

fn at<T>(code: u32, by_word: &[T]) -> Option<&T> {
    by_word.get(usize::try_from(code).ok().filter(|_| code != NOTHING)?)
}

/// The value of a property in a JSON object; null counts as none.
fn find(json: &[u8], name: &str) -> Option<Scalar<'static>> {
    let quoted = serde_json::Value::from(name).to_string();
    // Most objects do not have it, and need not be read for that.
    if !json.windows(quoted.len()).any(|part| part == quoted.as_bytes()) {
        return None;
    }
    let mut object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(json).ok()?;
    match object.remove(name)? {
        serde_json::Value::Null => None,
        serde_json::Value::Number(number) => number.as_f64().map(Scalar::Number),
        serde_json::Value::String(text) => Some(Scalar::Text(text.into())),
        other => Some(Scalar::Text(other.to_string().into())),
    }
}
