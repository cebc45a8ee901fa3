//! JSON as it was sent: read once, borrowing from the body, whatever its shape. A batch may have bad events among good
//! ones, so nothing is expected of the shape here.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserializer, Serialize, Serializer};

/// Values of one body: enough for the largest batches, and a bound on what a body of brackets can cost.
const VALUES_MAX: usize = 2_000_000;

/// Most objects have so many fields at most.
const FIELDS: usize = 8;

#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Fields<'a>),
}

/// The fields of an object, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'a>(pub Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Json<'a> {
    /// Reads a whole body.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        let n_values = Cell::new(0);
        // Checked once for all texts, which is quicker than one by one.
        let text = std::str::from_utf8(bytes).map_err(serde_json::Error::custom)?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let json = Seed(&n_values).deserialize(&mut reader)?;
        reader.end()?;
        Ok(json)
    }

    pub fn as_object(&self) -> Option<&Fields<'a>> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'a> Fields<'a> {
    /// The value of a field; of several with one name the last, as JavaScript has it.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// The first of these fields that says something: is there, and neither null nor an empty text.
    pub fn first(&self, names: &[&str]) -> Option<&Json<'a>> {
        let says_something = |value: &&Json| **value != Json::Null && value.as_text() != Some("");
        names.iter().filter_map(|name| self.get(name)).find(says_something)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    pub fn object(&self, name: &str) -> Option<&Self> {
        self.get(name)?.as_object()
    }

    pub fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some(&Json::Bool(true))
    }
}

struct Seed<'c>(&'c Cell<usize>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > VALUES_MAX {
            return Err(D::Error::custom("too many values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a number beyond 64 bits is kept as near as JSON readers do"
    )]
    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(i64::try_from(value).map_or(Json::Number(value as f64), Json::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Seed(self.0))? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let mut fields = Vec::with_capacity(FIELDS);
        while let Some(name) = entries.next_key_seed(Name)? {
            fields.push((name, entries.next_value_seed(Seed(self.0))?));
        }
        Ok(Json::Object(Fields(fields)))
    }
}

/// The name of a field, borrowed unless it is written with escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => items.serialize(serializer),
            Self::Object(fields) => fields.serialize(serializer),
        }
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> String {
        serde_json::to_string(&Json::parse(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn reads_every_shape_as_it_stands() {
        for text in [
            r#"{"a":[null,true,-5,1.5,"x"],"b":{"c":{}}}"#,
            "[]",
            r#""é\n""#,
            "9223372036854775807",
            r#"{"a":1,"a":2}"#,
        ] {
            assert_eq!(again(text), text);
        }
        assert_eq!(Json::parse(b"18446744073709551615").unwrap(), Json::Number(18_446_744_073_709_551_615.0));
    }

    #[test]
    fn plain_words_are_not_copied() {
        let json = Json::parse(br#"{"event":"a","b\u0041":"c\n"}"#).unwrap();
        let fields = &json.as_object().unwrap().0;
        assert!(matches!(&fields[0], (Cow::Borrowed("event"), Json::Text(Cow::Borrowed("a")))));
        assert!(matches!(&fields[1], (Cow::Owned(_), Json::Text(Cow::Owned(_)))));
    }

    #[test]
    fn of_several_fields_with_one_name_the_last_counts() {
        let json = Json::parse(br#"{"a":1,"a":2,"b":null,"c":"","d":3}"#).unwrap();
        let fields = json.as_object().unwrap();
        assert_eq!(fields.get("a"), Some(&Json::Integer(2)));
        assert_eq!(fields.first(&["b", "c", "d"]), Some(&Json::Integer(3)));
    }

    #[test]
    fn a_body_of_brackets_ends_early() {
        let body = format!("[{}0]", "0,".repeat(VALUES_MAX));
        assert!(Json::parse(body.as_bytes()).unwrap_err().to_string().contains("too many values"));
        assert!(Json::parse("[".repeat(100_000).as_bytes()).is_err());
    }
}
