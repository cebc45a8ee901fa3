//! Lists: `?limit=&cursor=` in, `{"items","next","total"}` out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heedful_db::{Cursor, Page};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::{Error, Result};

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 500;
const CURSOR_LENGTH_MAX: usize = 1_000;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items at most; 50 when not given.
    #[serde(default, deserialize_with = "number")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
}

/// Numbers arrive as text when a query structure is flattened into another.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<i64>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(|_| serde::de::Error::custom("must be a number"))).transpose()
}

impl Paging {
    pub fn limit(&self) -> Result<i64> {
        match self.limit {
            None => Ok(LIMIT_DEFAULT),
            Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
            Some(_) => Err(Error::field("limit", "must be between 1 and 500")),
        }
    }

    pub fn cursor(&self) -> Result<Option<Cursor>> {
        let Some(text) = &self.cursor else { return Ok(None) };
        decode(text)
            .map(Some)
            .ok_or_else(|| Error::field("cursor", "is not a cursor that this list gave out"))
    }
}

fn decode(text: &str) -> Option<Cursor> {
    if text.len() > CURSOR_LENGTH_MAX {
        return None;
    }
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (sort, id) = plain.rsplit_once('\u{1f}')?;
    let is_clean = !plain.contains('\0');
    is_clean.then(|| Cursor { sort: sort.to_owned(), id: id.to_owned() })
}

fn encode(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}\u{1f}{}", cursor.sort, cursor.id))
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page; null on the last.
    pub next: Option<String>,
    /// How many match in all.
    pub total: i64,
}

impl<T> List<T> {
    pub fn of<R>(page: Page<R>, out: impl FnMut(R) -> T) -> Self {
        let page = page.map(out);
        Self { next: page.next.as_ref().map(encode), items: page.items, total: page.total }
    }

    /// A list that is always short enough to be one page.
    pub fn whole(items: Vec<T>) -> Self {
        Self { total: i64::try_from(items.len()).unwrap_or(i64::MAX), next: None, items }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_the_round_trip_and_nonsense_is_refused() {
        let cursor = Cursor { sort: "17".to_owned(), id: "abc".to_owned() };
        assert_eq!(decode(&encode(&cursor)), Some(cursor));
        assert_eq!(decode("%%%"), None);
        assert_eq!(decode(&URL_SAFE_NO_PAD.encode("no separator")), None);
    }
}
