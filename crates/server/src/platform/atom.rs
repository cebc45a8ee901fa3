//! Atom feeds (RFC 4287): what is written once and read by programs that people chose.

use std::fmt::Write;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heedful_db::Micros;

use super::{secret, time};

/// A feed of one author.
#[derive(Clone, Debug)]
pub struct Feed {
    /// An IRI that never changes, whatever else of the feed does.
    pub id: String,
    pub title: String,
    pub author: String,
    /// Where the feed itself is.
    pub self_url: String,
    /// The page that says the same to people.
    pub page_url: String,
    /// When a feed without entries began.
    pub since: Micros,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub id: String,
    pub title: String,
    pub url: String,
    pub published: Micros,
    pub updated: Micros,
    pub summary: String,
    pub html: String,
}

impl Feed {
    pub fn render(&self) -> String {
        let updated = self.entries.iter().map(|entry| entry.updated).max().unwrap_or(self.since);
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n",
        );
        element(&mut xml, "id", &self.id);
        element(&mut xml, "title", &self.title);
        element(&mut xml, "updated", &time::out(updated).to_string());
        let _ = writeln!(xml, "<author><name>{}</name></author>", escape(&self.author));
        let _ = writeln!(
            xml,
            "<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>",
            escape(&self.self_url)
        );
        let _ =
            writeln!(xml, "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>", escape(&self.page_url));
        for entry in &self.entries {
            entry.render(&mut xml);
        }
        xml.push_str("</feed>\n");
        xml
    }

    /// The feed with a tag of its content: a reader that has seen it is told so, and gets nothing twice.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let xml = self.render();
        let tag = format!("\"{}\"", &secret::hash(&xml)[..32]);
        let seen = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let is_seen =
            seen.is_some_and(|seen| seen.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if is_seen {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8"));
        (headers, xml).into_response()
    }
}

impl Entry {
    fn render(&self, xml: &mut String) {
        xml.push_str("<entry>\n");
        element(xml, "id", &self.id);
        element(xml, "title", &self.title);
        let _ = writeln!(xml, "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>", escape(&self.url));
        element(xml, "published", &time::out(self.published).to_string());
        element(xml, "updated", &time::out(self.updated).to_string());
        element(xml, "summary", &self.summary);
        let _ = writeln!(xml, "<content type=\"html\">{}</content>", escape(&self.html));
        xml.push_str("</entry>\n");
    }
}

fn element(xml: &mut String, name: &str, text: &str) {
    let _ = writeln!(xml, "<{name}>{}</{name}>", escape(text));
}

/// Text as it may stand between tags and in quoted values. XML 1.0 has no way at all to write most control
/// characters, so they go.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_typed_becomes_markup_or_breaks_the_document() {
        let check = |text: &str, expect: &str| assert_eq!(escape(text), expect, "{text:?}");
        check("Tom & \"Ann\" <b>", "Tom &amp; &quot;Ann&quot; &lt;b&gt;");
        check("]]>", "]]&gt;");
        check("a\u{0}b\u{1b}c\r\n\u{ffff}", "abc\n");
        check("naïve 🙂", "naïve 🙂");
    }
}
