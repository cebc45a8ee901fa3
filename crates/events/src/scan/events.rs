//! Events one by one, newest first: what just came in, and what one person did.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::column::Texts;
use super::file::{DataFile, RowGroup};
use super::pattern::{Pattern, read_matches};
use crate::error::{Error, Result};
use crate::event::{EventId, Micros};
use crate::table::layout::{AT, DISTINCT_ID, EVENT, EVENT_ID, OTHER_PROPERTIES, PERSON, PROPERTIES};

/// Candidates held for each wanted event before the oldest are let go.
const CANDIDATES: usize = 8;
/// Fewer are not worth sorting.
const CANDIDATES_MIN: usize = 1_000;

/// So many are in memory when all are read.
const ROWS_AT_ONCE: usize = 1 << 14;

/// Doubles below this tell every whole number from the next, 2^53.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Which events are listed.
#[derive(Clone, Debug)]
pub struct Listing<'a> {
    /// Those that match.
    pub pattern: Pattern,
    /// From this time on.
    pub from: Micros,
    /// Before this time.
    pub to: Micros,
    /// Of these people only, by their numbers in order; of everybody when nothing.
    pub people: Option<&'a [i64]>,
    /// Only those that come after this one in the list.
    pub after: Option<(Micros, EventId)>,
    /// So many at most.
    pub limit: usize,
}

/// An event out of the store.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptEvent {
    /// The number of the person.
    pub person: i64,
    /// See [`Event`](crate::Event).
    pub id: EventId,
    /// See [`Event`](crate::Event).
    pub at: Micros,
    /// See [`Event`](crate::Event).
    pub distinct_id: String,
    /// See [`Event`](crate::Event).
    pub name: String,
    /// Those that have a column first, then the others.
    pub properties: Map<String, Value>,
}

/// Where an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: Micros,
    id: EventId,
    group: usize,
    row: usize,
}

/// The newest events of a listing, the newest first, those of one moment by id.
///
/// # Errors
///
/// Those of [`RowGroup::read_texts`].
pub fn list(files: &[&DataFile], listing: &Listing) -> Result<Vec<KeptEvent>> {
    let groups: Vec<RowGroup> = files.iter().flat_map(|file| file.groups()).collect();
    let mut newest: Vec<usize> = (0..groups.len()).collect();
    newest.sort_by_key(|index| std::cmp::Reverse(groups[*index].bounds(AT).map(|(_, max)| max)));
    let mut places: Vec<Place> = Vec::new();
    for index in newest {
        let oldest = if places.len() < listing.limit { None } else { places.last().map(|place| place.at) };
        if groups[index].bounds(AT).is_some_and(|bounds| listing.misses(bounds, oldest)) {
            continue;
        }
        find(listing, groups[index], index, |place| {
            places.push(place);
            if places.len() > listing.limit.saturating_mul(CANDIDATES).max(CANDIDATES_MIN) {
                cut(&mut places, listing.limit);
            }
        })?;
        cut(&mut places, listing.limit);
    }
    read(&groups, &places)
}

/// Hands over all events, file by file, and in each those of a person by time.
///
/// # Errors
///
/// Those of [`RowGroup::read_texts`], and whatever `take` returns.
pub fn each<E: From<Error>>(
    files: &[&DataFile],
    mut take: impl FnMut(KeptEvent) -> Result<(), E>,
) -> Result<(), E> {
    for group in files.iter().flat_map(|file| file.groups()) {
        let all: Vec<usize> = (0..group.n_rows()).collect();
        for rows in all.chunks(ROWS_AT_ONCE) {
            read_rows(group, rows)?.into_iter().try_for_each(&mut take)?;
        }
    }
    Ok(())
}

/// By what senders know these people, whose numbers are in order: for each the newest id that its events have.
///
/// # Errors
///
/// Those of [`RowGroup::read_texts`].
pub fn distinct_ids(files: &[&DataFile], people: &[i64]) -> Result<HashMap<i64, String>> {
    let mut found: HashMap<i64, (Micros, String)> = HashMap::new();
    for group in files.iter().flat_map(|file| file.groups()) {
        if !group.may_have_any(people) {
            continue;
        }
        let (mut runs, mut at) = (Vec::new(), Vec::new());
        group.read_runs(PERSON, &mut runs)?;
        group.read_integers(AT, &mut at)?;
        let mut last_rows = Vec::new();
        let mut end = 0;
        for (person, n_rows) in runs {
            end += n_rows;
            if people.binary_search(&person).is_ok() {
                last_rows.push((person, end - 1));
            }
        }
        let rows: Vec<usize> = last_rows.iter().map(|(_, row)| *row).collect();
        for ((person, row), id) in last_rows.into_iter().zip(texts(group, DISTINCT_ID, &rows)?) {
            let newest = found.entry(person).or_insert((Micros::MIN, String::new()));
            if at[row] >= newest.0 {
                *newest = (at[row], id.unwrap_or_default());
            }
        }
    }
    Ok(found.into_iter().map(|(person, (_, id))| (person, id)).collect())
}

/// How many events a listing has without its limit.
///
/// # Errors
///
/// Those of [`RowGroup::read_texts`].
pub fn count(files: &[&DataFile], listing: &Listing) -> Result<usize> {
    let mut n = 0;
    for group in files.iter().flat_map(|file| file.groups()) {
        find(listing, group, 0, |_| n += 1)?;
    }
    Ok(n)
}

impl Listing<'_> {
    /// Whether a group with these times has nothing for the list, given its oldest event so far.
    fn misses(&self, (min, max): (Micros, Micros), oldest: Option<Micros>) -> bool {
        let after = self.after.map_or(Micros::MAX, |(at, _)| at);
        max < self.from || min >= self.to || min > after || oldest.is_some_and(|oldest| max < oldest)
    }
}

/// Hands over the place of each event of the listing in a group.
fn find(listing: &Listing, group: RowGroup, index: usize, mut take: impl FnMut(Place)) -> Result<()> {
    if !listing.people.is_none_or(|people| group.may_have_any(people)) {
        return Ok(());
    }
    let matches = read_matches(std::slice::from_ref(&listing.pattern), group)?;
    let (mut at, mut ids, mut people) = (Vec::new(), Vec::new(), Vec::new());
    group.read_integers(AT, &mut at)?;
    group.read_integers(EVENT_ID, &mut ids)?;
    if listing.people.is_some() {
        group.read_integers(PERSON, &mut people)?;
    }
    let is_theirs =
        |row: usize| listing.people.is_none_or(|theirs| theirs.binary_search(&people[row]).is_ok());
    for (row, matches) in matches.iter().enumerate() {
        let place = Place { at: at[row], id: EventId(ids[row].cast_unsigned()), group: index, row };
        let is_after = listing.after.is_none_or(|after| (place.at, place.id) < after);
        let is_in_time = (listing.from..listing.to).contains(&place.at);
        if *matches != 0 && is_in_time && is_after && is_theirs(row) {
            take(place);
        }
    }
    Ok(())
}

fn cut(places: &mut Vec<Place>, limit: usize) {
    places.sort_unstable_by(|a, b| b.cmp(a));
    places.truncate(limit);
}

/// Reads the events at these places, in this order.
fn read(groups: &[RowGroup], places: &[Place]) -> Result<Vec<KeptEvent>> {
    let mut events: Vec<Option<KeptEvent>> = vec![None; places.len()];
    let mut by_group: Vec<(usize, usize)> =
        places.iter().enumerate().map(|(index, place)| (place.group, index)).collect();
    by_group.sort_unstable();
    for of_group in by_group.chunk_by(|a, b| a.0 == b.0) {
        let rows: Vec<usize> = of_group.iter().map(|(_, index)| places[*index].row).collect();
        let read = read_rows(groups[of_group[0].0], &rows)?;
        for ((_, index), event) in of_group.iter().zip(read) {
            events[*index] = Some(event);
        }
    }
    Ok(events.into_iter().flatten().collect())
}

fn read_rows(group: RowGroup, rows: &[usize]) -> Result<Vec<KeptEvent>> {
    let (mut people, mut at, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    group.read_integers(PERSON, &mut people)?;
    group.read_integers(AT, &mut at)?;
    group.read_integers(EVENT_ID, &mut ids)?;
    let names = texts(group, EVENT, rows)?;
    let distinct_ids = texts(group, DISTINCT_ID, rows)?;
    let others = texts(group, OTHER_PROPERTIES, rows)?;
    let mut events: Vec<KeptEvent> = rows
        .iter()
        .zip(names.into_iter().zip(distinct_ids))
        .map(|(row, (name, distinct_id))| KeptEvent {
            person: people[*row],
            id: EventId(ids[*row].cast_unsigned()),
            at: at[*row],
            distinct_id: distinct_id.unwrap_or_default(),
            name: name.unwrap_or_default(),
            properties: Map::new(),
        })
        .collect();
    for name in group.property_columns() {
        let values = property(group, &name, rows)?;
        for (event, value) in events.iter_mut().zip(values) {
            event.properties.extend(value.map(|value| (name.clone(), value)));
        }
    }
    for (event, other) in events.iter_mut().zip(others) {
        let other: Option<Map<String, Value>> = other.and_then(|json| serde_json::from_str(&json).ok());
        event.properties.extend(other.into_iter().flatten());
    }
    Ok(events)
}

fn texts(group: RowGroup, column: &str, rows: &[usize]) -> Result<Vec<Option<String>>> {
    let mut texts = Texts::default();
    group.read_texts(column, &mut texts)?;
    let word = |row: &usize| {
        let code = usize::try_from(*texts.codes.get(*row)?).ok()?;
        texts.words.get(code).map(|word| String::from_utf8_lossy(word).into_owned())
    };
    Ok(rows.iter().map(word).collect())
}

/// The values that these rows have in the column of a property.
fn property(group: RowGroup, name: &str, rows: &[usize]) -> Result<Vec<Option<Value>>> {
    let column = format!("{PROPERTIES}.{name}");
    if group.is_number(&column) {
        let mut numbers = Vec::new();
        group.read_numbers(&column, &mut numbers)?;
        let number = |row: &usize| numbers.get(*row).copied().filter(|number| !number.is_nan()).map(number);
        return Ok(rows.iter().map(number).collect());
    }
    let is_bool = group.is_bool(&column);
    let value = |text: String| if is_bool { Value::from(text == "true") } else { Value::from(text) };
    Ok(texts(group, &column, rows)?.into_iter().map(|text| text.map(value)).collect())
}

/// Whole numbers are written as such: columns of numbers do not tell them from others.
fn number(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
    let whole = (number.fract() == 0.0 && number.abs() < WHOLE_MAX).then_some(number as i64);
    whole.map_or_else(|| Value::from(number), Value::from)
}
