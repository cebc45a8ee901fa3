//! The stored file, read from its start in batches of rows.

use std::collections::{HashMap, VecDeque};

use encoding_rs::{CoderResult, Decoder, Encoding};
use heedful_db::WorkspaceId;
use heedful_db::listen::imports::{self, Import};

use super::records::{Broken, CsvRecords, JsonLines, Record, Records};
use super::wire::{ImportRefusal, read_columns};
use crate::app::App;
use crate::platform::error::Result;

const COLUMN_NAME_MAX: usize = 200;
const ROW_TEXT_MAX: usize = 1_000;

/// A row by the columns of its file.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As a spreadsheet counts: the header of a CSV file is row 1.
    pub number: i64,
    /// In the order of the columns; missing ones are empty.
    pub cells: Vec<String>,
    /// JSON fields that the first rows did not have.
    pub more: Vec<(String, String)>,
}

pub type Parsed = std::result::Result<Row, ImportRefusal>;

pub struct FileReader {
    app: App,
    ws: WorkspaceId,
    import_id: String,
    decoder: Decoder,
    records: Records,
    /// Empty until the header of a CSV file was read; for JSON Lines as found in the first rows.
    columns: Vec<String>,
    has_header: bool,
    n_records: i64,
    next_chunk: i64,
    bytes_read: i64,
    is_over: bool,
    waiting: VecDeque<Parsed>,
}

impl FileReader {
    pub fn new(app: &App, ws: &WorkspaceId, import: &Import) -> Result<Self> {
        let encoding = Encoding::for_label(import.file_encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        let is_csv = import.file_format == "csv";
        let delimiter = import.delimiter.bytes().next().unwrap_or(b',');
        Ok(Self {
            app: app.clone(),
            ws: ws.clone(),
            import_id: import.id.clone(),
            decoder: encoding.new_decoder_with_bom_removal(),
            records: if is_csv {
                Records::Csv(Box::new(CsvRecords::new(delimiter)))
            } else {
                Records::JsonLines(JsonLines::default())
            },
            columns: if is_csv { Vec::new() } else { read_columns(import)? },
            has_header: !is_csv,
            n_records: 0,
            next_chunk: 0,
            bytes_read: 0,
            is_over: false,
            waiting: VecDeque::new(),
        })
    }

    /// The next rows, at most `max`; none at the end of the file.
    pub async fn next_batch(&mut self, max: usize) -> Result<Vec<Parsed>> {
        while self.waiting.len() < max && !self.is_over {
            self.read_chunk().await?;
        }
        let n = self.waiting.len().min(max);
        Ok(self.waiting.drain(..n).collect())
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many bytes of the file were looked at.
    pub fn bytes_read(&self) -> i64 {
        self.bytes_read
    }

    async fn read_chunk(&mut self) -> Result<()> {
        let bytes = {
            let mut conn = self.app.db.read().await?;
            imports::find_chunk(&mut conn, &self.ws, &self.import_id, self.next_chunk).await?
        };
        self.next_chunk += 1;
        self.is_over = bytes.is_none();
        let bytes = bytes.unwrap_or_default();
        self.bytes_read += i64::try_from(bytes.len()).unwrap_or(0);
        let text = decode(&mut self.decoder, &bytes, self.is_over);
        for record in self.records.push(&text, self.is_over) {
            self.n_records += 1;
            if self.has_header {
                let parsed = self.parse(record);
                self.waiting.push_back(parsed);
            } else {
                self.has_header = true;
                self.columns = header(record)?;
            }
        }
        Ok(())
    }

    fn parse(&self, record: Record) -> Parsed {
        match record {
            Record::Cells(cells) if cells.len() > self.columns.len() => {
                let reason = format!("has {} cells, but the header has {}", cells.len(), self.columns.len());
                Err(self.refuse("row", reason, &cells.join(", ")))
            }
            Record::Cells(mut cells) => {
                cells.resize(self.columns.len(), String::new());
                Ok(Row { number: self.n_records, cells, more: Vec::new() })
            }
            Record::Fields(fields) => {
                let mut fields: HashMap<String, String> = fields.into_iter().collect();
                let cells =
                    self.columns.iter().map(|column| fields.remove(column).unwrap_or_default()).collect();
                let mut more: Vec<_> = fields.into_iter().collect();
                more.sort();
                Ok(Row { number: self.n_records, cells, more })
            }
            Record::Broken(Broken { cell, reason, start }) => {
                let field = cell.and_then(|cell| self.columns.get(cell)).map_or("row", String::as_str);
                Err(self.refuse(field, reason, &start))
            }
        }
    }

    fn refuse(&self, field: &str, reason: String, text: &str) -> ImportRefusal {
        ImportRefusal {
            row_number: self.n_records,
            field: field.to_owned(),
            reason,
            row_text: row_text(text),
        }
    }
}

/// The start of a row, fit to be stored: PostgreSQL takes no zero bytes.
pub fn row_text(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(ROW_TEXT_MAX).collect()
}

/// The text of a piece of the file, except for a character that goes on in the next.
pub fn decode(decoder: &mut Decoder, mut bytes: &[u8], last: bool) -> String {
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len()));
    loop {
        let (result, n_read, _) = decoder.decode_to_string(bytes, &mut text, last);
        bytes = &bytes[n_read..];
        match result {
            CoderResult::InputEmpty => return text,
            CoderResult::OutputFull => text.reserve(bytes.len() + 16),
        }
    }
}

/// Column names as people see them: none empty, none twice.
pub fn header(record: Record) -> Result<Vec<String>> {
    let cells = match record {
        Record::Cells(cells) => cells,
        Record::Fields(fields) => fields.into_iter().map(|(name, _)| name).collect(),
        Record::Broken(broken) => {
            return Err(crate::platform::error::Error::field(
                "file",
                &format!("cannot be read: row 1 {}", broken.reason),
            ));
        }
    };
    let mut names: Vec<String> = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let name: String = cell.chars().filter(|c| *c != '\0').take(COLUMN_NAME_MAX).collect();
        let name =
            if name.trim().is_empty() { format!("Column {}", index + 1) } else { name.trim().to_owned() };
        let mut unique = name.clone();
        let mut n = 2;
        while names.contains(&unique) {
            unique = format!("{name} ({n})");
            n += 1;
        }
        names.push(unique);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_names_are_unique_and_never_empty() {
        let cells = ["Name", " ", "Name", "Name"].map(str::to_owned).to_vec();
        let names = header(Record::Cells(cells)).unwrap();
        assert_eq!(names, ["Name", "Column 2", "Name (2)", "Name (3)"]);
    }

    #[test]
    fn characters_cut_by_the_edge_of_a_piece_arrive_whole() {
        let mut decoder = encoding_rs::UTF_8.new_decoder_with_bom_removal();
        let bytes = "\u{feff}größe 😤".as_bytes();
        let mut text = String::new();
        for byte in bytes {
            text += &decode(&mut decoder, &[*byte], false);
        }
        text += &decode(&mut decoder, &[], true);
        assert_eq!(text, "größe 😤");
    }
}
