//! Cuts text into words, whatever its language: runs of letters and digits, and each character of a script that
//! writes without spaces by itself.

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RemoveLongFilter, TextAnalyzer, Token, TokenStream, Tokenizer,
};

/// Longer words are keys and pasted rubbish; nobody looks for them.
const WORD_BYTES_MAX: usize = 120;

/// Case and accents do not matter: "Zürich" is found as "zurich".
pub fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(Words::default())
        .filter(RemoveLongFilter::limit(WORD_BYTES_MAX))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

#[derive(Clone, Default)]
struct Words {
    token: Token,
}

struct WordStream<'a> {
    text: &'a str,
    at: usize,
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { text, at: 0, token: &mut self.token }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        let rest = &self.text[self.at..];
        let Some((skipped, first)) = rest.char_indices().find(|(_, c)| c.is_alphanumeric()) else {
            return false;
        };
        let start = self.at + skipped;
        let length = if stands_alone(first) {
            first.len_utf8()
        } else {
            let word = &self.text[start..];
            word.find(|c: char| !c.is_alphanumeric() || stands_alone(c)).unwrap_or(word.len())
        };
        self.at = start + length;
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_from = start;
        self.token.offset_to = self.at;
        self.token.text.push_str(&self.text[start..self.at]);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// Thai, Lao, Burmese, Khmer, kana and Han: written without spaces between words.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The words of a text with the bytes they span.
pub fn words(analyzer: &mut TextAnalyzer, text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    analyzer.token_stream(text).process(&mut |token| found.push(token.clone()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_and_accents_and_han_is_cut_by_character() {
        let check = |text: &str, expect: &[&str]| {
            let found: Vec<_> = words(&mut analyzer(), text).into_iter().map(|token| token.text).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("Zürich's Café, 2×!", &["zurich", "s", "cafe", "2"]);
        check("导出很慢 CSV", &["导", "出", "很", "慢", "csv"]);
        check("エクスポートが遅い", &["エ", "ク", "ス", "ポ", "ー", "ト", "が", "遅", "い"]);
        check("экспорт", &["экспорт"]);
        check("<b>…</b> 😤", &["b", "b"]);
        check("", &[]);
    }
}
