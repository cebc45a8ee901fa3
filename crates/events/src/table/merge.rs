//! Merging: several data files become one that has the same rows, or all but some.
//!
//! The rows are merged in ranges of people, so that memory holds a range of all files and never the files.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StructArray, new_null_array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use parquet::file::metadata::ParquetMetaData;

use super::file::{self, Writer};
use super::layout::{Layout, PERSON};
use super::left_out::LeftOut;
use super::rows;
use crate::error::{Error, Result};
use crate::scan::file::{DataFile, PersonRange};
use crate::scan::rows::rows_of_people;

/// About so many rows are in memory at once.
const RANGE_ROWS: usize = 1 << 16;

/// Numbers that stand for others in a file, each with the number of the person now.
pub type Numbers = HashMap<i64, i64>;

/// Merges data files into one, without the rows of `left_out`. The files may lack columns of the layout.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::File`].
pub fn merge(
    files: &[&DataFile],
    layout: &Layout,
    left_out: &LeftOut,
    out: impl Write + Send,
) -> Result<ParquetMetaData> {
    let schema = plain(&layout.schema());
    let mut writer = Writer::new(&schema, out).map_err(Error::file("of merged rows"))?;
    for range in ranges(files) {
        let within =
            |person: i64| (range.0..=range.1).contains(&person) && !left_out.people.contains(&person);
        let mut parts = Vec::new();
        for data in files {
            let rows =
                rows_of_people(data, |group| group.may_have(range), within, |group| left_out.rows(group))?;
            let rows = rows.iter().map(|rows| fit(rows, &schema)).collect::<Result<Vec<_>, _>>();
            parts.extend(rows.map_err(failed)?);
        }
        let all = concat_batches(&schema, &parts).map_err(failed)?;
        drop(parts);
        writer.write(&rows::sort(&all).map_err(failed)?).map_err(Error::file("of merged rows"))?;
    }
    writer.finish().map_err(Error::file("of merged rows"))
}

fn failed(error: ArrowError) -> Error {
    Error::file("of merged rows")(error.into())
}

/// Ranges that together have everybody. The numbers of people are hashes: equal parts have about as many of them.
fn ranges(files: &[&DataFile]) -> Vec<PersonRange> {
    let bounds = files.iter().flat_map(|data| data.groups()).filter_map(|group| group.bounds(PERSON));
    let (min, max) = bounds.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((i64::MIN, i64::MAX));
    let n_rows: usize = files.iter().map(|data| data.n_rows()).sum();
    let n = n_rows.div_ceil(RANGE_ROWS).max(1);
    let width = (i128::from(max) - i128::from(min)) / i128::try_from(n).unwrap_or(1) + 1;
    let start = |index: usize| {
        let start = i128::from(min) + width * i128::try_from(index).unwrap_or_default();
        i64::try_from(start).unwrap_or(i64::MAX)
    };
    let end = |index: usize| if index + 1 == n { i64::MAX } else { start(index + 1).saturating_sub(1) };
    (0..n).map(|index| (if index == 0 { i64::MIN } else { start(index) }, end(index))).collect()
}

/// Rows as they are in a file, of people who have other numbers now; nothing of those who have none of them. They are in
/// memory, as a file of their own.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::File`].
pub fn renumber(data: &DataFile, numbers: &Numbers) -> Result<Option<DataFile>> {
    let mut wanted: Vec<i64> = numbers.keys().copied().collect();
    wanted.sort_unstable();
    let is_wanted = |person: i64| numbers.contains_key(&person);
    let parts = rows_of_people(data, |group| group.may_have_any(&wanted), is_wanted, |_| Ok(None))?;
    let Some(schema) = parts.first().map(RecordBatch::schema) else { return Ok(None) };
    let renumbered = |all: RecordBatch| {
        let people = all.column(rows::PERSON).as_primitive::<Int64Type>().values();
        let number = |person: &i64| numbers.get(person).copied().unwrap_or(*person);
        let people: Int64Array = people.iter().map(number).collect();
        let mut columns = all.columns().to_vec();
        columns[rows::PERSON] = Arc::new(people);
        rows::sort(&RecordBatch::try_new(all.schema(), columns)?)
    };
    let rows = concat_batches(&schema, &parts).and_then(renumbered).map_err(failed)?;
    let mut bytes = Vec::new();
    file::write(&rows, &mut bytes).map_err(Error::file("in memory"))?;
    DataFile::in_memory(bytes.into()).map(Some)
}

/// The same rows with the columns of a schema; those that they lack have no values.
fn fit(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let column = |field: &Arc<Field>| {
        fit_column(rows.column_by_name(field.name()), field.data_type(), rows.num_rows())
    };
    let columns = schema.fields().iter().map(column).collect::<Result<_, _>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns)
}

fn fit_column(
    column: Option<&ArrayRef>,
    data_type: &DataType,
    n_rows: usize,
) -> Result<ArrayRef, ArrowError> {
    let DataType::Struct(fields) = data_type else {
        return Ok(column.map_or_else(|| new_null_array(data_type, n_rows), Arc::clone));
    };
    let parts = column.and_then(|column| column.as_struct_opt());
    let part = |field: &Arc<Field>| {
        let part = parts.and_then(|parts| parts.column_by_name(field.name()));
        fit_column(part, field.data_type(), n_rows)
    };
    let columns = fields.iter().map(part).collect::<Result<_, _>>()?;
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns, None)?))
}

/// The schema with plain texts, as files have them.
fn plain(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| plain_field(field));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn plain_field(field: &Field) -> Field {
    let data_type = match field.data_type() {
        DataType::Dictionary(_, words) => words.as_ref().clone(),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(|field| plain_field(field)).collect()),
        other => other.clone(),
    };
    Field::new(field.name(), data_type, field.is_nullable())
}
