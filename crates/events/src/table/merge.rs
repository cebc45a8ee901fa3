//! Merging: several data files become one that has the same rows, or all but those of some people.
//!
//! The rows are merged in ranges of people, so that memory holds a range of all files and never the files.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StructArray, new_null_array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

use super::file::Writer;
use super::layout::Layout;
use super::rows;
use crate::error::{Error, Result};
use crate::scan::file::{DataFile, PersonRange};
use crate::scan::people::ranges;

/// About so many rows are in memory at once.
const RANGE_ROWS: usize = 1 << 19;

/// Numbers of people.
pub type People = HashSet<i64>;

/// Merges data files into one, without the rows of the people in `without`. The files may lack columns of the layout.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::File`].
pub fn merge(
    files: &[&DataFile],
    layout: &Layout,
    without: &People,
    out: impl Write + Send,
) -> Result<ParquetMetaData> {
    let schema = plain(&layout.schema());
    let n_rows: usize = files.iter().map(|data| data.n_rows()).sum();
    let mut writer = Writer::new(&schema, out).map_err(Error::file("of merged rows"))?;
    for range in ranges(files, n_rows.div_ceil(RANGE_ROWS)) {
        let mut parts = Vec::new();
        for data in files {
            let part = read(data, range, &schema)?;
            parts.extend(part.filter(|part| part.num_rows() > 0));
        }
        let sorted = concat_batches(&schema, &parts).and_then(|all| rows::sort(&leave_out(&all, without)?));
        let written = sorted.map_err(ParquetError::from).and_then(|rows| writer.write(&rows));
        written.map_err(Error::file("of merged rows"))?;
    }
    writer.finish().map_err(Error::file("of merged rows"))
}

/// The rows of everybody else.
fn leave_out(batch: &RecordBatch, without: &People) -> Result<RecordBatch, ArrowError> {
    if without.is_empty() {
        return Ok(batch.clone());
    }
    let people = batch.column(rows::PERSON).as_primitive::<Int64Type>().values();
    let stays: BooleanArray = people.iter().map(|person| Some(!without.contains(person))).collect();
    filter_record_batch(batch, &stays)
}

/// The rows of a range of people in one file, with the columns of the schema.
fn read(data: &DataFile, range: PersonRange, schema: &SchemaRef) -> Result<Option<RecordBatch>> {
    let groups: Vec<usize> =
        (0..).zip(data.groups()).filter(|(_, group)| group.may_have(range)).map(|(index, _)| index).collect();
    if groups.is_empty() {
        return Ok(None);
    }
    let path = data.path();
    let file = File::open(path).map_err(Error::disk("open", path))?;
    let read = || {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let all = reader.with_row_groups(groups).with_batch_size(RANGE_ROWS).build()?;
        let mut parts = Vec::new();
        for part in all {
            parts.push(fit(&part?, schema)?);
        }
        let all = concat_batches(schema, &parts)?;
        let people = all.column(rows::PERSON).as_primitive::<Int64Type>().values();
        let start = people.partition_point(|person| *person < range.0);
        let end = people.partition_point(|person| *person <= range.1);
        Ok(all.slice(start, end - start))
    };
    read().map(Some).map_err(Error::file(path))
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
