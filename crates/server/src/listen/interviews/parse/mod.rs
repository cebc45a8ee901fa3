//! Transcripts as people have them: plain text, SubRip and WebVTT, in whatever encoding; pure.

mod decode;
mod labels;
mod passage;
mod plain;
mod subtitles;
mod times;

#[cfg(test)]
mod tests;

pub use passage::{Format, Passage};

pub const BYTES_MAX: usize = 5 << 20;
pub const PASSAGES_MAX: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    pub format: Format,
    /// At least one.
    pub passages: Vec<Passage>,
}

/// Why a file is no transcript; goes on after "transcript".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("must be at most 5 MB")]
    TooLarge,
    #[error("must have at most 20,000 passages")]
    TooManyPassages,
    #[error("is empty")]
    Empty,
    #[error("is not text; give a txt, srt or vtt file")]
    NotText,
}

/// Reads a transcript. Its format is seen from its content, since names of files lie.
pub fn parse(bytes: &[u8]) -> Result<Transcript, Refusal> {
    if bytes.len() > BYTES_MAX {
        return Err(Refusal::TooLarge);
    }
    let text = decode::decode(bytes).ok_or(Refusal::NotText)?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (format, mut passages) = if subtitles::is_vtt(&text) {
        (Format::Vtt, subtitles::parse(&text, Format::Vtt))
    } else if subtitles::is_srt(&text) {
        (Format::Srt, subtitles::parse(&text, Format::Srt))
    } else {
        (Format::Txt, plain::parse(&text))
    };
    passages.retain(|passage| !passage.body.is_empty());
    if passages.is_empty() {
        return Err(Refusal::Empty);
    }
    if passages.len() > PASSAGES_MAX {
        return Err(Refusal::TooManyPassages);
    }
    Ok(Transcript { format, passages })
}
