//! Bodies as clients send them: compressed with or without saying so, JSON under any name, forms with base64.

use std::borrow::Cow;
use std::io::Read;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// The largest batches that clients send, as they are and without compression.
pub const BYTES_MAX: usize = 20 << 20;

/// Clients leave padding out or in.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

#[derive(Debug, PartialEq, Eq)]
pub enum BodyError {
    TooLarge,
    Damaged,
}

/// The JSON that a body is, as bytes.
pub fn decode<'b>(headers: &HeaderMap, body: &'b [u8]) -> Result<Cow<'b, [u8]>, BodyError> {
    let plain = decompress(headers, body)?;
    if looks_like_json(&plain) {
        return Ok(plain);
    }
    match form_data(&plain) {
        // A browser that compresses the data of a form says so in the address only.
        Some(data) if data.starts_with(&GZIP_MAGIC) => {
            inflate(MultiGzDecoder::new(data.as_slice())).map(Cow::Owned)
        }
        Some(data) => Ok(Cow::Owned(data)),
        None => Ok(plain),
    }
}

fn decompress<'b>(headers: &HeaderMap, body: &'b [u8]) -> Result<Cow<'b, [u8]>, BodyError> {
    let encoding =
        headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = match encoding.trim().to_ascii_lowercase().as_str() {
        _ if body.starts_with(&GZIP_MAGIC) => inflate(MultiGzDecoder::new(body))?,
        "deflate" => inflate(ZlibDecoder::new(body))?,
        "zstd" => inflate(zstd::Decoder::with_buffer(body).map_err(|_| BodyError::Damaged)?)?,
        _ => return Ok(Cow::Borrowed(body)),
    };
    Ok(Cow::Owned(plain))
}

fn inflate(reader: impl Read) -> Result<Vec<u8>, BodyError> {
    let mut plain = Vec::new();
    let limit = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX) + 1;
    reader.take(limit).read_to_end(&mut plain).map_err(|_| BodyError::Damaged)?;
    if plain.len() > BYTES_MAX { Err(BodyError::TooLarge) } else { Ok(plain) }
}

fn looks_like_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// The field `data` of a form: base64 in percent-encoding, or JSON.
fn form_data(body: &[u8]) -> Option<Vec<u8>> {
    let (_, data) = form_urlencoded::parse(body).find(|(name, _)| name == "data")?;
    data_of(&data)
}

/// JSON that was put into an address or a form.
pub fn data_of(data: &str) -> Option<Vec<u8>> {
    if looks_like_json(data.as_bytes()) {
        return Some(data.as_bytes().to_vec());
    }
    // In a form a plus sign means a space, and some clients forget that.
    let data: String = data.trim().chars().map(plain_alphabet).collect();
    BASE64.decode(data).ok()
}

fn plain_alphabet(letter: char) -> char {
    match letter {
        ' ' | '-' => '+',
        '_' => '/',
        other => other,
    }
}

/// Half of a letter beyond the first 65,536 (`\ud83d` alone), as is left where a text was cut, written as the sign for
/// unreadable letters. Such a half is no JSON for most readers, and would cost the whole batch.
pub fn mend_surrogates(body: &[u8]) -> Vec<u8> {
    let mut mended = body.to_vec();
    let mut at = 0;
    while at < mended.len() {
        if mended[at] != b'\\' {
            at += 1;
            continue;
        }
        let unit = unit_at(&mended, at);
        let next = unit_at(&mended, at + 6);
        at += match (unit, next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                mended[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            _ => 2,
        };
    }
    mended
}

/// The number of an escape `\uXXXX`.
fn unit_at(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    const JSON: &[u8] = br#"{"event":"a b"}"#;

    fn headers(encoding: Option<&'static str>) -> HeaderMap {
        encoding.map(|name| (header::CONTENT_ENCODING, name.parse().unwrap())).into_iter().collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_compression_is_undone_also_when_nobody_says_so() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(JSON).unwrap();
        let zlib = zlib.finish().unwrap();
        let zstd = zstd::encode_all(JSON, 1).unwrap();
        let check = |encoding, body: &[u8]| assert_eq!(decode(&headers(encoding), body).unwrap(), JSON);
        check(None, JSON);
        check(None, &gzip(JSON));
        check(Some("gzip"), &gzip(JSON));
        check(Some("GZIP"), &gzip(JSON));
        check(Some("gzip"), JSON);
        check(Some("deflate"), &zlib);
        check(Some("zstd"), &zstd);
    }

    #[test]
    fn forms_carry_base64() {
        let base64 = BASE64.encode(JSON);
        let percent: String = form_urlencoded::byte_serialize(base64.as_bytes()).collect();
        for form in [format!("data={percent}"), format!("data={base64}&compression=base64")] {
            assert_eq!(decode(&HeaderMap::new(), form.as_bytes()).unwrap(), JSON, "{form}");
        }
        let squeezed: String =
            form_urlencoded::byte_serialize(BASE64.encode(gzip(JSON)).as_bytes()).collect();
        assert_eq!(decode(&HeaderMap::new(), format!("data={squeezed}").as_bytes()).unwrap(), JSON);
    }

    #[test]
    fn what_is_too_large_or_broken_is_refused() {
        let bomb = gzip(&vec![b'['; BYTES_MAX + 1]);
        assert_eq!(decode(&HeaderMap::new(), &bomb), Err(BodyError::TooLarge));
        let whole = gzip(JSON);
        assert_eq!(decode(&HeaderMap::new(), &whole[..whole.len() - 9]), Err(BodyError::Damaged));
        assert_eq!(decode(&headers(Some("zstd")), JSON), Err(BodyError::Damaged));
    }

    #[test]
    fn a_cut_letter_does_not_cost_the_batch() {
        let mend = |text: &str| String::from_utf8(mend_surrogates(text.as_bytes())).unwrap();
        assert_eq!(mend(r#"["\ud83d"]"#), r#"["\ufffd"]"#);
        assert_eq!(mend(r#"["\ude00\ud83d\ude00"]"#), r#"["\ufffd\ud83d\ude00"]"#);
        assert_eq!(mend(r#"["\\ud83d"]"#), r#"["\\ud83d"]"#);
    }
}
