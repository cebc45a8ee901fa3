//! `stats` and `text` do no input or output, read no clock and throw no dice of their own: values in, values out.

use crate::tidy::finding::Finding;
use crate::tidy::imports::written_paths;
use crate::tidy::source::RustFile;

const RULE: &str = "purity";
const PURE: [&str; 2] = ["stats", "text"];
const IMPURE: [&str; 14] = [
    "jiff::Timestamp::now",
    "rand::random",
    "rand::rng",
    "sqlx",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
];

pub(crate) fn check(files: &[RustFile]) -> Vec<Finding> {
    let is_pure =
        |file: &&RustFile| file.module.as_ref().is_some_and(|module| PURE.contains(&&*module.krate));
    files.iter().filter(is_pure).flat_map(check_file).collect()
}

fn check_file(file: &RustFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, path) in written_paths(file) {
        let path = path.join("::");
        let is_within = |outer: &&&str| path == **outer || path.starts_with(&format!("{outer}::"));
        if let Some(impure) = IMPURE.iter().find(is_within) {
            let sentence = format!("a pure crate may not use `{impure}`: values come in as arguments");
            findings.push(Finding::new(&file.path, line, RULE, sentence));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::Source;

    fn check(krate: &str, text: &str) -> usize {
        let source = Source::text(&format!("crates/{krate}/src/lib.rs"), text);
        super::check(&[RustFile::parse(&source).ok().unwrap()]).len()
    }

    #[test]
    fn pure_crates_touch_no_file_and_no_clock() {
        assert_eq!(check("stats", "use std::{collections::HashMap, fmt};"), 0);
        assert_eq!(check("stats", "use std::{fs, net::TcpStream};"), 2);
        assert_eq!(check("text", "fn f() { std::time::Instant::now(); }"), 1);
        assert_eq!(check("text", "fn f(wait: std::time::Duration) {}"), 0);
    }

    #[test]
    fn other_crates_and_tests_may() {
        assert_eq!(check("server", "use std::fs;"), 0);
        assert_eq!(check("stats", "#[cfg(test)]\nmod tests { use std::fs; }"), 0);
    }
}
