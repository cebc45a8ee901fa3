//! Events as they are taken and kept.

use std::borrow::Cow;

/// Microseconds since 1970-01-01 UTC.
pub type Micros = i64;

/// What makes an event the same when it is sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u64);

/// One thing a person did. Its words borrow from what they were read from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event<'a> {
    /// Unique for a person: an event that is sent again is not kept again.
    pub id: EventId,
    /// When it was done.
    pub at: Micros,
    /// By what the sender knows the person.
    pub distinct_id: Cow<'a, str>,
    /// What was done.
    pub name: Cow<'a, str>,
    /// In what circumstances; a name comes once.
    pub properties: Vec<(Cow<'a, str>, Value<'a>)>,
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Known to be nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number that 64 bits hold.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// Words.
    Text(Cow<'a, str>),
    /// A list or an object, as JSON.
    Json(Cow<'a, str>),
}
