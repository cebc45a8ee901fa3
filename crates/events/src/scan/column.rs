//! Columns of one row group, decoded whole.
//!
//! The pages come from the `parquet` crate, which knows their headers and compressions. Their contents are decoded here, straight
//! into what questions look at: no more is done for a number than its encoding demands.

use std::sync::Arc;

use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::encoding::{read_deltas, read_hybrid, read_packed, read_plain, read_runs, read_texts};

/// The code of a missing value.
pub const NOTHING: u32 = u32::MAX;

/// The texts of a column: each row's place among the words, or [`NOTHING`].
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// One for each row.
    pub codes: Vec<u32>,
    /// The words that codes stand for; the same word may stand there twice.
    pub words: Vec<Bytes>,
}

/// The bytes of a column in one row group.
#[derive(Debug)]
pub struct Chunk<'m> {
    /// What the file says about the column there.
    pub meta: &'m ColumnChunkMetaData,
    /// The bytes of [`ColumnChunkMetaData::byte_range`].
    pub bytes: Bytes,
    /// Rows of the row group.
    pub n_rows: usize,
}

/// What is wrong with a chunk.
type Result<T, E = ParquetError> = std::result::Result<T, E>;

impl Chunk<'_> {
    /// The values of a column of whole numbers or times, of which none is missing.
    pub fn read_integers(&self, out: &mut Vec<i64>) -> Result<()> {
        self.read_numbers_of(i64::from_le_bytes, 0, out)
    }

    /// The same as runs: each value with how often it comes one after the other. A value that goes on is one run.
    pub fn read_runs(&self, out: &mut Vec<(i64, usize)>) -> Result<()> {
        let mut dictionary = Vec::new();
        let mut plain = Vec::new();
        let mut push = |value: i64, n: usize| match out.last_mut() {
            Some((last, n_before)) if *last == value => *n_before += n,
            _ => out.push((value, n)),
        };
        self.each_page(|page| match page.encoding {
            None => read_plain(&page.values, page.n_set, i64::from_le_bytes, &mut dictionary),
            Some(Encoding::RLE_DICTIONARY) => {
                let (width, values) = page.values.split_first()?;
                let mut is_whole = true;
                read_runs(values, usize::from(*width), page.n_set, |code, n| {
                    let value = usize::try_from(code).ok().and_then(|code| dictionary.get(code));
                    is_whole &= value.is_some();
                    push(value.copied().unwrap_or_default(), n);
                })?;
                is_whole.then_some(())
            }
            Some(Encoding::PLAIN) => {
                plain.clear();
                read_plain(&page.values, page.n_set, i64::from_le_bytes, &mut plain)?;
                for value in &plain {
                    push(*value, 1);
                }
                Some(())
            }
            Some(_) => None,
        })
    }

    /// The values of a column of doubles; a missing one is not a number.
    pub fn read_numbers(&self, out: &mut Vec<f64>) -> Result<()> {
        self.read_numbers_of(f64::from_le_bytes, f64::NAN, out)
    }

    /// The values of a column of texts, or of true and false in these words.
    pub fn read_texts(&self, out: &mut Texts) -> Result<()> {
        let is_bool = self.meta.column_type() == Type::BOOLEAN;
        if is_bool {
            out.words.extend([Bytes::from_static(b"false"), Bytes::from_static(b"true")]);
        }
        self.each_page(|page| {
            let start = out.codes.len();
            match page.encoding {
                None => {
                    let words = &mut out.words;
                    let bytes = &page.values;
                    read_texts(bytes, page.n_set, |text| words.push(bytes.slice_ref(text)))
                }
                Some(Encoding::RLE_DICTIONARY) => {
                    let (width, values) = page.values.split_first()?;
                    read_hybrid(values, usize::from(*width), page.n_set, &mut out.codes)
                }
                Some(Encoding::PLAIN) if is_bool => read_packed(&page.values, 1, page.n_set, &mut out.codes),
                Some(Encoding::PLAIN) => {
                    let (codes, words) = (&mut out.codes, &mut out.words);
                    let bytes = &page.values;
                    read_texts(bytes, page.n_set, |text| {
                        codes.push(u32::try_from(words.len()).unwrap_or(NOTHING));
                        words.push(bytes.slice_ref(text));
                    })
                }
                Some(_) => None,
            }?;
            page.spread(start, NOTHING, &mut out.codes)
        })
    }

    fn read_numbers_of<T: Copy>(&self, number: fn([u8; 8]) -> T, nothing: T, out: &mut Vec<T>) -> Result<()> {
        let (mut dictionary, mut codes, mut integers) = (Vec::new(), Vec::new(), Vec::new());
        self.each_page(|page| {
            let start = out.len();
            match page.encoding {
                None => read_plain(&page.values, page.n_set, number, &mut dictionary)?,
                Some(Encoding::PLAIN) => read_plain(&page.values, page.n_set, number, out)?,
                Some(Encoding::RLE_DICTIONARY) => {
                    let (width, values) = page.values.split_first()?;
                    codes.clear();
                    read_hybrid(values, usize::from(*width), page.n_set, &mut codes)?;
                    for code in &codes {
                        out.push(*dictionary.get(usize::try_from(*code).ok()?)?);
                    }
                }
                Some(Encoding::DELTA_BINARY_PACKED) => {
                    integers.clear();
                    read_deltas(&page.values, page.n_set, &mut integers)?;
                    out.extend(integers.iter().map(|integer| number(integer.to_le_bytes())));
                }
                Some(_) => return None,
            }
            page.spread(start, nothing, out)
        })
    }

    /// Hands over the dictionary, if there is one, and then each page of data; `on_page` returns nothing for one that is damaged.
    fn each_page(&self, mut on_page: impl FnMut(PageView) -> Option<()>) -> Result<()> {
        let (base, _) = self.meta.byte_range();
        let source = Arc::new(Slice { base, bytes: self.bytes.clone() });
        let mut pages = SerializedPageReader::new(source, self.meta, self.n_rows, None)?;
        while let Some(page) = pages.get_next_page()? {
            let view = PageView::of(page).and_then(&mut on_page);
            view.ok_or_else(|| {
                ParquetError::General(format!("a page of the column {} is damaged", self.meta.column_path()))
            })?;
        }
        Ok(())
    }
}

/// A page, cut into its parts.
struct PageView {
    /// None for a dictionary.
    encoding: Option<Encoding>,
    n_rows: usize,
    /// Rows that have a value.
    n_set: usize,
    /// Which rows those are, when not all.
    levels: Bytes,
    values: Bytes,
}

impl PageView {
    fn of(page: Page) -> Option<Self> {
        match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                let n = usize::try_from(num_values).ok()?;
                Some(Self { encoding: None, n_rows: n, n_set: n, levels: Bytes::new(), values: buf })
            }
            Page::DataPageV2 {
                mut buf,
                num_values,
                encoding,
                num_nulls,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let n_rows = usize::try_from(num_values).ok()?;
                let n_set = n_rows.checked_sub(usize::try_from(num_nulls).ok()?)?;
                let n_levels = usize::try_from(def_levels_byte_len).ok()?;
                if rep_levels_byte_len != 0 || n_levels > buf.len() {
                    return None;
                }
                let levels = buf.split_to(n_levels);
                Some(Self { encoding: Some(encoding), n_rows, n_set, levels, values: buf })
            }
            // Our files have no pages of the first version.
            Page::DataPage { .. } => None,
        }
    }

    /// Moves the values from `start` on to the rows that have one, and puts `nothing` into the others.
    fn spread<T: Copy>(&self, start: usize, nothing: T, out: &mut Vec<T>) -> Option<()> {
        if self.encoding.is_none() || self.n_set == self.n_rows {
            return Some(());
        }
        let mut levels = Vec::with_capacity(self.n_rows);
        read_hybrid(&self.levels, 1, self.n_rows, &mut levels)?;
        let mut values = out.split_off(start).into_iter();
        out.extend(
            levels.iter().map(|level| if *level == 0 { nothing } else { values.next().unwrap_or(nothing) }),
        );
        Some(())
    }
}

/// A part of a file, addressed as in the file.
struct Slice {
    base: u64,
    bytes: Bytes,
}

impl Slice {
    fn from(&self, start: u64) -> Result<Bytes> {
        let offset = start.checked_sub(self.base).and_then(|offset| usize::try_from(offset).ok());
        let offset = offset.filter(|offset| *offset <= self.bytes.len());
        Ok(self.bytes.slice(offset.ok_or_else(|| ParquetError::EOF("outside of the column".to_owned()))?..))
    }
}

impl Length for Slice {
    fn len(&self) -> u64 {
        self.base + u64::try_from(self.bytes.len()).unwrap_or_default()
    }
}

impl ChunkReader for Slice {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(ParquetError::EOF("outside of the column".to_owned()));
        }
        bytes.truncate(length);
        Ok(bytes)
    }
}
