//! Data files: sorted rows as Parquet that anybody reads, in the encodings that are quickest to read for us.

use std::io::Write;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::{layout, rows};

/// A row group ends with the first person behind about so many rows: nobody's events are in two of them, so that they can be read at
/// the same time.
const GROUP_ROWS: usize = 1 << 17;

/// Writes sorted rows as a whole file.
///
/// # Errors
///
/// When `out` cannot be written.
pub fn write(rows: &RecordBatch, out: impl Write + Send) -> Result<ParquetMetaData, ParquetError> {
    let mut writer = Writer::new(&rows.schema(), out)?;
    writer.write(rows)?;
    writer.finish()
}

/// A file that is written part by part.
pub struct Writer<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written.
    pub fn new(schema: &SchemaRef, out: W) -> Result<Self, ParquetError> {
        let options = ArrowWriterOptions::new().with_properties(properties()?).with_skip_arrow_metadata(true);
        Ok(Self(ArrowWriter::try_new_with_options(out, Arc::clone(schema), options)?))
    }

    /// Adds sorted rows, of people after those that were added before.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), ParquetError> {
        let mut start = 0;
        for end in group_ends(rows) {
            self.0.write(&rows.slice(start, end - start))?;
            self.0.flush()?;
            start = end;
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn finish(self) -> Result<ParquetMetaData, ParquetError> {
        self.0.close()
    }
}

/// Where row groups end, of which none is small when there are several.
fn group_ends(rows: &RecordBatch) -> Vec<usize> {
    let person = rows.column(rows::PERSON).as_primitive::<Int64Type>().values();
    let n_groups = ((rows.num_rows() + GROUP_ROWS / 2) / GROUP_ROWS).max(1);
    let group_rows = rows.num_rows().div_ceil(n_groups);
    let mut ends = Vec::new();
    let mut start = 0;
    while start < rows.num_rows() {
        let full = (start + group_rows).min(rows.num_rows());
        let last = person[full - 1];
        let end = full + person[full..].partition_point(|one| *one == last);
        ends.push(end);
        start = end;
    }
    ends
}

fn properties() -> Result<WriterProperties, ParquetError> {
    let column = |name: &str| ColumnPath::from(name);
    let unpacked = Compression::UNCOMPRESSED;
    Ok(WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_created_by(format!("heedful {}", env!("CARGO_PKG_VERSION")))
        .set_max_row_group_row_count(None)
        .set_encoding(Encoding::PLAIN)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // Where to look for one person.
        .set_column_statistics_enabled(column(layout::PERSON), EnabledStatistics::Page)
        .set_column_compression(column(layout::PERSON), unpacked)
        .set_column_compression(column(layout::EVENT), unpacked)
        .set_column_dictionary_enabled(column(layout::AT), false)
        .set_column_encoding(column(layout::AT), Encoding::DELTA_BINARY_PACKED)
        .set_column_compression(column(layout::AT), unpacked)
        // Random numbers neither repeat nor get shorter.
        .set_column_dictionary_enabled(column(layout::EVENT_ID), false)
        .set_column_compression(column(layout::EVENT_ID), unpacked)
        .build())
}
