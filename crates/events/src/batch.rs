//! Batches: events of one workspace that arrived together, as bytes of which their words are read without copying.
//!
//! A batch is the format's version, of which there is another for batches that tell of people, the workspace's 16 bytes, when it
//! was received, and its events. Numbers are little-endian, lengths are LEB128; a text is its length and its bytes.

use std::borrow::Cow;
use std::ops::Range;

use twox_hash::XxHash3_64;

use crate::event::{Event, EventId, Micros, Value};

const VERSION: u8 = 1;
/// The same version, of a batch that [tells of people](Batch::mark).
const MARKED: u8 = 2;
const HEAD_BYTES: usize = 1 + 16 + 8;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const NUMBER: u8 = 4;
const TEXT: u8 = 5;
const JSON: u8 = 6;

/// The 16 bytes of a workspace's id.
pub type Workspace = [u8; 16];

/// Tells events apart: of which person, and which one of hers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventKey {
    /// [`person_hash`] of the workspace and the distinct id.
    pub person: u64,
    /// The event's own id.
    pub id: EventId,
}

/// XXH3 of a distinct id, seeded with the workspace. It is written into files, so it stays as it is.
pub fn person_hash(workspace: Workspace, distinct_id: &str) -> u64 {
    let seed = XxHash3_64::oneshot(&workspace);
    XxHash3_64::oneshot_with_seed(seed, distinct_id.as_bytes())
}

/// Events of one workspace that arrived together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    bytes: Vec<u8>,
    workspace: Workspace,
    /// One for each event, with where in the bytes it ends.
    keys: Vec<(EventKey, usize)>,
}

impl Batch {
    /// Without events yet.
    pub fn new(workspace: Workspace, received_at: Micros) -> Self {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&workspace);
        bytes.extend_from_slice(&received_at.to_le_bytes());
        Self { bytes, workspace, keys: Vec::new() }
    }

    /// Adds an event.
    pub fn push(&mut self, event: &Event) {
        let bytes = &mut self.bytes;
        bytes.extend_from_slice(&event.id.0.to_le_bytes());
        bytes.extend_from_slice(&event.at.to_le_bytes());
        push_text(bytes, &event.distinct_id);
        push_text(bytes, &event.name);
        push_length(bytes, event.properties.len());
        for (name, value) in &event.properties {
            push_text(bytes, name);
            push_value(bytes, value);
        }
        let person = person_hash(self.workspace, &event.distinct_id);
        self.keys.push((EventKey { person, id: event.id }, self.bytes.len()));
    }

    /// Notes that some of its events tell something about people, beyond what they did: they are heard before the batch is
    /// [sealed](crate::Store::hear).
    pub fn mark(&mut self) {
        self.bytes[0] = MARKED;
    }

    /// Notes that what its events tell about people is known.
    pub fn unmark(&mut self) {
        self.bytes[0] = VERSION;
    }

    /// Whether it tells something about people.
    pub fn is_marked(&self) -> bool {
        self.bytes[0] == MARKED
    }

    /// The events.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        // It was made by adding events, or was read whole.
        let events = BatchView::new(&self.bytes).map(BatchView::events);
        events.into_iter().flatten().map_while(|event| event)
    }

    /// Gives back what it took to grow.
    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.keys.shrink_to_fit();
    }

    /// Whose events these are.
    pub fn workspace(&self) -> Workspace {
        self.workspace
    }

    /// How many events it has.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What tells its events apart, in their order.
    pub fn keys(&self) -> impl Iterator<Item = EventKey> {
        self.keys.iter().map(|(key, _)| *key)
    }

    /// Keeps the events for which `is_kept` says so, asked in their order.
    pub fn retain(&mut self, mut is_kept: impl FnMut(EventKey) -> bool) {
        let (mut start, mut n_kept_bytes) = (HEAD_BYTES, HEAD_BYTES);
        let bytes = &mut self.bytes;
        self.keys.retain_mut(|(key, end)| {
            let event: Range<usize> = std::mem::replace(&mut start, *end)..*end;
            if !is_kept(*key) {
                return false;
            }
            if event.start > n_kept_bytes {
                bytes.copy_within(event.clone(), n_kept_bytes);
            }
            n_kept_bytes += event.len();
            *end = n_kept_bytes;
            true
        });
        bytes.truncate(n_kept_bytes);
    }

    /// As it is kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The batch that was kept as these bytes; nothing when they are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let view = BatchView::new(bytes)?;
        let mut batch = Self::new(view.workspace, view.received_at);
        batch.bytes[0] = view.version;
        for event in view.events() {
            batch.push(&event?);
        }
        Some(batch)
    }
}

/// A batch that is read.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    /// Whose events these are.
    pub workspace: Workspace,
    /// When they arrived.
    pub received_at: Micros,
    version: u8,
    events: Reader<'a>,
}

impl<'a> BatchView<'a> {
    /// The batch that these bytes are; nothing when they are none.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let (head, events) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let mut head = Reader(head);
        let [version] = head.take()?;
        if ![VERSION, MARKED].contains(&version) {
            return None;
        }
        let (workspace, received_at) = (head.take()?, i64::from_le_bytes(head.take()?));
        Some(Self { workspace, received_at, version, events: Reader(events) })
    }

    /// The events, in the order they were added; nothing in the place of one that is not whole, which ends them.
    pub fn events(self) -> impl Iterator<Item = Option<Event<'a>>> {
        let mut left = Some(self.events);
        std::iter::from_fn(move || {
            let mut reader = left.take().filter(|reader| !reader.0.is_empty())?;
            let event = reader.event();
            left = event.is_some().then_some(reader);
            Some(event)
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn event(&mut self) -> Option<Event<'a>> {
        let id = EventId(u64::from_le_bytes(self.take()?));
        let at = i64::from_le_bytes(self.take()?);
        let (distinct_id, name) = (self.text()?, self.text()?);
        let n_properties = self.length()?;
        // A property has two bytes at least: a damaged number reserves no more than there can be.
        let mut properties = Vec::with_capacity(n_properties.min(self.0.len() / 2));
        for _ in 0..n_properties {
            properties.push((self.text()?, self.value()?));
        }
        Some(Event { id, at, distinct_id, name, properties })
    }

    fn value(&mut self) -> Option<Value<'a>> {
        Some(match self.take::<1>()?[0] {
            NULL => Value::Null,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            INTEGER => Value::Integer(i64::from_le_bytes(self.take()?)),
            NUMBER => Value::Number(f64::from_le_bytes(self.take()?)),
            TEXT => Value::Text(self.text()?),
            JSON => Value::Json(self.text()?),
            _ => return None,
        })
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        let n_bytes = self.length()?;
        let (text, rest) = self.0.split_at_checked(n_bytes)?;
        self.0 = rest;
        std::str::from_utf8(text).ok().map(Cow::Borrowed)
    }

    fn length(&mut self) -> Option<usize> {
        let mut length = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = self.take::<1>()?;
            length |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(length).ok();
            }
        }
        None
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }
}

fn push_value(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => bytes.push(NULL),
        Value::Bool(false) => bytes.push(FALSE),
        Value::Bool(true) => bytes.push(TRUE),
        Value::Integer(value) => {
            bytes.push(INTEGER);
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        Value::Number(value) => {
            bytes.push(NUMBER);
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        Value::Text(text) => {
            bytes.push(TEXT);
            push_text(bytes, text);
        }
        Value::Json(json) => {
            bytes.push(JSON);
            push_text(bytes, json);
        }
    }
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    push_length(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

fn push_length(bytes: &mut Vec<u8>, mut length: usize) {
    loop {
        let [low, ..] = length.to_le_bytes();
        length >>= 7;
        if length == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Integer),
            prop::num::f64::NORMAL.prop_map(Value::Number),
            any::<String>().prop_map(|text| Value::Text(text.into())),
            any::<String>().prop_map(|text| Value::Json(text.into())),
        ]
    }

    fn event() -> impl Strategy<Value = Event<'static>> {
        let properties = prop::collection::vec((any::<String>(), value()), 0..6);
        (any::<u64>(), any::<i64>(), any::<String>(), ".{0,300}", properties).prop_map(
            |(id, at, distinct_id, name, properties)| Event {
                id: EventId(id),
                at,
                distinct_id: distinct_id.into(),
                name: name.into(),
                properties: properties.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            },
        )
    }

    fn batch_of(events: &[Event]) -> Batch {
        let mut batch = Batch::new([7; 16], -5);
        for event in events {
            batch.push(event);
        }
        batch
    }

    proptest! {
        #[test]
        fn a_batch_comes_back(events in prop::collection::vec(event(), 0..5)) {
            let batch = batch_of(&events);
            prop_assert_eq!(batch.len(), events.len());
            let view = BatchView::new(batch.as_bytes()).unwrap();
            prop_assert_eq!((view.workspace, view.received_at), ([7; 16], -5));
            prop_assert_eq!(view.events().collect::<Option<Vec<_>>>(), Some(events));
        }

        #[test]
        fn a_batch_is_the_same_after_it_was_kept(events in prop::collection::vec(event(), 0..5), is_marked: bool) {
            let mut batch = batch_of(&events);
            if is_marked {
                batch.mark();
            }
            prop_assert_eq!(batch.is_marked(), is_marked);
            prop_assert_eq!(Batch::from_bytes(batch.as_bytes()), Some(batch));
        }

        #[test]
        fn what_is_left_out_leaves_the_others_whole(events in prop::collection::vec(event(), 0..6), mask: u8) {
            let is_kept = |index: usize| mask & (1 << index) != 0;
            let kept: Vec<_> = (0..events.len()).filter(|index| is_kept(*index)).collect();
            let mut batch = batch_of(&events);
            let mut asked = 0..events.len();
            batch.retain(|_| asked.next().is_some_and(is_kept));
            let expected: Vec<_> = kept.iter().map(|index| events[*index].clone()).collect();
            prop_assert_eq!(batch, batch_of(&expected));
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes: Vec<u8>, events in prop::collection::vec(event(), 1..3)) {
            let mut all = batch_of(&events).as_bytes().to_vec();
            all.extend(&bytes);
            let read: Vec<_> = BatchView::new(&all).unwrap().events().collect();
            prop_assert!(read.len() >= events.len());
            BatchView::new(&bytes).map(|view| view.events().count());
        }

        #[test]
        fn a_cut_batch_says_so(events in prop::collection::vec(event(), 1..3), cut in 1..16_usize) {
            let batch = batch_of(&events);
            let bytes = &batch.as_bytes()[..batch.as_bytes().len() - cut];
            prop_assert_eq!(BatchView::new(bytes).unwrap().events().last(), Some(None));
        }
    }
}
