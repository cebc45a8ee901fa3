//! Statements whose WHERE clause depends on the request, and pages of their rows.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::QueryAs;
use sqlx::{Any, AssertSqlSafe, FromRow};

use crate::{Conn, Error, Result};

/// A value bound to a placeholder; the four column types.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Integer(i64),
    Double(f64),
    /// Absent values keep their type, which PostgreSQL asks for.
    NoText,
    NoInteger,
    NoDouble,
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::NoText, Self::Text)
    }
}

impl From<&Option<String>> for Value {
    fn from(value: &Option<String>) -> Self {
        value.clone().into()
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::NoInteger, Self::Integer)
    }
}

impl From<Option<f64>> for Value {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::NoDouble, Self::Double)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

/// SQL put together from fixed pieces and bound values. Only `&'static str` can become text,
/// so nothing that a user typed can ever be part of the statement.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends the next placeholder and binds `value` to it.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Appends `text` and a bound value when there is one: `sql.when(" AND person_id = ", person)`.
    pub fn when(&mut self, text: &'static str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.push(text).bind(value);
        }
        self
    }

    /// Appends `text ($1, $2, …)`; an empty list matches nothing.
    pub fn bind_in(&mut self, text: &'static str, values: &[String]) -> &mut Self {
        self.push(text).push(" (");
        if values.is_empty() {
            self.push("NULL");
        }
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.bind(value.as_str());
        }
        self.push(")")
    }

    /// Appends `($1, $2), ($3, $4)…`, one group per row, as `VALUES` wants them.
    pub fn bind_rows(&mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> &mut Self {
        for (index, row) in rows.into_iter().enumerate() {
            self.push(if index > 0 { ", (" } else { "(" });
            for (column, value) in row.into_iter().enumerate() {
                if column > 0 {
                    self.push(", ");
                }
                self.bind(value);
            }
            self.push(")");
        }
        self
    }

    pub async fn fetch_all<T>(self, conn: &mut Conn) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        Ok(self.into_query().fetch_all(conn).await?)
    }

    pub async fn fetch_one<T>(self, conn: &mut Conn) -> Result<T>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        Ok(self.into_query().fetch_one(conn).await?)
    }

    /// Runs a statement that answers a single count.
    pub async fn fetch_count(self, conn: &mut Conn) -> Result<i64> {
        let (n,): (i64,) = self.fetch_one(conn).await?;
        Ok(n)
    }

    /// Runs a statement without rows and says how many rows it touched.
    pub async fn execute(self, conn: &mut Conn) -> Result<u64> {
        let mut query = sqlx::query(AssertSqlSafe(self.text));
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Integer(number) => query.bind(number),
                Value::Double(number) => query.bind(number),
                Value::NoText => query.bind(None::<String>),
                Value::NoInteger => query.bind(None::<i64>),
                Value::NoDouble => query.bind(None::<f64>),
            };
        }
        Ok(query.execute(conn).await?.rows_affected())
    }

    fn into_query<T>(self) -> QueryAs<'static, Any, T, AnyArguments>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let mut query = sqlx::query_as(AssertSqlSafe(self.text));
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Integer(number) => query.bind(number),
                Value::Double(number) => query.bind(number),
                Value::NoText => query.bind(None::<String>),
                Value::NoInteger => query.bind(None::<i64>),
                Value::NoDouble => query.bind(None::<f64>),
            };
        }
        query
    }
}

/// One page of a list: rows, where the next page starts, and how many rows match in all.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<Cursor>,
    pub total: i64,
}

/// Where a page starts: just after the row with this sort value and id. Opaque outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub sort: String,
    pub id: String,
}

impl Cursor {
    /// For lists ordered by id, which is also the order of creation.
    pub fn at_id(id: &str) -> Self {
        Self { sort: String::new(), id: id.to_owned() }
    }

    pub fn sort_number(&self) -> Result<i64> {
        self.sort.parse().map_err(|_| Error::Corrupt("cursor".to_owned()))
    }
}

impl<T> Page<T> {
    /// Makes a page of `rows` fetched with `limit + 1`: the extra row only tells that there is a next page.
    pub fn cut(mut rows: Vec<T>, limit: i64, total: i64, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next, total }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next, total: self.total }
    }
}
