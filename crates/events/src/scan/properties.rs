//! Which properties events have.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::column::{NOTHING, Texts};
use super::file::{DataFile, RowGroup};
use super::pattern::{Pattern, read_matches};
use crate::error::Result;
use crate::journey::Matches;
use crate::table::layout::{OTHER_PROPERTIES, PROPERTIES};

/// So many different sets of rare properties are looked into; the frequent ones are all told.
const OBJECTS_MAX: usize = 20_000;

/// A property of some events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundProperty {
    /// What it is called.
    pub name: String,
    /// How many of the events have it; of rare ones among very many events at least so many.
    pub n_events: usize,
    /// Whether it is a number in most of them.
    pub is_number: bool,
}

#[derive(Default)]
struct Seen {
    n_events: usize,
    n_numbers: usize,
}

/// The properties of the events that match, those of most events first.
///
/// # Errors
///
/// Those of [`RowGroup::read_texts`].
pub fn properties(files: &[&DataFile], pattern: &Pattern) -> Result<Vec<FoundProperty>> {
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    let mut n_objects_left = OBJECTS_MAX;
    for group in files.iter().flat_map(|file| file.groups()) {
        let matches = read_matches(std::slice::from_ref(pattern), group)?;
        if matches.iter().all(|matches| *matches == 0) {
            continue;
        }
        for name in group.property_columns() {
            let (n_events, is_number) = count(group, &name, &matches)?;
            let seen = all.entry(name).or_default();
            seen.n_events += n_events;
            seen.n_numbers += if is_number { n_events } else { 0 };
        }
        count_others(group, &matches, &mut n_objects_left, &mut all)?;
    }
    let found = all.into_iter().filter(|(_, seen)| seen.n_events > 0);
    let mut found: Vec<FoundProperty> = found
        .map(|(name, seen)| FoundProperty {
            name,
            n_events: seen.n_events,
            is_number: 2 * seen.n_numbers > seen.n_events,
        })
        .collect();
    found.sort_by(|a, b| b.n_events.cmp(&a.n_events).then_with(|| a.name.cmp(&b.name)));
    Ok(found)
}

fn count(group: RowGroup, name: &str, matches: &[Matches]) -> Result<(usize, bool)> {
    let column = format!("{PROPERTIES}.{name}");
    let is_number = group.is_number(&column);
    let n_events = if is_number {
        let mut numbers = Vec::new();
        group.read_numbers(&column, &mut numbers)?;
        numbers.iter().zip(matches).filter(|(number, matches)| !number.is_nan() && **matches != 0).count()
    } else {
        let mut texts = Texts::default();
        group.read_texts(&column, &mut texts)?;
        texts.codes.iter().zip(matches).filter(|(code, matches)| **code != NOTHING && **matches != 0).count()
    };
    Ok((n_events, is_number))
}

/// Adds the properties without a column, each different object once with how often it comes.
fn count_others(
    group: RowGroup,
    matches: &[Matches],
    n_left: &mut usize,
    all: &mut BTreeMap<String, Seen>,
) -> Result<()> {
    if group.is_empty(OTHER_PROPERTIES) {
        return Ok(());
    }
    let mut texts = Texts::default();
    group.read_texts(OTHER_PROPERTIES, &mut texts)?;
    let mut n_of_code: HashMap<u32, usize> = HashMap::new();
    for (code, _) in
        texts.codes.iter().zip(matches).filter(|(code, matches)| **code != NOTHING && **matches != 0)
    {
        *n_of_code.entry(*code).or_default() += 1;
    }
    for (code, n) in n_of_code {
        let word = usize::try_from(code).ok().and_then(|code| texts.words.get(code));
        let (Some(word), true) = (word, *n_left > 0) else { continue };
        *n_left -= 1;
        let object: Map<String, Value> = serde_json::from_slice(word).unwrap_or_default();
        for (name, value) in object {
            let seen = all.entry(name).or_default();
            seen.n_events += n;
            seen.n_numbers += if value.is_number() { n } else { 0 };
        }
    }
    Ok(())
}
