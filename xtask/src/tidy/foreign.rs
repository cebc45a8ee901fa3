//! Nothing copied in: libraries, fonts and icons come from cargo or npm, and no file is too big to review.

use crate::tidy::finding::Finding;
use crate::tidy::source::Source;

const RULE: &str = "foreign";
const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// People break lines; what is longer came out of a bundler.
const CODE_LINE_BYTES_MAX: usize = 2_000;
/// A licence header stands at the top of a file.
const HEADER_LINES: usize = 30;
const FOREIGN_FOLDERS: [&str; 5] =
    ["bower_components", "node_modules", "third-party", "third_party", "vendor"];
const FONTS: [&str; 5] = ["eot", "otf", "ttf", "woff", "woff2"];
const CODE: [&str; 9] = ["css", "html", "js", "mjs", "rs", "sh", "sql", "svelte", "ts"];
const HEADERS: [&str; 5] =
    ["@license", "@preserve", "copyright", "licensed under", "spdx-license-identifier"];

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let found = [size(source), place(source), header(source), long_line(source)];
        findings.extend(found.into_iter().flatten());
    }
    findings
}

fn size(source: &Source) -> Option<Finding> {
    let sentence = format!("a file of {} bytes is too big for the repository", source.n_bytes);
    (source.n_bytes > FILE_BYTES_MAX).then(|| Finding::new(&source.path, 1, RULE, sentence))
}

fn place(source: &Source) -> Option<Finding> {
    let mut folders = source.path.split('/');
    let name = folders.next_back()?;
    let is_foreign = folders.any(|folder| FOREIGN_FOLDERS.contains(&folder))
        || name.contains(".min.")
        || FONTS.contains(&source.extension());
    let sentence = "this looks like somebody else's file: depend on its package instead";
    is_foreign.then(|| Finding::new(&source.path, 1, RULE, sentence))
}

/// In comments only, so that a page may print a copyright of its own.
fn header(source: &Source) -> Option<Finding> {
    if !CODE.contains(&source.extension()) {
        return None;
    }
    let is_header = |line: &str| {
        let line = line.trim_start().to_lowercase();
        let is_comment = ["//", "/*", "*", "#", "<!--", "--"].iter().any(|sign| line.starts_with(sign));
        is_comment && HEADERS.iter().any(|header| line.contains(header))
    };
    let index = source.text.lines().take(HEADER_LINES).position(is_header)?;
    Some(Finding::new(
        &source.path,
        index + 1,
        RULE,
        "a licence header: our files have none, others' do not belong here",
    ))
}

fn long_line(source: &Source) -> Option<Finding> {
    if !CODE.contains(&source.extension()) {
        return None;
    }
    let index = source.text.lines().position(|line| line.len() > CODE_LINE_BYTES_MAX)?;
    let sentence = format!(
        "a line of more than {CODE_LINE_BYTES_MAX} bytes was made by a tool, and tools' output is not kept"
    );
    Some(Finding::new(&source.path, index + 1, RULE, sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> usize {
        super::check(&[Source::text(path, text)]).len()
    }

    #[test]
    fn our_own_files_pass() {
        assert_eq!(check("web/src/lib/a.ts", "export const year = '© Copyright 2026';\n"), 0);
        assert_eq!(check("LICENSE", "Apache License, copyright\n"), 0);
        assert_eq!(check("crates/db/src/vendor.rs", "fn vendor() {}\n"), 0);
    }

    #[test]
    fn copies_of_others_do_not() {
        assert_eq!(check("web/static/vendor/a.js", "a()\n"), 1);
        assert_eq!(check("web/static/chart.min.js", "a()\n"), 1);
        assert_eq!(check("web/static/inter.woff2", ""), 1);
        assert_eq!(check("web/src/a.js", "/*! lib v1\n * Copyright (c) somebody\n */\n"), 1);
        assert_eq!(check("web/src/a.js", &"a();".repeat(600)), 1);
    }

    #[test]
    fn big_files_do_not() {
        let big =
            Source { path: "docs/film.mp4".to_owned(), n_bytes: FILE_BYTES_MAX + 1, text: String::new() };
        assert_eq!(super::check(&[big]).len(), 1);
    }
}
