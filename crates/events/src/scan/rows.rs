//! Whole rows of some people, for those who write them anew.

use std::io::{BufReader, Read};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::file::{DataFile, RowGroup, Source};
use crate::error::{Error, Result};
use crate::table::layout::PERSON;

/// So many rows are decoded at a time.
const BATCH_ROWS: usize = 1 << 14;

/// The rows of the people that `is_wanted` chooses, out of the groups that may have them, in the order of the file; those aside
/// that `left_out` tells of a group.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::File`].
pub fn rows_of_people(
    file: &DataFile,
    may_have: impl Fn(RowGroup) -> bool,
    is_wanted: impl Fn(i64) -> bool,
    left_out: impl Fn(RowGroup) -> Result<Option<Vec<bool>>>,
) -> Result<Vec<RecordBatch>> {
    let (mut groups, mut rows, mut n_before) = (Vec::new(), Vec::<Range<usize>>::new(), 0);
    for (index, group) in file.groups().enumerate().filter(|(_, group)| may_have(*group)) {
        let mut runs = Vec::new();
        group.read_runs(PERSON, &mut runs)?;
        let n_ranges = rows.len();
        let mut start = n_before;
        for (person, n_rows) in runs {
            let range = start..start + n_rows;
            start = range.end;
            match rows[n_ranges..].last_mut() {
                _ if !is_wanted(person) => {}
                Some(last) if last.end == range.start => last.end = range.end,
                _ => rows.push(range),
            }
        }
        if rows.len() > n_ranges
            && let Some(left_out) = left_out(group)?
        {
            let kept: Vec<_> =
                rows[n_ranges..].iter().flat_map(|range| without(range, n_before, &left_out)).collect();
            rows.splice(n_ranges.., kept);
        }
        // A group of which nothing is wanted is not read.
        if rows.len() > n_ranges {
            groups.push(index);
            n_before += group.n_rows();
        }
    }
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let read = || {
        let selection = RowSelection::from_consecutive_ranges(rows.into_iter(), n_before);
        let (source, metadata) = file.parts();
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata), ArrowReaderOptions::new())?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(source.clone(), metadata);
        let reader = reader.with_row_groups(groups).with_row_selection(selection);
        reader.with_batch_size(BATCH_ROWS).build()?.collect::<Result<_, _>>().map_err(ParquetError::from)
    };
    read().map_err(Error::file(file.path()))
}

/// The parts of a range whose rows are not left out, `left_out` counting from a row on.
fn without(range: &Range<usize>, first: usize, left_out: &[bool]) -> Vec<Range<usize>> {
    let is_left_out = |row: usize| left_out[row - first];
    let mut parts: Vec<Range<usize>> = Vec::new();
    for row in range.clone().filter(|row| !is_left_out(*row)) {
        match parts.last_mut() {
            Some(last) if last.end == row => last.end += 1,
            _ => parts.push(row..row + 1),
        }
    }
    parts
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.len()
    }
}

impl ChunkReader for Source {
    type T = BufReader<ReadFrom>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(ReadFrom { source: self.clone(), at: start, end: self.len() }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        Ok(self.read(start, length)?)
    }
}

/// Reads on from a place.
pub struct ReadFrom {
    source: Source,
    at: u64,
    end: u64,
}

impl Read for ReadFrom {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let n_bytes = out.len().min(left);
        out[..n_bytes].copy_from_slice(&self.source.read(self.at, n_bytes)?);
        self.at += u64::try_from(n_bytes).unwrap_or_default();
        Ok(n_bytes)
    }
}
