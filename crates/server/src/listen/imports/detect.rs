//! What kind of file somebody uploaded: its encoding, and whether it is CSV or JSON Lines.

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::platform::invalid::{Invalid, Valid};

pub const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// How much of the start is kept to look at.
const HEAD_BYTES: usize = 4_096;

/// Watches the bytes go by and says in the end how to read them.
pub struct EncodingGuess {
    head: Vec<u8>,
    utf8: encoding_rs::Decoder,
    is_utf8: bool,
}

impl Default for EncodingGuess {
    fn default() -> Self {
        Self { head: Vec::new(), utf8: UTF_8.new_decoder_without_bom_handling(), is_utf8: true }
    }
}

impl EncodingGuess {
    pub fn push(&mut self, bytes: &[u8]) {
        let room = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.check_utf8(bytes, false);
    }

    fn check_utf8(&mut self, mut bytes: &[u8], last: bool) {
        let mut scratch = [0_u8; 8_192];
        while self.is_utf8 {
            let (result, n_read, _) = self.utf8.decode_to_utf8_without_replacement(bytes, &mut scratch, last);
            bytes = &bytes[n_read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.is_utf8 = false,
            }
        }
    }

    /// A byte order mark decides; then zero bytes in every second place; then whether all of it is valid UTF-8.
    /// What is none of these is Windows-1252, which is Latin-1 with quotes and dashes.
    pub fn finish(mut self) -> &'static Encoding {
        self.check_utf8(&[], true);
        self.finish_cut()
    }

    /// The same when more follows, so that the last character may be cut.
    pub fn finish_cut(self) -> &'static Encoding {
        if let Some((encoding, _)) = Encoding::for_bom(&self.head) {
            return encoding;
        }
        let zeros =
            |offset: usize| self.head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
        let half = self.head.len() / 2;
        if half > 0 && zeros(1) * 3 > half && zeros(0) * 3 < half {
            UTF_16LE
        } else if half > 0 && zeros(0) * 3 > half && zeros(1) * 3 < half {
            UTF_16BE
        } else if self.is_utf8 {
            UTF_8
        } else {
            WINDOWS_1252
        }
    }
}

/// Sets encoding and delimiter of a file to what somebody asks for instead of what was found.
pub fn read_as(
    (encoding, delimiter): (Option<&str>, Option<&str>),
    (file_encoding, file_delimiter): (&mut String, &mut String),
) -> Result<Valid<()>, Invalid> {
    let mut invalid = Invalid::default();
    if let Some(label) = encoding {
        match Encoding::for_label(label.as_bytes()) {
            Some(encoding) => encoding.name().clone_into(file_encoding),
            None => invalid.add("file_encoding", "must be an encoding such as utf-8 or windows-1250"),
        }
    }
    if let Some(delimiter) = delimiter {
        let is_known = DELIMITERS.iter().any(|known| delimiter == known.to_string());
        invalid.check("delimiter", is_known, "must be a comma, a semicolon, a tab or a bar");
        delimiter.clone_into(file_delimiter);
    }
    invalid.or(())
}

/// `jsonl` when the first thing in the file is an object, else `csv`.
pub fn format(text: &str) -> &'static str {
    if text.trim_start().starts_with('{') { "jsonl" } else { "csv" }
}

/// The character that parts the header into most columns; quoted text does not count.
pub fn delimiter(text: &str) -> char {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut is_quoted = false;
    for c in text.trim_start().chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\n' | '\r' if !is_quoted => break,
            c if !is_quoted => {
                if let Some(index) = DELIMITERS.iter().position(|delimiter| *delimiter == c) {
                    counts[index] += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    let index = counts.iter().position(|count| *count == most).unwrap_or(0);
    DELIMITERS[index]
}

/// Why a file that is not text cannot be imported, told by its first bytes.
pub fn complaint(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"PK\x03\x04") {
        return Some("is a zip or Excel file: save it as CSV first");
    }
    if head.starts_with(b"%PDF") || head.starts_with(b"\x89PNG") || head.starts_with(b"\xff\xd8\xff") {
        return Some("is not text: send CSV or JSON Lines");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let check = |bytes: &[u8], expect: &str| {
            let mut guess = EncodingGuess::default();
            for piece in bytes.chunks(3) {
                guess.push(piece);
            }
            assert_eq!(guess.finish().name(), expect, "{bytes:?}");
        };
        let utf16 = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        let le: Vec<u8> = utf16("text,größe\nhallo,1").into_iter().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = utf16("text,größe\nhallo,1").into_iter().flat_map(u16::to_be_bytes).collect();
        check("text,größe 😤".as_bytes(), "UTF-8");
        check("\u{feff}text".as_bytes(), "UTF-8");
        check(b"text,gr\xf6\xdfe", "windows-1252");
        check(&le, "UTF-16LE");
        check(&be, "UTF-16BE");
        check(&[&b"\xff\xfe"[..], &le].concat(), "UTF-16LE");
        check(&[&b"\xfe\xff"[..], &be].concat(), "UTF-16BE");
        check(b"", "UTF-8");
    }

    #[test]
    fn the_header_tells_the_delimiter() {
        let check = |text: &str, expect: char| assert_eq!(delimiter(text), expect, "{text}");
        check("a,b,c\n1;2;3;4;5", ',');
        check("a;b;c\n1,2", ';');
        check("a\tb\n", '\t');
        check("\"a, or b, or c\";d\n", ';');
        check("text", ',');
    }
}
