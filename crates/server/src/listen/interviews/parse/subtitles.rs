//! SubRip and WebVTT. Real files have cues that overlap, run backwards or lack the blank line between them.

use super::labels::{Names, split_prefix, split_suffix};
use super::passage::{Format, Passage};
use super::times::parse_range;

/// A speaker's cues are put together while they follow on each other this closely…
const GAP_MS_MAX: i64 = 2_500;
/// …and are not too long to read.
const CHARS_MAX: usize = 500;
/// A tag is not longer than this; a lone "<" is just a character.
const TAG_CHARS_MAX: usize = 200;
/// The name in brackets at the end of a cue counts when one in so many cues has one.
const SUFFIX_SHARE: usize = 10;

#[derive(Debug)]
struct Cue {
    start_ms: i64,
    end_ms: i64,
    /// From a voice tag.
    voice: Option<String>,
    text: String,
}

pub fn is_vtt(text: &str) -> bool {
    let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    first.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

pub fn is_srt(text: &str) -> bool {
    text.lines().filter(|line| !line.trim().is_empty()).take(3).any(|line| parse_range(line.trim()).is_some())
}

pub fn parse(text: &str, format: Format) -> Vec<Passage> {
    let mut cues = Vec::new();
    for raw in raw_cues(text, format) {
        push_voices(&mut cues, &raw);
    }
    let prefixes = count(&cues, |text| split_prefix(text));
    let suffixes = count(&cues, |text| split_suffix(text));
    let mut passages: Vec<Passage> = Vec::new();
    for cue in cues {
        let (speaker, body) = name_speaker(&cue, &prefixes, &suffixes);
        append(
            &mut passages,
            Passage { speaker, start_ms: Some(cue.start_ms), end_ms: Some(cue.end_ms), body },
        );
    }
    passages
}

struct RawCue {
    start_ms: i64,
    end_ms: i64,
    lines: Vec<String>,
}

fn raw_cues(text: &str, format: Format) -> Vec<RawCue> {
    let mut cues: Vec<RawCue> = Vec::new();
    // Inside a block without times (header, note, style) nothing is said.
    let mut is_inside = false;
    let mut was_blank = true;
    for line in text.lines().map(str::trim) {
        if let Some((start_ms, end_ms)) = parse_range(line) {
            drop_identifier(&mut cues, was_blank);
            cues.push(RawCue { start_ms, end_ms: end_ms.max(start_ms), lines: Vec::new() });
            is_inside = true;
        } else if line.is_empty() {
            is_inside = is_inside && format == Format::Srt;
        } else if let Some(cue) = cues.last_mut().filter(|_| is_inside) {
            was_blank = false;
            cue.lines.push(line.to_owned());
            continue;
        }
        was_blank = true;
    }
    cues
}

/// The number above the times of the next cue was taken for words of the one before.
fn drop_identifier(cues: &mut [RawCue], was_blank: bool) {
    let Some(lines) = cues.last_mut().map(|cue| &mut cue.lines).filter(|_| !was_blank) else { return };
    if lines.last().is_some_and(|line| line.bytes().all(|byte| byte.is_ascii_digit())) {
        lines.pop();
    }
}

/// A cue may hold several voices: each becomes a cue of its own.
fn push_voices(cues: &mut Vec<Cue>, raw: &RawCue) {
    let text = join(&raw.lines);
    let mut rest = text.as_str();
    let mut voice = None;
    loop {
        let (before, after) = match find_voice(rest) {
            Some((start, name, end)) => (&rest[..start], Some((name, &rest[end..]))),
            None => (rest, None),
        };
        let said = clean(before);
        if !said.is_empty() {
            cues.push(Cue { start_ms: raw.start_ms, end_ms: raw.end_ms, voice: voice.clone(), text: said });
        }
        let Some((name, next)) = after else { return };
        voice = Some(name);
        rest = next;
    }
}

/// Lines of one cue are one sentence, unless each is marked as somebody's.
fn join(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        if !text.is_empty() {
            text.push(if line.starts_with('-') { '\n' } else { ' ' });
        }
        text.push_str(line);
    }
    text
}

/// `<v Name>` or `<v.class Name>`: where it starts, the name, where it ends.
fn find_voice(text: &str) -> Option<(usize, String, usize)> {
    let start = text
        .match_indices("<v")
        .map(|(start, _)| start)
        .find(|start| text[start + 2..].starts_with([' ', '\t', '.']))?;
    let inside = &text[start + 2..];
    let length = inside.find('>').filter(|length| *length <= TAG_CHARS_MAX)?;
    let name = inside[..length].split_once([' ', '\t']).map_or("", |(_, name)| name);
    Some((start, unescape(name.trim()), start + 2 + length + 1))
}

/// Without tags, with entities as the characters they stand for.
fn clean(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['<', '{']) {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let length = tag_length(rest).unwrap_or_else(|| {
            plain.push_str(&rest[..1]);
            1
        });
        rest = &rest[length..];
    }
    plain.push_str(rest);
    unescape(plain.trim())
}

/// `<i>`, `</i>`, `<00:01.000>`, `{\an8}`.
fn tag_length(text: &str) -> Option<usize> {
    let (close, is_tag) = match text.as_bytes() {
        [b'<', next, ..] => ('>', next.is_ascii_alphanumeric() || *next == b'/'),
        [b'{', next, ..] => ('}', *next == b'\\'),
        _ => ('>', false),
    };
    let length = text.find(close).filter(|length| is_tag && *length <= TAG_CHARS_MAX)?;
    Some(length + 1)
}

fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&lrm;", ""),
        ("&rlm;", ""),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

fn count<'a>(cues: &'a [Cue], split: impl Fn(&'a str) -> Option<(&'a str, &'a str)>) -> Names {
    let mut names = Names::default();
    for cue in cues.iter().filter(|cue| cue.voice.is_none()) {
        names.count(split(&cue.text).map(|(name, _)| name));
    }
    names
}

fn name_speaker(cue: &Cue, prefixes: &Names, suffixes: &Names) -> (String, String) {
    if let Some(voice) = &cue.voice {
        return (voice.clone(), cue.text.clone());
    }
    if let Some((name, said)) =
        split_prefix(&cue.text).filter(|(name, said)| prefixes.contains(name) && !said.is_empty())
    {
        return (name.to_owned(), said.to_owned());
    }
    let suffix = split_suffix(&cue.text).filter(|(name, _)| suffixes.contains(name));
    match suffix.filter(|_| suffixes.are_common(SUFFIX_SHARE)) {
        Some((name, said)) => (name.to_owned(), said.to_owned()),
        None => (String::new(), cue.text.clone()),
    }
}

fn append(passages: &mut Vec<Passage>, next: Passage) {
    let follows = |last: &Passage| {
        let gap = next.start_ms.zip(last.end_ms).map_or(0, |(start, end)| (start - end).abs());
        let chars = last.body.chars().count() + next.body.chars().count();
        last.speaker == next.speaker && gap <= GAP_MS_MAX && chars < CHARS_MAX
    };
    match passages.last_mut().filter(|last| follows(last)) {
        Some(last) => {
            last.body.push(' ');
            last.body.push_str(&next.body);
            last.end_ms = last.end_ms.max(next.end_ms);
        }
        None => passages.push(next),
    }
}
