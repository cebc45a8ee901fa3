//! A file of events, read row by row from its start; never whole in memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_json::LineDelimitedWriter;
use encoding_rs::{Decoder, Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::elements::Elements;
use super::row::Row;
use crate::listen::imports::detect;
use crate::listen::imports::file::{decode, header};
use crate::listen::imports::records::{CsvRecords, ROW_BYTES_MAX, Record, Records};
use crate::platform::error::{Error, Result};

const READ_BYTES: usize = 256 << 10;
/// So much of the beginning tells what a file is.
const HEAD_BYTES: u64 = 64 << 10;
/// Rows of a Parquet file that are in memory at once.
const PARQUET_ROWS: usize = 2_000;

/// How the bytes of a file become rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// csv, jsonl, json or parquet
    pub kind: String,
    pub encoding: String,
    pub delimiter: String,
}

pub struct RowReader {
    source: Source,
    waiting: VecDeque<Row>,
    /// Of the file as it is on the disk.
    bytes_read: Arc<AtomicU64>,
}

enum Source {
    Text { file: Box<dyn Read + Send>, decoder: Decoder, parts: Parts, is_over: bool },
    Parquet { batches: ParquetRecordBatchReader, n_rows: u64, n_done: u64, n_bytes: u64 },
    Over,
}

/// What parts the text into rows.
enum Parts {
    Csv { records: Box<Records>, columns: Vec<String>, has_header: bool },
    Lines(String),
    Elements(Elements),
}

impl Format {
    /// What a file is, by how it begins.
    pub fn find_out(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(anyhow::Error::from)?;
        let mut head = Vec::new();
        plain(file)?.take(HEAD_BYTES).read_to_end(&mut head).map_err(|_| broken())?;
        if head.is_empty() {
            return Err(Error::field("file", "is empty"));
        }
        let of = |kind: &str, encoding: &str, delimiter: char| Self {
            kind: kind.to_owned(),
            encoding: encoding.to_owned(),
            delimiter: delimiter.to_string(),
        };
        if head.starts_with(b"PAR1") {
            return Ok(of("parquet", UTF_8.name(), ','));
        }
        if let Some(complaint) = detect::complaint(&head) {
            return Err(Error::field("file", complaint));
        }
        let mut guess = detect::EncodingGuess::default();
        guess.push(&head);
        let encoding = guess.finish_cut();
        let text = decode(&mut encoding.new_decoder_with_bom_removal(), &head, false);
        let kind = if text.trim_start().starts_with('[') { "json" } else { detect::format(&text) };
        Ok(of(kind, encoding.name(), detect::delimiter(&text)))
    }
}

impl RowReader {
    pub fn open(path: &Path, format: &Format) -> Result<Self> {
        let file = File::open(path).map_err(anyhow::Error::from)?;
        let bytes_read = Arc::new(AtomicU64::new(0));
        let source = if format.kind == "parquet" {
            let n_bytes = file.metadata().map_err(anyhow::Error::from)?.len();
            let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|_| broken())?;
            let n_rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
            let batches = builder.with_batch_size(PARQUET_ROWS).build().map_err(|_| broken())?;
            Source::Parquet { batches, n_rows, n_done: 0, n_bytes }
        } else {
            let counted = Counted { file, n_bytes: Arc::clone(&bytes_read) };
            let encoding = Encoding::for_label(format.encoding.as_bytes()).unwrap_or(UTF_8);
            Source::Text {
                file: plain(counted)?,
                decoder: encoding.new_decoder_with_bom_removal(),
                parts: Parts::new(format),
                is_over: false,
            }
        };
        Ok(Self { source, waiting: VecDeque::new(), bytes_read })
    }

    /// The next rows, at most so many; none at the end of the file.
    pub fn next(&mut self, n_max: usize) -> Result<Vec<Row>> {
        while self.waiting.len() < n_max && self.read_on()? {}
        let n = self.waiting.len().min(n_max);
        Ok(self.waiting.drain(..n).collect())
    }

    /// The header of a CSV file; nothing before the first row was read.
    pub fn columns(&self) -> &[String] {
        match &self.source {
            Source::Text { parts: Parts::Csv { columns, .. }, .. } => columns,
            _ => &[],
        }
    }

    /// How much of the file was looked at.
    pub fn bytes_read(&self) -> i64 {
        i64::try_from(self.bytes_read.load(Ordering::Relaxed)).unwrap_or(i64::MAX)
    }

    /// Whether there may be more.
    fn read_on(&mut self) -> Result<bool> {
        match &mut self.source {
            Source::Over | Source::Text { is_over: true, .. } => Ok(false),
            Source::Text { file, decoder, parts, is_over } => {
                let mut bytes = vec![0; READ_BYTES];
                let n = file.read(&mut bytes).map_err(|_| broken())?;
                let text = decode(decoder, &bytes[..n], n == 0);
                *is_over = n == 0;
                parts.push(&text, *is_over, &mut self.waiting)?;
                Ok(!*is_over)
            }
            Source::Parquet { batches, n_rows, n_done, n_bytes } => {
                let Some(batch) = batches.next().transpose().map_err(|_| broken())? else {
                    self.source = Source::Over;
                    return Ok(false);
                };
                let mut lines = LineDelimitedWriter::new(Vec::new());
                lines.write(&batch).and_then(|()| lines.finish()).map_err(|_| broken())?;
                let text = String::from_utf8(lines.into_inner()).map_err(|_| broken())?;
                self.waiting.extend(text.lines().map(|line| Row::Json(line.to_owned())));
                *n_done += u64::try_from(batch.num_rows()).unwrap_or_default();
                let share = u128::from(*n_bytes) * u128::from(*n_done) / u128::from((*n_rows).max(1));
                self.bytes_read.store(u64::try_from(share).unwrap_or(*n_bytes), Ordering::Relaxed);
                Ok(true)
            }
        }
    }
}

impl Parts {
    fn new(format: &Format) -> Self {
        match format.kind.as_str() {
            "jsonl" => Self::Lines(String::new()),
            "json" => Self::Elements(Elements::default()),
            _ => {
                let delimiter = format.delimiter.bytes().next().unwrap_or(b',');
                let records = Box::new(Records::Csv(Box::new(CsvRecords::new(delimiter))));
                Self::Csv { records, columns: Vec::new(), has_header: false }
            }
        }
    }

    fn push(&mut self, text: &str, is_over: bool, rows: &mut VecDeque<Row>) -> Result<()> {
        match self {
            Self::Elements(elements) => {
                elements.push(text, rows);
                rows.extend(if is_over { elements.finish() } else { None });
            }
            Self::Lines(begun) => {
                for piece in text.split_inclusive('\n') {
                    begun.push_str(piece);
                    if piece.ends_with('\n') || begun.len() > ROW_BYTES_MAX {
                        rows.extend(line(&std::mem::take(begun)));
                    }
                }
                if is_over {
                    rows.extend(line(&std::mem::take(begun)));
                }
            }
            Self::Csv { records, columns, has_header } => {
                for record in records.push(text, is_over) {
                    if *has_header {
                        rows.push_back(cells(record, columns.len()));
                    } else {
                        *columns = header(record)?;
                        *has_header = true;
                    }
                }
            }
        }
        Ok(())
    }
}

fn line(text: &str) -> Option<Row> {
    let text = text.trim();
    match text.len() {
        0 => None,
        n if n >= ROW_BYTES_MAX => Some(Row::Broken(text.to_owned())),
        _ => Some(Row::Json(text.to_owned())),
    }
}

fn cells(record: Record, n_columns: usize) -> Row {
    match record {
        Record::Cells(cells) if cells.len() > n_columns => Row::Broken(cells.join(",")),
        Record::Cells(mut cells) => {
            cells.resize(n_columns, String::new());
            Row::Cells(cells)
        }
        Record::Fields(_) => Row::Broken(String::new()),
        Record::Broken(broken) => Row::Broken(broken.start),
    }
}

/// The bytes of a file, unpacked if they are packed.
fn plain(mut file: impl Read + Seek + Send + 'static) -> Result<Box<dyn Read + Send>> {
    let mut first = Vec::new();
    (&mut file).take(2).read_to_end(&mut first).and_then(|_| file.rewind()).map_err(anyhow::Error::from)?;
    let file = BufReader::with_capacity(READ_BYTES, file);
    Ok(if first == [0x1f, 0x8b] { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

fn broken() -> Error {
    Error::field("file", "is damaged or not complete")
}

struct Counted {
    file: File,
    n_bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(bytes)?;
        self.n_bytes.fetch_add(u64::try_from(n).unwrap_or_default(), Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let at = self.file.seek(to)?;
        self.n_bytes.store(at, Ordering::Relaxed);
        Ok(at)
    }
}
