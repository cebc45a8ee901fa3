//! Reading a file of people, row by row: CSV, also compressed with gzip, in bounded memory.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufReader, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::experiment::plan::{Plan, PlanMetricKind};
use crate::platform::error::{Error, Result};
use crate::platform::invalid::Invalid;

/// Uncompressed; a compressed file may not grow beyond it.
const INFLATED_MAX: u64 = 256 << 20;
const COLUMNS_MAX: usize = 500;
const UNIT_MAX: usize = 200;
const PEEK: usize = 64 << 10;

/// Which column means what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnitMapping {
    /// The column that names the person.
    pub unit: String,
    /// The column that names the group.
    pub variant: String,
    /// Column by metric of the plan; columns that are called like a metric need not be named.
    #[serde(default)]
    pub metrics: BTreeMap<String, String>,
    /// Group of the plan by word in the file; words that are group names need not be named.
    #[serde(default)]
    pub variants: BTreeMap<String, String>,
}

/// One acceptable row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The line in the file.
    pub line: u64,
    pub unit: String,
    pub variant: String,
    /// `{"metric name": number}` with sorted names: equal values give equal text.
    pub values_json: String,
}

/// Why a row was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitRefusal {
    /// The line in the file; the header is line 1.
    pub row: u64,
    /// The column.
    pub field: String,
    pub reason: String,
}

pub struct RowReader<'a> {
    csv: Reader<Box<dyn Read + Send + 'a>>,
    record: ByteRecord,
    unit: usize,
    variant: usize,
    /// Metric name, kind and column, in order of names.
    metrics: Vec<(String, PlanMetricKind, usize)>,
    headers: Vec<String>,
    /// Group of the plan by word in the file.
    variants: BTreeMap<String, String>,
}

pub type Rows<'a> = Reader<Box<dyn Read + Send + 'a>>;

/// Opens a file and reads its header.
pub fn open(bytes: &[u8]) -> Result<(Rows<'_>, Vec<String>)> {
    if bytes.is_empty() {
        return Err(Error::field("file", "must not be empty"));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Error::field("file", "is UTF-16; save it as UTF-8"));
    }
    let plain: Box<dyn Read + Send + '_> = if bytes.starts_with(&[0x1f, 0x8b]) {
        Box::new(Bounded { inner: MultiGzDecoder::new(bytes), left: INFLATED_MAX })
    } else {
        Box::new(bytes)
    };
    let mut plain = BufReader::with_capacity(PEEK, plain);
    let head = io::BufRead::fill_buf(&mut plain).map_err(|error| unreadable(&error))?;
    let delimiter = delimiter(head);
    let plain: Box<dyn Read + Send + '_> = Box::new(plain);
    let mut csv = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(plain);
    let headers = csv.byte_headers().map_err(|error| broken(&error))?;
    if headers.len() > COLUMNS_MAX {
        return Err(Error::field("file", "must have at most 500 columns"));
    }
    let headers = headers.iter().map(|name| {
        let name = String::from_utf8_lossy(name);
        name.trim_start_matches('\u{feff}').trim().to_owned()
    });
    let headers = headers.collect();
    Ok((csv, headers))
}

/// The mapping that the names of the columns suggest.
pub fn suggest(headers: &[String], plan: &Plan) -> UnitMapping {
    let find = |names: &[&str]| {
        let found = headers.iter().find(|header| names.contains(&header.to_lowercase().as_str()));
        found.cloned().unwrap_or_default()
    };
    let metrics = plan.metrics().filter(|metric| headers.contains(&metric.name));
    UnitMapping {
        unit: find(&["unit", "userid", "user_id", "user", "person", "person_id", "id", "customer_id"]),
        variant: find(&["variant", "version", "group", "arm", "segment", "treatment"]),
        metrics: metrics.map(|metric| (metric.name.clone(), metric.name.clone())).collect(),
        variants: BTreeMap::new(),
    }
}

impl<'a> RowReader<'a> {
    pub fn new(bytes: &'a [u8], mapping: &UnitMapping, plan: &Plan) -> Result<Self> {
        let (csv, headers) = open(bytes)?;
        let mut invalid = Invalid::default();
        let mut column = |field: &str, name: &str| {
            let found = headers.iter().position(|header| header == name);
            if found.is_none() {
                let complaint = format!("names no column of the file ({})", shorten(&headers.join(", ")));
                invalid.add(field, &complaint);
            }
            found.unwrap_or_default()
        };
        let unit = column("mapping.unit", &mapping.unit);
        let variant = column("mapping.variant", &mapping.variant);
        let mut metrics = Vec::new();
        for metric in plan.metrics() {
            let named = mapping.metrics.get(&metric.name);
            let same = headers.iter().find(|header| **header == metric.name);
            if let Some(name) = named.or(same) {
                let field = format!("mapping.metrics.{}", metric.name);
                metrics.push((metric.name.clone(), metric.kind, column(&field, name)));
            }
        }
        metrics.sort_by(|a, b| a.0.cmp(&b.0));
        let is_mapped = |name: &str| metrics.iter().any(|(metric, ..)| metric == name);
        if let Some(primary) = &plan.primary
            && !is_mapped(&primary.name)
        {
            invalid.add("mapping.metrics", &format!("must say which column is {}", primary.name));
        }
        let mut variants: BTreeMap<String, String> =
            plan.variants.iter().map(|variant| (variant.name.clone(), variant.name.clone())).collect();
        for (word, name) in &mapping.variants {
            let is_known = plan.variants.iter().any(|variant| variant.name == *name);
            invalid.check(
                "mapping.variants",
                is_known,
                &format!("maps to {name}, which is no group of the plan"),
            );
            variants.insert(word.clone(), name.clone());
        }
        invalid.or(())?;
        Ok(Self { csv, record: ByteRecord::new(), unit, variant, metrics, headers, variants })
    }

    /// The next row, acceptable or refused; none at the end of the file.
    pub fn next_row(&mut self) -> Result<Option<std::result::Result<Row, UnitRefusal>>> {
        if !self.csv.read_byte_record(&mut self.record).map_err(|error| broken(&error))? {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        let row = self.row(line);
        Ok(Some(row.map_err(|(column, reason)| UnitRefusal {
            row: line,
            field: self.headers.get(column).cloned().unwrap_or_default(),
            reason,
        })))
    }

    fn row(&self, line: u64) -> std::result::Result<Row, (usize, String)> {
        let unit = self.text(self.unit)?;
        if unit.chars().count() > UNIT_MAX {
            return Err((self.unit, "has more than 200 characters".to_owned()));
        }
        let word = self.text(self.variant)?;
        let Some(variant) = self.variants.get(word) else {
            let known: Vec<&str> = self.variants.keys().map(String::as_str).collect();
            let reason =
                format!("is “{}”, which is no group of the plan ({})", shorten(word), known.join(", "));
            return Err((self.variant, reason));
        };
        let mut values_json = String::from("{");
        for (index, (name, kind, column)) in self.metrics.iter().enumerate() {
            let value = parse(*kind, self.text(*column)?).map_err(|reason| (*column, reason))?;
            let name = serde_json::to_string(name).map_err(|error| (*column, error.to_string()))?;
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(values_json, "{comma}{name}:{value}");
        }
        values_json.push('}');
        Ok(Row { line, unit: unit.to_owned(), variant: variant.clone(), values_json })
    }

    fn text(&self, column: usize) -> std::result::Result<&str, (usize, String)> {
        let refuse = |reason: &str| Err((column, reason.to_owned()));
        let Some(bytes) = self.record.get(column) else { return refuse("is missing in this row") };
        match std::str::from_utf8(bytes).map(str::trim) {
            Ok("") => refuse("is empty"),
            Ok(text) if text.contains('\0') => refuse("contains a zero byte"),
            Ok(text) => Ok(text),
            Err(_) => refuse("is not UTF-8 text"),
        }
    }
}

fn parse(kind: PlanMetricKind, text: &str) -> std::result::Result<f64, String> {
    match kind {
        PlanMetricKind::Proportion => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "1.0" => Ok(1.0),
            "false" | "0" | "no" | "0.0" => Ok(0.0),
            _ => Err(format!("is “{}”, which is neither yes nor no", shorten(text))),
        },
        PlanMetricKind::Mean => match text.parse::<f64>() {
            // Squares must stay finite too.
            Ok(value) if value.abs() <= 1e15 => Ok(value),
            _ => Err(format!("is “{}”, which is not a number", shorten(text))),
        },
    }
}

fn shorten(text: &str) -> String {
    const SHOWN_MAX: usize = 80;
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    text.chars().take(SHOWN_MAX).chain(['…']).collect()
}

/// The commonest of the usual separators in the first line.
fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |byte: u8| line.split(|found| *found == byte).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|byte| (count(*byte), *byte == b',')).unwrap_or(b',')
}

fn broken(error: &csv::Error) -> Error {
    match error.kind() {
        csv::ErrorKind::Io(error) => unreadable(error),
        _ => Error::field("file", &format!("is not CSV: {error}")),
    }
}

fn unreadable(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::FileTooLarge {
        return Error::TooLarge;
    }
    Error::field("file", "cannot be decompressed; it may be cut off")
}

/// Stops a small file that grows without end when decompressed.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let spent = u64::try_from(n).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(spent).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::plan::{ExperimentKind, PlanDirection, PlanMetric};

    fn plan() -> Plan {
        let metric = |name: &str, kind| PlanMetric {
            name: name.to_owned(),
            kind,
            direction: PlanDirection::Up,
            metric_id: None,
        };
        Plan {
            variants: ExperimentKind::Ab.first_variants(),
            primary: Some(metric("kept", PlanMetricKind::Proportion)),
            secondary: vec![metric("rounds", PlanMetricKind::Mean)],
            ..Plan::default()
        }
    }

    fn mapping() -> UnitMapping {
        let variants = [("A".to_owned(), "control".to_owned())].into();
        UnitMapping { unit: "id".to_owned(), variant: "group".to_owned(), variants, ..UnitMapping::default() }
    }

    fn read(file: &[u8]) -> (Vec<Row>, Vec<UnitRefusal>) {
        let mut reader = RowReader::new(file, &mapping(), &plan()).unwrap();
        let (mut rows, mut refusals) = (Vec::new(), Vec::new());
        while let Some(row) = reader.next_row().unwrap() {
            match row {
                Ok(row) => rows.push(row),
                Err(refusal) => refusals.push(refusal),
            }
        }
        (rows, refusals)
    }

    #[test]
    fn rows_are_read_and_bad_ones_say_why() {
        let file = "\u{feff}id;group;kept;rounds\n1;A;Yes;3\n2;treatment;0;2.5\n3;B;1;1\n;A;1;1\n5;A;maybe;1\n6;A;1;NaN\n7;A\n";
        let (rows, refusals) = read(file.as_bytes());
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].variant, "control");
        assert_eq!(rows[1].values_json, r#"{"kept":0,"rounds":2.5}"#);
        let told: Vec<(u64, &str)> =
            refusals.iter().map(|refusal| (refusal.row, refusal.field.as_str())).collect();
        assert_eq!(told, [(4, "group"), (5, "id"), (6, "kept"), (7, "rounds"), (8, "kept")]);
    }

    #[test]
    fn hostile_files_are_refused_whole() {
        let check = |file: &[u8]| RowReader::new(file, &mapping(), &plan()).err().unwrap().to_string();
        check(b"");
        check(b"\xff\xfei\0d\0");
        check(b"id,kept\n1,1\n");
        check(&[b"id,group,kept".as_slice(), ",x".repeat(COLUMNS_MAX).as_bytes()].concat());
        check(b"\x1f\x8bnot really gzip");
    }

    #[test]
    fn a_bomb_stops_at_the_bound() {
        let mut bounded = Bounded { inner: io::repeat(b'a'), left: 100_000 };
        let error = io::copy(&mut bounded, &mut io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
