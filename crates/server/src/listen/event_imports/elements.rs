//! A JSON list, arriving in pieces, parted into its elements.

use super::row::Row;
use crate::listen::imports::records::ROW_BYTES_MAX;

/// Where the reading is.
#[derive(Debug, Default)]
pub struct Elements {
    element: String,
    depth: usize,
    is_in_text: bool,
    is_escaped: bool,
    is_too_large: bool,
}

impl Elements {
    /// Reads on, and adds the objects that end here.
    pub fn push(&mut self, text: &str, rows: &mut impl Extend<Row>) {
        for c in text.chars() {
            let is_outside = self.depth == 0;
            self.follow(c);
            if is_outside && self.depth == 0 {
                continue;
            }
            if self.element.len() < ROW_BYTES_MAX {
                self.element.push(c);
            } else {
                self.is_too_large = true;
            }
            if self.depth == 0 {
                let element = std::mem::take(&mut self.element);
                let is_too_large = std::mem::take(&mut self.is_too_large);
                rows.extend([if is_too_large { Row::Broken(element) } else { Row::Json(element) }]);
            }
        }
    }

    /// What is left at the end of a file that breaks off.
    pub fn finish(&mut self) -> Option<Row> {
        (self.depth > 0).then(|| Row::Broken(std::mem::take(&mut self.element)))
    }

    /// Brackets that hold the list itself are none of an element.
    fn follow(&mut self, c: char) {
        if self.is_in_text {
            match c {
                _ if self.is_escaped => self.is_escaped = false,
                '\\' => self.is_escaped = true,
                '"' => self.is_in_text = false,
                _ => {}
            }
            return;
        }
        match c {
            '"' if self.depth > 0 => self.is_in_text = true,
            '{' => self.depth += 1,
            '[' if self.depth > 0 => self.depth += 1,
            '}' => self.depth = self.depth.saturating_sub(1),
            ']' if self.depth > 0 => self.depth -= 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_the_same_however_the_text_arrives() {
        let text = "[ {\"a\": \"}]\\\"{\", \"b\": [1, {\"c\": 2}]},\n{}, {\"é\": \"ü\"} ,{\"broken\": ";
        for piece in [1, 2, 7, 1_000] {
            let (mut elements, mut rows) = (Elements::default(), Vec::new());
            let chars: Vec<char> = text.chars().collect();
            for piece in chars.chunks(piece) {
                elements.push(&piece.iter().collect::<String>(), &mut rows);
            }
            rows.extend(elements.finish());
            let expect = [
                Row::Json("{\"a\": \"}]\\\"{\", \"b\": [1, {\"c\": 2}]}".to_owned()),
                Row::Json("{}".to_owned()),
                Row::Json("{\"é\": \"ü\"}".to_owned()),
                Row::Broken("{\"broken\": ".to_owned()),
            ];
            assert_eq!(rows, expect, "in pieces of {piece}");
        }
    }
}
