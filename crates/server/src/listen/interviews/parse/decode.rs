//! Bytes to text: UTF-8 and UTF-16 with or without a mark, and Latin-1 as Windows writes it.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes looked at when nothing but the bytes themselves tells the encoding.
const SAMPLE: usize = 4_096;

/// None when the bytes are no text.
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let (text, _) = encoding(bytes).decode_with_bom_removal(bytes);
    let is_text = !text.contains('\0');
    is_text.then_some(text)
}

fn encoding(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let many = sample.len() / 4;
    if many > 0 && zeros(1) > many && zeros(0) == 0 {
        UTF_16LE
    } else if many > 0 && zeros(0) > many && zeros(1) == 0 {
        UTF_16BE
    } else if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        WINDOWS_1252
    }
}
