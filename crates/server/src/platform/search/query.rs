//! From what a person types to a query of the index.

use std::ops::Bound;

use heedful_db::{Micros, WorkspaceId};
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, InvertedIndexRangeQuery, Occur,
    PhrasePrefixQuery, PhraseQuery, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::facet::{Facet, NOTHING};
use super::index::Fields;
use super::words;

const WORDS_MAX: usize = 32;
/// A title says in a few words what it is about, so a hit there weighs more.
const TITLE_WEIGHT: f32 = 3.0;
/// A word that only begins like the one typed weighs less than the word itself.
const PREFIX_WEIGHT: f32 = 0.3;
/// Shorter words have too many neighbours one letter away.
const FUZZY_CHARS_MIN: usize = 4;
const PHRASE_ENDINGS_MAX: u32 = 1_000;

/// What a search is narrowed to besides its words.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    /// All kinds when not given.
    pub kind: Option<String>,
    /// None as value means "without one".
    pub values: Vec<(Facet, Option<String>)>,
    pub score_min: Option<f64>,
    pub score_max: Option<f64>,
    pub from: Option<Micros>,
    pub to: Option<Micros>,
    pub archived: bool,
}

/// A word looked for, to mark it where it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    pub text: String,
    pub is_prefix: bool,
}

/// One piece of what was typed: a word, or several that must follow one another.
struct Piece {
    words: Vec<String>,
    is_prefix: bool,
}

/// How exactly words must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    Exact,
    /// One letter may differ, for when nothing matches exactly.
    Near,
}

/// Words between quotation marks must follow one another; all pieces must be found; the last word may still be
/// unfinished.
fn pieces(q: &str) -> Vec<Piece> {
    let mut analyzer = words::analyzer();
    let mut found = Vec::new();
    for (index, part) in q.split('"').enumerate() {
        let is_quoted = index % 2 == 1;
        let texts: Vec<&str> = if is_quoted { vec![part] } else { part.split_whitespace().collect() };
        for text in texts {
            let words: Vec<String> =
                words::words(&mut analyzer, text).into_iter().map(|token| token.text).collect();
            if !words.is_empty() {
                found.push(Piece { words, is_prefix: false });
            }
        }
    }
    let is_open = q.chars().next_back().is_some_and(char::is_alphanumeric);
    if let Some(last) = found.last_mut() {
        last.is_prefix = is_open;
    }
    found.truncate(WORDS_MAX);
    found
}

/// The words looked for, in the form in which the index keeps them.
pub fn sought(q: &str) -> Vec<Sought> {
    let of = |piece: Piece| {
        let last = piece.words.len() - 1;
        let is_prefix = piece.is_prefix;
        piece
            .words
            .into_iter()
            .enumerate()
            .map(move |(index, text)| Sought { text, is_prefix: is_prefix && index == last })
    };
    pieces(q).into_iter().flat_map(of).collect()
}

/// The whole query: the words, within the workspace, narrowed.
pub fn build(
    fields: &Fields,
    ws: &WorkspaceId,
    q: Option<&str>,
    narrow: &Narrow,
    how: Match,
) -> Box<dyn Query> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> =
        vec![(Occur::Must, term(fields.scope, &scope(ws, narrow)))];
    clauses.extend(narrowed(fields, narrow).into_iter().map(|query| (Occur::Must, query)));
    if let Some(q) = q {
        let pieces = pieces(q);
        if pieces.is_empty() {
            return Box::new(EmptyQuery);
        }
        clauses.extend(pieces.iter().map(|piece| (Occur::Must, piece_query(fields, piece, how))));
    }
    Box::new(BooleanQuery::new(clauses))
}

fn scope(ws: &WorkspaceId, narrow: &Narrow) -> String {
    match (&narrow.kind, narrow.archived) {
        (None, _) => ws.to_string(),
        (Some(kind), false) => format!("{ws}/{kind}"),
        (Some(kind), true) => format!("{ws}/archived/{kind}"),
    }
}

fn narrowed(fields: &Fields, narrow: &Narrow) -> Vec<Box<dyn Query>> {
    let mut queries: Vec<Box<dyn Query>> = Vec::new();
    for (facet, value) in &narrow.values {
        if let Some(field) = fields.facet(*facet) {
            queries.push(term(field, value.as_deref().unwrap_or(NOTHING)));
        }
    }
    if narrow.score_min.is_some() || narrow.score_max.is_some() {
        let bound = |value: Option<f64>| {
            value.map_or(Bound::Unbounded, |value| Bound::Included(Term::from_field_f64(fields.score, value)))
        };
        queries.push(unscored(RangeQuery::new(bound(narrow.score_min), bound(narrow.score_max))));
    }
    if narrow.from.is_some() || narrow.to.is_some() {
        let at = |value: Micros| Term::from_field_i64(fields.at, value);
        let from = narrow.from.map_or(Bound::Unbounded, |from| Bound::Included(at(from)));
        let to = narrow.to.map_or(Bound::Unbounded, |to| Bound::Excluded(at(to)));
        queries.push(unscored(RangeQuery::new(from, to)));
    }
    queries
}

/// Documents after a place in a list ordered by time and id, newest first.
pub fn after(fields: &Fields, at: Micros, id: &str) -> Box<dyn Query> {
    let at = Term::from_field_i64(fields.at, at);
    let earlier = RangeQuery::new(Bound::Unbounded, Bound::Excluded(at.clone()));
    let same_time = RangeQuery::new(Bound::Included(at.clone()), Bound::Included(at));
    let lower_id =
        InvertedIndexRangeQuery::new(Bound::Unbounded, Bound::Excluded(Term::from_field_text(fields.id, id)));
    let tied = BooleanQuery::intersection(vec![Box::new(same_time), Box::new(lower_id)]);
    Box::new(BooleanQuery::union(vec![Box::new(earlier), Box::new(tied)]))
}

fn piece_query(fields: &Fields, piece: &Piece, how: Match) -> Box<dyn Query> {
    let of = |field: Field, weight: f32| -> Box<dyn Query> {
        let query: Box<dyn Query> = match piece.words.as_slice() {
            [word] => word_query(field, word, piece.is_prefix, how),
            words => phrase_query(field, words, piece.is_prefix),
        };
        Box::new(BoostQuery::new(query, weight))
    };
    Box::new(BooleanQuery::union(vec![of(fields.title, TITLE_WEIGHT), of(fields.body, 1.0)]))
}

fn word_query(field: Field, word: &str, is_prefix: bool, how: Match) -> Box<dyn Query> {
    let sought = Term::from_field_text(field, word);
    if how == Match::Near && word.chars().count() >= FUZZY_CHARS_MIN {
        let near = if is_prefix { FuzzyTermQuery::new_prefix } else { FuzzyTermQuery::new };
        return Box::new(near(sought, 1, true));
    }
    let exact: Box<dyn Query> = Box::new(TermQuery::new(sought.clone(), IndexRecordOption::WithFreqs));
    if !is_prefix {
        return exact;
    }
    // Every word that begins so lies before the word followed by the last character there is.
    let end = Term::from_field_text(field, &format!("{word}\u{10ffff}"));
    let longer = InvertedIndexRangeQuery::new(Bound::Excluded(sought), Bound::Excluded(end));
    let longer = BoostQuery::new(Box::new(longer), PREFIX_WEIGHT);
    Box::new(BooleanQuery::union(vec![exact, Box::new(longer)]))
}

fn phrase_query(field: Field, words: &[String], is_prefix: bool) -> Box<dyn Query> {
    let terms = words.iter().map(|word| Term::from_field_text(field, word)).collect();
    if !is_prefix {
        return Box::new(PhraseQuery::new(terms));
    }
    let mut query = PhrasePrefixQuery::new(terms);
    query.set_max_expansions(PHRASE_ENDINGS_MAX);
    Box::new(query)
}

fn term(field: Field, value: &str) -> Box<dyn Query> {
    unscored(TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic))
}

/// Where something was found must not count towards how well it fits.
fn unscored(query: impl Query) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(q: &str) -> Vec<String> {
        let show = |piece: Piece| piece.words.join(" ") + if piece.is_prefix { "…" } else { "" };
        pieces(q).into_iter().map(show).collect()
    }

    #[test]
    fn quotes_keep_words_together_and_the_last_word_may_be_unfinished() {
        assert_eq!(shown("slow exp"), ["slow", "exp…"]);
        assert_eq!(shown("slow export "), ["slow", "export"]);
        assert_eq!(shown("\"card not\" working"), ["card not", "working…"]);
        assert_eq!(shown("e-mail"), ["e mail…"]);
        assert_eq!(shown("导出 \"unclosed quote"), ["导 出", "unclosed quote…"]);
        assert_eq!(shown("!!! \"\""), Vec::<String>::new());
        assert_eq!(shown(&"a ".repeat(100)).len(), WORDS_MAX);
    }
}
