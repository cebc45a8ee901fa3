//! Rows: events as columns, sorted person by person and each person's by time.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, StringBuilder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StructArray, TimestampMicrosecondArray, UInt32Array};
use arrow_schema::{ArrowError, DataType};
use arrow_select::take::take_record_batch;

use super::layout::{Kind, Layout, PROPERTIES};
use crate::event::{Event, Value};

/// Where each of the columns is that every event has.
pub const PERSON: usize = 0;
/// See [`PERSON`].
pub const AT: usize = 1;
/// See [`PERSON`].
pub const EVENT: usize = 2;
/// See [`PERSON`].
pub const EVENT_ID: usize = 3;
/// See [`PERSON`].
pub const DISTINCT_ID: usize = 4;
/// See [`PERSON`].
pub const OTHER_PROPERTIES: usize = 5;

/// Gathers events into columns.
pub struct RowsBuilder<'l> {
    layout: &'l Layout,
    person: Vec<i64>,
    at: Vec<i64>,
    event: StringDictionaryBuilder<Int32Type>,
    event_id: Vec<i64>,
    distinct_id: StringDictionaryBuilder<Int32Type>,
    other: StringBuilder,
    by_name: HashMap<&'l str, usize>,
    properties: Vec<Column>,
}

impl<'l> RowsBuilder<'l> {
    /// Without rows yet.
    pub fn new(layout: &'l Layout) -> Self {
        Self {
            layout,
            person: Vec::new(),
            at: Vec::new(),
            event: StringDictionaryBuilder::new(),
            event_id: Vec::new(),
            distinct_id: StringDictionaryBuilder::new(),
            other: StringBuilder::new(),
            by_name: layout.columns().enumerate().map(|(index, (name, _))| (name, index)).collect(),
            properties: layout.columns().map(|(_, kind)| Column::new(kind)).collect(),
        }
    }

    /// Adds an event of a person.
    pub fn push(&mut self, person: i64, event: &Event) {
        let n_before = self.person.len();
        self.person.push(person);
        self.at.push(event.at);
        self.event.append_value(&event.name);
        self.event_id.push(event.id.0.cast_signed());
        self.distinct_id.append_value(&event.distinct_id);
        let mut other = String::new();
        for (name, value) in &event.properties {
            let column = self.by_name.get(name.as_ref()).map(|index| &mut self.properties[*index]);
            if !column.is_some_and(|column| column.len() == n_before && column.push(value)) {
                push_json(&mut other, name, value);
            }
        }
        for column in self.properties.iter_mut().filter(|column| column.len() == n_before) {
            column.push_nothing();
        }
        self.other.append_option((!other.is_empty()).then(|| format!("{{{other}}}")));
    }

    /// The rows in the order of a file.
    pub fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let schema = self.layout.schema();
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(self.person)),
            Arc::new(TimestampMicrosecondArray::from(self.at).with_timezone("UTC")),
            Arc::new(self.event.finish()),
            Arc::new(Int64Array::from(self.event_id)),
            Arc::new(self.distinct_id.finish()),
            Arc::new(self.other.finish()),
        ];
        if let Ok(field) = schema.field_with_name(PROPERTIES)
            && let DataType::Struct(fields) = field.data_type()
        {
            let arrays = self.properties.into_iter().map(Column::finish).collect();
            columns.push(Arc::new(StructArray::try_new(fields.clone(), arrays, None)?));
        }
        sort(&RecordBatch::try_new(schema, columns)?)
    }
}

/// The same rows sorted by person, time and id.
pub fn sort(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let person = rows.column(PERSON).as_primitive::<Int64Type>().values();
    let at = rows.column(AT).as_primitive::<TimestampMicrosecondType>().values();
    let id = rows.column(EVENT_ID).as_primitive::<Int64Type>().values();
    let keys = person.iter().zip(at).zip(id);
    let mut order: Vec<((i64, i64, i64), u32)> =
        keys.map(|((person, at), id)| (*person, *at, *id)).zip(0..).collect();
    order.sort_unstable();
    take_record_batch(rows, &order.into_iter().map(|(_, index)| index).collect::<UInt32Array>())
}

/// The column of one property as it grows.
enum Column {
    Bool(BooleanBuilder),
    Number(Float64Builder),
    Text(StringDictionaryBuilder<Int32Type>),
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Number => Self::Number(Float64Builder::new()),
            Kind::Text => Self::Text(StringDictionaryBuilder::new()),
        }
    }

    fn len(&self) -> usize {
        use arrow_array::builder::ArrayBuilder;
        match self {
            Self::Bool(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether the value was one for this column.
    fn push(&mut self, value: &Value) -> bool {
        match (self, value) {
            (Self::Bool(values), Value::Bool(value)) => values.append_value(*value),
            (Self::Number(values), Value::Number(value)) if !value.is_nan() => values.append_value(*value),
            (Self::Number(values), Value::Integer(value)) if Kind::of(&Value::Integer(*value)).is_some() => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "only those that doubles hold exactly come here"
                )]
                values.append_value(*value as f64);
            }
            (Self::Text(values), Value::Text(value)) => values.append_value(value),
            _ => return false,
        }
        true
    }

    fn push_nothing(&mut self) {
        match self {
            Self::Bool(values) => values.append_null(),
            Self::Number(values) => values.append_null(),
            Self::Text(values) => values.append_null(),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Bool(mut values) => Arc::new(values.finish()),
            Self::Number(mut values) => Arc::new(values.finish()),
            Self::Text(mut values) => Arc::new(values.finish()),
        }
    }
}

fn push_json(object: &mut String, name: &str, value: &Value) {
    if !object.is_empty() {
        object.push(',');
    }
    object.push_str(&serde_json::Value::from(name).to_string());
    object.push(':');
    match value {
        Value::Null => object.push_str("null"),
        Value::Bool(value) => object.push_str(if *value { "true" } else { "false" }),
        Value::Integer(value) => object.push_str(&value.to_string()),
        Value::Number(value) => object.push_str(&serde_json::Value::from(*value).to_string()),
        Value::Text(value) => object.push_str(&serde_json::Value::from(value.as_ref()).to_string()),
        Value::Json(json) => object.push_str(json),
    }
}
