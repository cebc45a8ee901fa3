//! The files of the repository as the rules see them.

use std::fs;
use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use syn::spanned::Spanned;
use syn::{Attribute, Item, Meta};

use crate::shell::Shell;
use crate::tidy::finding::Finding;

pub(crate) struct Source {
    /// From the root of the repository, with forward slashes.
    pub(crate) path: String,
    pub(crate) n_bytes: usize,
    /// Empty when the file is not text.
    pub(crate) text: String,
}

/// All files that are or would be committed.
pub(crate) fn read(shell: &Shell) -> Result<Vec<Source>> {
    let list = shell
        .output(shell.command("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))
        .context("tidy asks git which files belong to the repository")?;
    let mut sources = Vec::new();
    for path in list.split_terminator('\0') {
        let full = shell.root().join(path);
        // A deleted file stays in git's list until the deletion is committed.
        if !full.is_file() {
            continue;
        }
        let bytes = fs::read(&full).with_context(|| format!("cannot read {path}"))?;
        let n_bytes = bytes.len();
        sources.push(Source {
            path: path.to_owned(),
            n_bytes,
            text: String::from_utf8(bytes).unwrap_or_default(),
        });
    }
    Ok(sources)
}

impl Source {
    pub(crate) fn extension(&self) -> &str {
        self.path
            .rsplit('/')
            .next()
            .and_then(|name| name.rsplit_once('.'))
            .map_or("", |(_, extension)| extension)
    }

    #[cfg(test)]
    pub(crate) fn text(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), n_bytes: text.len(), text: text.to_owned() }
    }
}

pub(crate) struct RustFile {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
    /// The folder of its crate, `server` for `crates/server`, and its modules below; none for tests and build scripts.
    pub(crate) module: Option<Module>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    pub(crate) krate: String,
    pub(crate) names: Vec<String>,
}

impl RustFile {
    pub(crate) fn parse(source: &Source) -> Result<RustFile, Finding> {
        let syntax = syn::parse_file(&source.text).map_err(|error| {
            Finding::new(
                &source.path,
                error.span().start().line,
                "parse",
                format!("this is not Rust: {error}"),
            )
        })?;
        let module = if is_test_path(&source.path) { None } else { module_of(&source.path) };
        Ok(RustFile { path: source.path.clone(), text: source.text.clone(), syntax, module })
    }

    pub(crate) fn is_test(&self) -> bool {
        is_test_path(&self.path)
    }

    /// The lines of top-level items that exist only in tests.
    pub(crate) fn test_lines(&self) -> Vec<RangeInclusive<usize>> {
        let tests = self.syntax.items.iter().filter(|item| is_test_item(item));
        tests.map(|item| item.span().start().line..=item.span().end().line).collect()
    }
}

pub(crate) fn is_test_path(path: &str) -> bool {
    path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.contains(".test.")
        || path.starts_with("e2e/tests/")
}

/// `crates/server/src/listen/mod.rs` is `listen` of `server`; `main.rs` beside `lib.rs` is a module `main`.
fn module_of(path: &str) -> Option<Module> {
    let (folder, file) = path.split_once("/src/")?;
    let krate = folder.rsplit('/').next()?.to_owned();
    let mut names: Vec<String> = file.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib")) {
        names.pop();
    }
    Some(Module { krate, names })
}

pub(crate) fn is_test_item(item: &Item) -> bool {
    let attributes = match item {
        Item::Fn(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => return false,
    };
    is_for_tests(attributes)
}

/// Behind `#[cfg(test)]` or `#[test]`.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all (test") || condition.starts_with("all(test")
        }
        meta => meta.path().segments.last().is_some_and(|segment| segment.ident == "test"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_follow_files() {
        let names = |path: &str| module_of(path).map(|module| (module.krate, module.names.join("::")));
        let expect = |krate: &str, names: &str| Some((krate.to_owned(), names.to_owned()));
        assert_eq!(names("crates/server/src/listen/signals/mod.rs"), expect("server", "listen::signals"));
        assert_eq!(names("crates/db/src/lib.rs"), expect("db", ""));
        assert_eq!(names("crates/server/src/main.rs"), expect("server", "main"));
        assert_eq!(names("xtask/src/tidy/mod.rs"), expect("xtask", "tidy"));
        assert_eq!(names("crates/server/build.rs"), None);
    }

    #[test]
    fn test_code_is_known_by_its_attributes() {
        let text = "#[cfg(test)]\nmod tests {\n}\nfn real() {}\n#[cfg(not(test))]\nfn also_real() {}\n";
        let file = RustFile::parse(&Source::text("crates/db/src/lib.rs", text)).unwrap();
        assert_eq!(file.test_lines(), [1..=3]);
    }
}
