//! One data file that is read: its parts by row group and column.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::basic::Type;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::file::statistics::Statistics;

use super::column::{Chunk, Texts};
use crate::error::{Error, Result};
use crate::table::layout::{PERSON, PROPERTIES};

/// Numbers of people, both ends included.
pub type PersonRange = (i64, i64);

/// A data file, with its footer in memory.
#[derive(Debug)]
pub struct DataFile {
    path: PathBuf,
    source: Source,
    metadata: Arc<ParquetMetaData>,
}

/// What the bytes of a file are read from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    File(Arc<Mutex<File>>),
    Memory(Bytes),
}

impl DataFile {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::File`].
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::disk("open", path))?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(Error::file(path))?;
        Ok(Self {
            path: path.to_owned(),
            source: Source::File(Arc::new(Mutex::new(file))),
            metadata: Arc::new(metadata),
        })
    }

    /// A file that is only in memory.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub fn in_memory(bytes: Bytes) -> Result<Self> {
        let path = PathBuf::from("in memory");
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&bytes).map_err(Error::file(&path))?;
        Ok(Self { path, source: Source::Memory(bytes), metadata: Arc::new(metadata) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Rows in the file.
    pub fn n_rows(&self) -> usize {
        self.groups().map(RowGroup::n_rows).sum()
    }

    /// Its row groups, in the order of their people.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = RowGroup<'_>> {
        self.metadata.row_groups().iter().map(|meta| RowGroup { file: self, meta })
    }

    /// What its bytes are read from, and its footer.
    pub(super) fn parts(&self) -> (&Source, &Arc<ParquetMetaData>) {
        (&self.source, &self.metadata)
    }

    fn read_range(&self, range: std::ops::Range<u64>) -> Result<Bytes> {
        let n_bytes = usize::try_from(range.end - range.start).unwrap_or_default();
        self.source.read(range.start, n_bytes).map_err(Error::disk("read", &self.path))
    }
}

impl Source {
    /// Reads so many bytes from a place.
    pub(super) fn read(&self, start: u64, n_bytes: usize) -> std::io::Result<Bytes> {
        match self {
            Self::File(file) => {
                let mut bytes = Vec::with_capacity(n_bytes);
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start))?;
                let wanted = u64::try_from(n_bytes).unwrap_or(u64::MAX);
                let n_read = file.by_ref().take(wanted).read_to_end(&mut bytes)?;
                if n_read == n_bytes { Ok(bytes.into()) } else { Err(ErrorKind::UnexpectedEof.into()) }
            }
            Self::Memory(bytes) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let end = start.checked_add(n_bytes).filter(|end| *end <= bytes.len());
                end.map(|end| bytes.slice(start..end)).ok_or_else(|| ErrorKind::UnexpectedEof.into())
            }
        }
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> u64 {
        let n_bytes = match self {
            Self::File(file) => {
                file.lock().unwrap_or_else(PoisonError::into_inner).metadata().ok().map(|about| about.len())
            }
            Self::Memory(bytes) => u64::try_from(bytes.len()).ok(),
        };
        n_bytes.unwrap_or_default()
    }
}

/// A row group of a file: all events of the people in it.
#[derive(Clone, Copy, Debug)]
pub struct RowGroup<'f> {
    file: &'f DataFile,
    meta: &'f RowGroupMetaData,
}

impl<'f> RowGroup<'f> {
    /// Rows in it.
    pub fn n_rows(self) -> usize {
        usize::try_from(self.meta.num_rows()).unwrap_or_default()
    }

    /// Between which numbers a column of whole numbers lies, both included, when the file says so.
    pub fn bounds(self, column: &str) -> Option<(i64, i64)> {
        bounds_of(self.meta.column(self.index(column)?))
    }

    /// Whether somebody of this range may be in it.
    pub fn may_have(self, range: PersonRange) -> bool {
        self.bounds(PERSON).is_none_or(|(min, max)| min <= range.1 && range.0 <= max)
    }

    /// Whether any of these people, whose numbers are in order, may be in it.
    pub fn may_have_any(self, people: &[i64]) -> bool {
        let Some((min, max)) = self.bounds(PERSON) else { return !people.is_empty() };
        people.get(people.partition_point(|person| *person < min)).is_some_and(|person| *person <= max)
    }

    /// Whether a column is one of doubles.
    pub fn is_number(self, column: &str) -> bool {
        self.index(column).is_some_and(|index| self.meta.column(index).column_type() == Type::DOUBLE)
    }

    /// Whether a column is one of true and false.
    pub fn is_bool(self, column: &str) -> bool {
        self.index(column).is_some_and(|index| self.meta.column(index).column_type() == Type::BOOLEAN)
    }

    /// The properties that have a column with something in it.
    pub fn property_columns(self) -> impl Iterator<Item = String> + use<'f> {
        let paths = self.meta.columns().iter().map(|meta| meta.column_path().string());
        let names =
            paths.filter_map(|path| Some(path.strip_prefix(PROPERTIES)?.strip_prefix('.')?.to_owned()));
        names.filter(move |name| !self.is_empty(&format!("{PROPERTIES}.{name}")))
    }

    /// Whether every row lacks this column.
    pub fn is_empty(self, column: &str) -> bool {
        let n_missing = |index| self.meta.column(index).statistics()?.null_count_opt();
        self.index(column)
            .is_none_or(|index| n_missing(index).is_some_and(|n| usize::try_from(n) == Ok(self.n_rows())))
    }

    /// Adds the values of a column of whole numbers or times; whether the file has it.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::File`].
    pub fn read_integers(self, column: &str, out: &mut Vec<i64>) -> Result<bool> {
        self.read(column, |chunk| chunk.read_integers(out))
    }

    /// The same as runs of one value each, and how long they are.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::File`].
    pub fn read_runs(self, column: &str, out: &mut Vec<(i64, usize)>) -> Result<bool> {
        self.read(column, |chunk| chunk.read_runs(out))
    }

    /// The same for a column of doubles, in which a missing one is not a number.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::File`].
    pub fn read_numbers(self, column: &str, out: &mut Vec<f64>) -> Result<bool> {
        self.read(column, |chunk| chunk.read_numbers(out))
    }

    /// The same for a column of texts, or of true and false.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::File`].
    pub fn read_texts(self, column: &str, out: &mut Texts) -> Result<bool> {
        self.read(column, |chunk| chunk.read_texts(out))
    }

    fn read(self, column: &str, decode: impl FnOnce(&Chunk<'f>) -> Result<(), ParquetError>) -> Result<bool> {
        let Some(meta) = self.index(column).map(|index| self.meta.column(index)) else { return Ok(false) };
        let (start, length) = meta.byte_range();
        let bytes = self.file.read_range(start..start + length)?;
        let chunk = Chunk { meta, bytes, n_rows: self.n_rows() };
        decode(&chunk).map_err(Error::file(&self.file.path))?;
        Ok(true)
    }

    /// Columns are addressed by their path: `properties.plan`.
    fn index(self, column: &str) -> Option<usize> {
        self.meta.columns().iter().position(|meta| {
            let mut left = Some(column);
            for part in meta.column_path().parts() {
                left = left.and_then(|left| left.strip_prefix(part.as_str()));
                left = left.map(|left| left.strip_prefix('.').unwrap_or(left));
            }
            left == Some("")
        })
    }
}

/// Between which whole numbers a column of a row group lies, both included, when the file says so.
pub fn bounds_of(column: &ColumnChunkMetaData) -> Option<(i64, i64)> {
    match column.statistics()? {
        Statistics::Int64(bounds) => Some((*bounds.min_opt()?, *bounds.max_opt()?)),
        _ => None,
    }
}
