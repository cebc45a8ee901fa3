//! Decoded text, arriving in pieces, parted into rows. Nothing here grows with the file.

use csv_core::ReadRecordResult;
use serde_json::{Map, Value};

pub const COLUMNS_MAX: usize = 500;
/// A larger row is refused; what follows it is read all the same.
pub const ROW_BYTES_MAX: usize = 2 << 20;
const START_BYTES: usize = 1_000;
const DEPTH_MAX: usize = 4;

/// A row as the file has it, before anybody asks what it means.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// CSV: cells in order.
    Cells(Vec<String>),
    /// JSON Lines: nested names joined by dots.
    Fields(Vec<(String, String)>),
    Broken(Broken),
}

/// Why a row cannot be read. `cell` counts from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    pub cell: Option<usize>,
    pub reason: String,
    pub start: String,
}

pub enum Records {
    Csv(CsvRecords),
    JsonLines(JsonLines),
}

impl Records {
    /// Reads on; `last` says that nothing follows.
    pub fn push(&mut self, text: &str, last: bool) -> Vec<Record> {
        match self {
            Self::Csv(records) => records.push(text.as_bytes(), last),
            Self::JsonLines(records) => records.push(text.as_bytes(), last),
        }
    }
}

pub struct CsvRecords {
    core: csv_core::Reader,
    output: Vec<u8>,
    n_output: usize,
    ends: Vec<usize>,
    n_ends: usize,
    /// Set while the rest of a row that is too large or too wide is skipped.
    broken: Option<Broken>,
}

impl CsvRecords {
    pub fn new(delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let (output, ends) = (vec![0; 8_192], vec![0; COLUMNS_MAX + 1]);
        Self { core, output, n_output: 0, ends, n_ends: 0, broken: None }
    }

    fn push(&mut self, mut input: &[u8], last: bool) -> Vec<Record> {
        let mut records = Vec::new();
        // To the parser empty input means the end of the file.
        while last || !input.is_empty() {
            let (result, n_read, n_output, n_ends) = self.core.read_record(
                input,
                &mut self.output[self.n_output..],
                &mut self.ends[self.n_ends..],
            );
            input = &input[n_read..];
            self.n_output += n_output;
            self.n_ends += n_ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.make_room(),
                ReadRecordResult::OutputEndsFull => {
                    self.give_up(None, format!("has more than {COLUMNS_MAX} columns"));
                    self.n_ends = 0;
                }
                ReadRecordResult::Record => records.push(self.take()),
                ReadRecordResult::End => break,
            }
        }
        records
    }

    fn make_room(&mut self) {
        if self.broken.is_none() && self.output.len() < ROW_BYTES_MAX {
            self.output.resize(self.output.len() * 2, 0);
            return;
        }
        let reason = "makes the row larger than 2 MiB; a quotation mark may be left open".to_owned();
        self.give_up(Some(self.n_ends), reason);
        self.n_output = 0;
    }

    fn give_up(&mut self, cell: Option<usize>, reason: String) {
        if self.broken.is_none() {
            let start = &self.output[..self.n_output.min(START_BYTES)];
            self.broken = Some(Broken { cell, reason, start: String::from_utf8_lossy(start).into_owned() });
        }
    }

    fn take(&mut self) -> Record {
        let record = match self.broken.take() {
            Some(broken) => Record::Broken(broken),
            None => {
                let mut start = 0;
                let cells = self.ends[..self.n_ends].iter().map(|end| {
                    let cell = String::from_utf8_lossy(&self.output[start..*end]).into_owned();
                    start = *end;
                    cell
                });
                Record::Cells(cells.collect())
            }
        };
        (self.n_output, self.n_ends) = (0, 0);
        record
    }
}

#[derive(Default)]
pub struct JsonLines {
    line: Vec<u8>,
    is_too_large: bool,
}

impl JsonLines {
    fn push(&mut self, input: &[u8], last: bool) -> Vec<Record> {
        let mut records = Vec::new();
        for piece in input.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + piece.len() > ROW_BYTES_MAX {
                self.is_too_large = true;
                self.line.truncate(START_BYTES);
            }
            if !self.is_too_large {
                self.line.extend_from_slice(piece);
            }
            if piece.ends_with(b"\n") {
                records.extend(self.take());
            }
        }
        if last {
            records.extend(self.take());
        }
        records
    }

    /// None for an empty line.
    fn take(&mut self) -> Option<Record> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let broken = |reason: String| {
            let start = text.chars().take(START_BYTES).collect();
            Some(Record::Broken(Broken { cell: None, reason, start }))
        };
        if std::mem::take(&mut self.is_too_large) {
            return broken("is larger than 2 MiB".to_owned());
        }
        if text.trim().is_empty() {
            return None;
        }
        match serde_json::from_str::<Value>(text.trim()) {
            Ok(Value::Object(object)) => {
                let mut fields = Vec::new();
                flatten("", &object, 1, &mut fields);
                if fields.len() > COLUMNS_MAX {
                    return broken(format!("has more than {COLUMNS_MAX} fields"));
                }
                Some(Record::Fields(fields))
            }
            Ok(_) => broken("is not a JSON object".to_owned()),
            Err(error) => broken(format!("is not valid JSON: {error}")),
        }
    }
}

fn flatten(prefix: &str, object: &Map<String, Value>, depth: usize, fields: &mut Vec<(String, String)>) {
    for (name, value) in object {
        let name = format!("{prefix}{}", name.replace('\0', ""));
        match value {
            Value::Object(inner) if depth < DEPTH_MAX => {
                flatten(&format!("{name}."), inner, depth + 1, fields)
            }
            value => fields.push((name, plain(value))),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => {
            items.iter().map(plain).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str, piece: usize) -> Vec<Record> {
        let mut records = CsvRecords::new(b',');
        let mut found = Vec::new();
        for bytes in text.as_bytes().chunks(piece) {
            found.extend(records.push(bytes, false));
        }
        found.extend(records.push(&[], true));
        found
    }

    fn row(cells: &[&str]) -> Record {
        Record::Cells(cells.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn rows_are_the_same_however_the_text_arrives() {
        let text = "a,b\r\n\"two\nlines, \"\"quoted\"\"\",é\n\nlast,";
        let expect = vec![row(&["a", "b"]), row(&["two\nlines, \"quoted\"", "é"]), row(&["last", ""])];
        for piece in [1, 2, 5, 1_000] {
            assert_eq!(cells(text, piece), expect, "in pieces of {piece}");
        }
    }

    #[test]
    fn a_row_that_is_too_large_names_its_cell_and_spares_the_next() {
        let text = format!("a,b\n1,{}\n2,fine\n", "x".repeat(10 << 20));
        let found = cells(&text, 1 << 20);
        let Record::Broken(broken) = &found[1] else { panic!("{:?}", found.len()) };
        assert_eq!(broken.cell, Some(1));
        assert_eq!(found[2], row(&["2", "fine"]));
        let wide = format!("{}\n1,2\n", vec!["c"; 10_000].join(","));
        let found = cells(&wide, 4_096);
        assert!(matches!(&found[0], Record::Broken(broken) if broken.reason.contains("columns")));
        assert_eq!(found[1], row(&["1", "2"]));
    }

    #[test]
    fn json_lines_flatten_and_complain_line_by_line() {
        let text =
            "{\"id\":1,\"from\":{\"email\":\"a@b.c\"},\"tags\":[\"x\",\"y\"],\"no\":null}\n\n[1]\n{\"id\":\n";
        let mut records = JsonLines::default();
        let mut found = records.push(&text.as_bytes()[..20], false);
        found.extend(records.push(&text.as_bytes()[20..], true));
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        if let Record::Fields(fields) = &mut found[0] {
            fields.sort();
        }
        let expect =
            vec![field("from.email", "a@b.c"), field("id", "1"), field("no", ""), field("tags", "x, y")];
        assert_eq!(found[0], Record::Fields(expect));
        assert!(matches!(&found[1], Record::Broken(broken) if broken.reason.contains("object")));
        assert!(matches!(&found[2], Record::Broken(broken) if broken.reason.contains("valid JSON")));
        assert_eq!(found.len(), 3);
    }
}
