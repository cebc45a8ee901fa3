//! Events as they are taken and kept.

use std::borrow::Cow;
use std::fmt;

use twox_hash::XxHash3_64;

/// Microseconds since 1970-01-01 UTC.
pub type Micros = i64;

/// What makes an event the same when it is sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u64);

impl EventId {
    /// The id that stands for what the sender calls the event: 16 hexadecimal digits, as events are exported, are the id
    /// itself, and of anything else it is XXH3.
    pub fn of(text: &str) -> Self {
        let is_own = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let own = u64::from_str_radix(text, 16).ok().filter(|_| is_own);
        Self(own.unwrap_or_else(|| XxHash3_64::oneshot(text.as_bytes())))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_sixteen_digits_are_an_id_of_our_own() {
        for text in ["", "+00000000000000a", "000000000000000", "00000000-0000-000"] {
            assert_eq!(EventId::of(text).0, XxHash3_64::oneshot(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_exported_id_comes_back(id: u64) {
            prop_assert_eq!(EventId::of(&EventId(id).to_string()), EventId(id));
        }
    }
}
