//! Words that do not belong in the sources: silenced lints, unfinished work, calls around the typed client.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

use crate::tidy::finding::Finding;
use crate::tidy::source::{RustFile, Source};

pub(crate) fn check_rust(files: &[RustFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        for line in lines_of_allow(file.syntax.to_token_stream()) {
            let sentence = "use `#[expect(…, reason = \"…\")]`, which tells when it is no longer needed";
            findings.push(Finding::new(&file.path, line, "allow", sentence));
        }
        for line in lines_of_todo(file.syntax.to_token_stream()) {
            findings.push(Finding::new(
                &file.path,
                line,
                "todo",
                "finish it, or leave it out and say so in an issue",
            ));
        }
    }
    findings
}

/// Tokens and not text, so that words in strings and comments do not count and those inside macros do.
fn lines_of_allow(tokens: TokenStream) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut is_after_hash = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if is_after_hash && group.delimiter() == Delimiter::Bracket => {
                lines.extend(lines_of_call(group.stream(), "allow"));
                is_after_hash = false;
            }
            TokenTree::Group(group) => {
                lines.extend(lines_of_allow(group.stream()));
                is_after_hash = false;
            }
            // An inner attribute has an exclamation mark between.
            TokenTree::Punct(punct) => {
                is_after_hash = punct.as_char() == '#' || (is_after_hash && punct.as_char() == '!');
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => is_after_hash = false,
        }
    }
    lines
}

fn lines_of_call(tokens: TokenStream, name: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut called = None;
    for token in tokens {
        called = match token {
            TokenTree::Ident(ident) if ident == name => Some(ident.span().start().line),
            TokenTree::Group(group) => {
                lines.extend(called);
                lines.extend(lines_of_call(group.stream(), name));
                None
            }
            _ => None,
        };
    }
    lines
}

fn lines_of_todo(tokens: TokenStream) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut named = None;
    for token in tokens {
        named = match token {
            TokenTree::Ident(ident) if ident == "todo" || ident == "unimplemented" => {
                Some(ident.span().start().line)
            }
            TokenTree::Punct(punct) if punct.as_char() == '!' => {
                lines.extend(named);
                None
            }
            TokenTree::Group(group) => {
                lines.extend(lines_of_todo(group.stream()));
                None
            }
            _ => None,
        };
    }
    lines
}

/// The typed client is the one way to the API.
pub(crate) fn check_fetch(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_bound = |source: &&Source| {
        source.path.starts_with("web/src/")
            && !source.path.starts_with("web/src/lib/api/")
            && matches!(source.extension(), "ts" | "js" | "svelte")
    };
    for source in sources.iter().filter(is_bound) {
        for (index, line) in source.text.lines().enumerate() {
            if calls_fetch(line) {
                let sentence = "ask the server through the typed client in web/src/lib/api/";
                findings.push(Finding::new(&source.path, index + 1, "fetch", sentence));
            }
        }
    }
    findings
}

fn calls_fetch(line: &str) -> bool {
    let is_part_of_name =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '#');
    let is_comment = line.trim_start().starts_with("//") || line.trim_start().starts_with('*');
    let code = line.split(" //").next().unwrap_or(line);
    let mut places = code.match_indices("fetch(");
    !is_comment && places.any(|(index, _)| !code[..index].ends_with(is_part_of_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Vec<&'static str> {
        let file = RustFile::parse(&Source::text("crates/db/src/lib.rs", text)).ok().unwrap();
        check_rust(&[file]).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn lints_are_expected_and_never_allowed() {
        assert_eq!(check("#![allow(dead_code)]"), ["allow"]);
        assert_eq!(check("fn f() { #[allow(unused)] let x = 1; }"), ["allow"]);
        assert_eq!(check("#[cfg_attr(test, allow(unused))] fn f() {}"), ["allow"]);
        assert_eq!(check("#[expect(unused, reason = \"allow(me)\")] fn f() { allow(1) }"), [""; 0]);
    }

    #[test]
    fn work_is_finished() {
        assert_eq!(check("fn f() { todo!() }"), ["todo"]);
        assert_eq!(check("fn f() { assert!({ unimplemented!(\"later\") }) }"), ["todo"]);
        assert_eq!(check("fn todo() -> bool { !todo() } // todo!()"), [""; 0]);
    }

    #[test]
    fn only_the_client_fetches() {
        let check = |path: &str, text: &str| check_fetch(&[Source::text(path, text)]).len();
        assert_eq!(check("web/src/routes/+page.ts", "const answer = await fetch('/api');"), 1);
        assert_eq!(check("web/src/lib/A.svelte", "window.fetch(url)"), 1);
        assert_eq!(check("web/src/lib/A.svelte", "prefetch(url); // fetch(url)"), 0);
        assert_eq!(check("web/src/lib/names.svelte.ts", "this.#fetch(kind)"), 0);
        assert_eq!(check("web/src/lib/api/client.ts", "fetch(url)"), 0);
        assert_eq!(check("e2e/fixtures.ts", "fetch(url)"), 0);
    }
}
