//! The encodings of Parquet that our files use, read a page at a time. Each function returns nothing when the bytes are no such
//! page, and reads no more numbers than the page is said to have.

use super::unpack::{LANES, unpack};

/// Numbers that repeat or are small: runs of one number in turn with packed ones (Parquet, "RLE/Bit-Packing Hybrid").
/// Adds `n` of them.
pub fn read_hybrid(mut bytes: &[u8], width: usize, n: usize, out: &mut Vec<u32>) -> Option<()> {
    let end = out.len() + n;
    while out.len() < end {
        let left = end - out.len();
        let header = read_length(&mut bytes)?;
        let n_run = header >> 1;
        if header & 1 == 0 {
            let (value, rest) = bytes.split_at_checked(width.div_ceil(8))?;
            bytes = rest;
            let mut word = [0; 4];
            word.get_mut(..value.len())?.copy_from_slice(value);
            out.resize(out.len() + n_run.min(left), u32::from_le_bytes(word));
            continue;
        }
        // A run of groups of eight; the last may be cut off at the end of the page.
        let n_bytes = n_run.checked_mul(width)?.min(bytes.len());
        let (packed, rest) = bytes.split_at(n_bytes);
        bytes = rest;
        let n_values = n_run.checked_mul(8)?.min(left);
        read_packed(packed, width, n_values, out)?;
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
            let (packed, rest) = bytes.split_at_checked(miniblock.checked_mul(width)? / 8)?;
            *bytes = rest;
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
