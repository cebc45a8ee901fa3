//! The part of a text that shows why it was found, with the words to mark.

use super::query::{Match, Sought};
use super::words;

/// About two lines on a page.
const CHARS_MAX: usize = 200;
/// Words before the first mark, so that it can be read in its sentence.
const CHARS_BEFORE: usize = 40;

/// Text and marks; marks are half-open ranges in Unicode code points of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    pub ranges: Vec<(usize, usize)>,
}

/// The stretch of `text` that holds the most of what was sought; the beginning when nothing was found there.
pub fn cut(text: &str, sought: &[Sought], how: Match) -> Snippet {
    let tokens = words::words(&mut words::analyzer(), text);
    let mut marks: Vec<(usize, usize)> = Vec::new();
    let is_sought = |word: &str| sought.iter().any(|sought| sought.matches(word, how));
    let mut chars = CharCounter { text, byte: 0, char: 0 };
    for token in tokens.iter().filter(|token| is_sought(&token.text)) {
        marks.push((chars.count_to(token.offset_from), chars.count_to(token.offset_to)));
    }
    let from = best_start(&marks).saturating_sub(CHARS_BEFORE);
    let from = if from == 0 { 0 } else { next_word(text, from) };
    let text: String = text.chars().skip(from).take(CHARS_MAX).collect();
    let length = text.chars().count();
    let inside = |(start, end): &(usize, usize)| *start >= from && *end <= from + length;
    let ranges = marks.iter().filter(|mark| inside(mark)).map(|(start, end)| (start - from, end - from));
    Snippet { ranges: ranges.collect(), text: text.trim_end().to_owned() }
}

impl Sought {
    fn matches(&self, word: &str, how: Match) -> bool {
        let is_exact = word == self.text || (self.is_prefix && word.starts_with(&self.text));
        is_exact || (how == Match::Near && is_near(&self.text, word))
    }
}

/// At most one letter differs, is missing, is too many, or is swapped with its neighbour.
fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same_front = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same_front..], &b[same_front..]);
    let same_back = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - same_back], &b[..b.len() - same_back]);
    match (a, b) {
        ([a1, a2], [b1, b2]) => a1 == b2 && a2 == b1,
        _ => a.len() <= 1 && b.len() <= 1,
    }
}

/// The mark from which the most marks fit into one snippet.
fn best_start(marks: &[(usize, usize)]) -> usize {
    let fits = |start: usize| {
        marks.iter().filter(|mark| mark.0 >= start && mark.1 <= start + CHARS_MAX - CHARS_BEFORE).count()
    };
    let mut best = (0, 0);
    for (start, _) in marks {
        let n = fits(*start);
        if n > best.0 {
            best = (n, *start);
        }
    }
    best.1
}

fn next_word(text: &str, from: usize) -> usize {
    let space = text.chars().skip(from).take(CHARS_BEFORE).position(char::is_whitespace);
    from + space.map_or(0, |space| space + 1)
}

/// Turns rising byte offsets into code points without counting anew from the start.
struct CharCounter<'a> {
    text: &'a str,
    byte: usize,
    char: usize,
}

impl CharCounter<'_> {
    fn count_to(&mut self, byte: usize) -> usize {
        self.char += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.char
    }
}

#[cfg(test)]
mod tests {
    use super::super::query::sought;
    use super::*;

    fn marked(text: &str, q: &str, how: Match) -> String {
        let snippet = cut(text, &sought(q), how);
        let mut shown = String::new();
        for (index, c) in snippet.text.chars().enumerate() {
            if snippet.ranges.iter().any(|range| range.0 == index) {
                shown.push('[');
            }
            shown.push(c);
            if snippet.ranges.iter().any(|range| range.1 == index + 1) {
                shown.push(']');
            }
        }
        shown
    }

    #[test]
    fn marks_are_counted_in_code_points() {
        assert_eq!(
            marked("😤 Exporting to Zürich fails", "zurich exp", Match::Exact),
            "😤 [Exporting] to [Zürich] fails"
        );
        assert_eq!(marked("导出很慢", "导出", Match::Exact), "[导][出]很慢");
        assert_eq!(marked("nothing here", "else", Match::Exact), "nothing here");
    }

    #[test]
    fn near_words_are_marked_when_near_ones_were_sought() {
        assert_eq!(marked("my exprot fails", "export ", Match::Near), "my [exprot] fails");
        assert_eq!(marked("my exports fail", "export ", Match::Near), "my [exports] fail");
        assert_eq!(marked("my effort fails", "export ", Match::Near), "my effort fails");
    }

    #[test]
    fn a_long_text_is_cut_around_what_was_sought() {
        let text = format!("{}the needle lies here, a needle {}", "hay ".repeat(200), "hay ".repeat(200));
        let snippet = cut(&text, &sought("needle"), Match::Exact);
        assert_eq!(snippet.ranges.len(), 2);
        assert!(snippet.text.chars().count() <= CHARS_MAX);
        assert!(snippet.text.starts_with("hay "));
    }
}
