//! The encodings of Parquet that our files use, read a page at a time. Each function returns nothing when the bytes are no such
//! page, and reads no more numbers than the page is said to have.

use super::unpack::{LANES, unpack};

/// Numbers that repeat or are small: runs of one number in turn with packed ones (Parquet, "RLE/Bit-Packing Hybrid").
/// Adds `n` of them.
pub fn read_hybrid(bytes: &[u8], width: usize, n: usize, out: &mut Vec<u32>) -> Option<()> {
    each_part(bytes, width, n, |part| match part {
        Part::Run(value, n) => {
            out.resize(out.len() + n, value);
            Some(())
        }
        Part::Packed(bytes, n) => read_packed(bytes, width, n, out),
    })
}

/// The same, as runs: each number with how often it comes one after the other; a number may be followed by itself.
pub fn read_runs(bytes: &[u8], width: usize, n: usize, mut on_run: impl FnMut(u32, usize)) -> Option<()> {
    let mut packed = Vec::new();
    each_part(bytes, width, n, |part| {
        match part {
            Part::Run(value, n) => on_run(value, n),
            Part::Packed(bytes, n) => {
                packed.clear();
                read_packed(bytes, width, n, &mut packed)?;
                for run in packed.chunk_by(|one, next| one == next) {
                    on_run(*run.first()?, run.len());
                }
            }
        }
        Some(())
    })
}

/// A part of a page in the hybrid encoding.
enum Part<'b> {
    /// One number so many times.
    Run(u32, usize),
    /// So many numbers, packed, and what comes behind them.
    Packed(&'b [u8], usize),
}

fn each_part<'b>(
    mut bytes: &'b [u8],
    width: usize,
    n: usize,
    mut on_part: impl FnMut(Part<'b>) -> Option<()>,
) -> Option<()> {
    let mut left = n;
    while left > 0 {
        let header = read_length(&mut bytes)?;
        let n_run = header >> 1;
        let n_values = if header & 1 == 0 { n_run } else { n_run.checked_mul(8)? }.min(left);
        if header & 1 == 0 {
            let (value, rest) = bytes.split_at_checked(width.div_ceil(8))?;
            let mut word = [0; 4];
            word.get_mut(..value.len())?.copy_from_slice(value);
            on_part(Part::Run(u32::from_le_bytes(word), n_values))?;
            bytes = rest;
        } else {
            on_part(Part::Packed(bytes, n_values))?;
            // The last group of eight may be cut off at the end of the page.
            bytes = &bytes[n_run.checked_mul(width)?.min(bytes.len())..];
        }
        left -= n_values;
    }
    Some(())
}

/// Numbers of so many bits each.
pub fn read_packed(bytes: &[u8], width: usize, n: usize, out: &mut Vec<u32>) -> Option<()> {
    if width > 32 || bytes.len() < (n * width).div_ceil(8) {
        return None;
    }
    for start in (0..n).step_by(LANES) {
        let lanes = unpack(&bytes[start * width / 8..], width)?;
        out.extend(lanes.iter().take(n - start).map(|lane| low(*lane)));
    }
    Some(())
}

/// Numbers that grow: packed differences (Parquet, "Delta encoding").
pub fn read_deltas(mut bytes: &[u8], n: usize, out: &mut Vec<i64>) -> Option<()> {
    let bytes = &mut bytes;
    let (block, n_miniblocks, n_all) = (read_length(bytes)?, read_length(bytes)?, read_length(bytes)?);
    let mut last = read_zigzag(bytes)?;
    let miniblock = block.checked_div(n_miniblocks)?;
    if n_all < n || !miniblock.is_multiple_of(LANES) || miniblock == 0 {
        return None;
    }
    let end = out.len() + n;
    if n > 0 {
        out.push(last);
    }
    while out.len() < end {
        let min = read_zigzag(bytes)?;
        let (widths, rest) = bytes.split_at_checked(n_miniblocks)?;
        *bytes = rest;
        for width in widths.iter().map(|width| usize::from(*width)) {
            if out.len() >= end {
                break;
            }
            let packed = *bytes;
            (_, *bytes) = bytes.split_at_checked(miniblock.checked_mul(width)? / 8)?;
            for first in (0..miniblock).step_by(LANES) {
                let lanes = unpack(&packed[first * width / 8..], width)?;
                let left = end - out.len();
                out.extend(lanes.iter().take(left).map(|delta| {
                    last = last.wrapping_add(min).wrapping_add(delta.cast_signed());
                    last
                }));
            }
        }
    }
    Some(())
}

/// Numbers of eight bytes each, of whatever kind `number` makes of them.
pub fn read_plain<T>(bytes: &[u8], n: usize, number: fn([u8; 8]) -> T, out: &mut Vec<T>) -> Option<()> {
    let (words, _) = bytes.as_chunks::<8>();
    out.extend(words.get(..n)?.iter().map(|word| number(*word)));
    Some(())
}

/// Cuts texts off, each behind its length in four bytes, and hands them over.
pub fn read_texts<'b>(mut bytes: &'b [u8], n: usize, mut on_text: impl FnMut(&'b [u8])) -> Option<()> {
    for _ in 0..n {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (text, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        on_text(text);
        bytes = rest;
    }
    Some(())
}

/// The low half of a number.
fn low(number: u64) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&number.to_le_bytes()[..4]);
    u32::from_le_bytes(word)
}

fn read_zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let number = read_leb128(bytes)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

fn read_length(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(read_leb128(bytes)?).ok()
}

fn read_leb128(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
