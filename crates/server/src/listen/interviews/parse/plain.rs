//! Plain text: `Name: words`, `Name  00:12` above the words, time marks on lines of their own, or just paragraphs.

use super::labels::{Names, may_be_name, split_prefix};
use super::passage::Passage;
use super::times::parse_time;

/// One line, taken apart.
#[derive(Debug, Default)]
struct Line<'a> {
    at_ms: Option<i64>,
    name: Option<&'a str>,
    /// A name that stands with a time is one for certain.
    is_sure: bool,
    text: &'a str,
}

/// Passages in order; what one speaker says in a row is one passage, its paragraphs kept.
pub fn parse(text: &str) -> Vec<Passage> {
    let lines: Vec<Line<'_>> = text.lines().map(|line| take_apart(line.trim())).collect();
    let mut names = Names::default();
    let mut starts_block = true;
    for line in &lines {
        if !line.text.is_empty() || line.name.is_some() {
            if line.name.is_some() || starts_block {
                names.count(line.name);
            }
            starts_block = false;
        } else {
            starts_block = true;
        }
    }
    let mut turns = Turns::default();
    for (line, raw) in lines.iter().zip(text.lines()) {
        match line.name.filter(|name| line.is_sure || names.contains(name)) {
            Some(name) => turns.speak(name, line.at_ms, line.text),
            None if raw.trim().is_empty() => turns.is_new_paragraph = true,
            // Not a name after all: the words in front of the colon belong to the sentence.
            None if line.name.is_some() => turns.go_on(line.at_ms, without_time(raw.trim())),
            None => turns.go_on(line.at_ms, line.text),
        }
    }
    turns.passages
}

fn take_apart(line: &str) -> Line<'_> {
    let (at_ms, rest) = split_time(line);
    if let Some((name, time)) = split_trailing_time(rest) {
        return Line { at_ms: Some(time), name: Some(name), is_sure: true, text: "" };
    }
    // `Ann (00:12): words`
    let timed = rest.split_once("):").or_else(|| rest.split_once("]:"));
    if let Some(((name, time), text)) =
        timed.and_then(|(head, text)| Some((split_trailing_time(head)?, text)))
    {
        return Line { at_ms: Some(time), name: Some(name), is_sure: true, text: text.trim() };
    }
    match split_prefix(rest) {
        Some((name, text)) => Line { at_ms, name: Some(name), is_sure: false, text },
        None => Line { at_ms, name: None, is_sure: false, text: rest },
    }
}

fn without_time(line: &str) -> &str {
    split_time(line).1
}

/// `[00:12] words`, `00:12:05 words` or a mark alone.
fn split_time(line: &str) -> (Option<i64>, &str) {
    let (token, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let bare = token.trim_matches(|c| "[]()".contains(c));
    match parse_time(bare) {
        Some(time) => (Some(time), rest.trim_start()),
        None => (None, line),
    }
}

/// `Ann  00:12`, `Ann (00:12)`, `Ann [00:12:05]:`: a name and a time, and nothing else.
fn split_trailing_time(line: &str) -> Option<(&str, i64)> {
    let line = line.trim_end_matches(':').trim_end();
    let start = line.rfind(char::is_whitespace)?;
    let (name, token) = (&line[..start], line[start..].trim_start());
    let is_apart = name.ends_with(char::is_whitespace) || line[start..].starts_with('\t');
    let is_marked = is_apart || token.starts_with(['[', '(']);
    let time = parse_time(token.trim_matches(|c| "[]()".contains(c)))?;
    let name = name.trim_end();
    (is_marked && may_be_name(name)).then_some((name, time))
}

#[derive(Debug, Default)]
struct Turns {
    passages: Vec<Passage>,
    /// The speaker of the passage at the end; none before the first.
    speaker: Option<String>,
    mark_ms: Option<i64>,
    is_new_paragraph: bool,
}

impl Turns {
    fn speak(&mut self, name: &str, at_ms: Option<i64>, text: &str) {
        let is_same =
            self.speaker.as_ref().is_some_and(|speaker| speaker.to_lowercase() == name.to_lowercase());
        self.speaker = Some(name.to_owned());
        let at_ms = at_ms.or(self.mark_ms.take());
        if is_same && !self.passages.is_empty() {
            self.is_new_paragraph = true;
            self.append(text);
        } else {
            self.passages.push(Passage {
                speaker: name.to_owned(),
                start_ms: at_ms,
                end_ms: None,
                body: text.to_owned(),
            });
        }
        self.is_new_paragraph = false;
    }

    fn go_on(&mut self, at_ms: Option<i64>, text: &str) {
        if text.is_empty() {
            self.mark_ms = at_ms.or(self.mark_ms);
            return;
        }
        let starts = self.passages.is_empty()
            || (self.speaker.is_none() && (self.is_new_paragraph || at_ms.is_some()));
        if starts {
            let start_ms = at_ms.or(self.mark_ms.take());
            self.passages.push(Passage { start_ms, body: text.to_owned(), ..Passage::default() });
        } else {
            self.append(text);
        }
        self.is_new_paragraph = false;
    }

    fn append(&mut self, text: &str) {
        let Some(last) = self.passages.last_mut().filter(|_| !text.is_empty()) else { return };
        if !last.body.is_empty() {
            last.body.push_str(if self.is_new_paragraph { "\n\n" } else { " " });
        }
        last.body.push_str(text);
    }
}
