//! Tests of the documentation: what it links to is there, and the commands it shows exist.

mod commands;
mod markdown;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::docs::commands::Programs;
use crate::docs::markdown::Page;
use crate::product::dev_binary;
use crate::shell::Shell;
use crate::steps::Outcome;

/// Every Markdown file of the repository.
pub(crate) fn test(shell: &Shell) -> Result<Outcome> {
    let list = shell.output(shell.command("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.md",
    ]))?;
    let mut pages = BTreeMap::new();
    for path in list.split_terminator('\0').filter(|path| shell.root().join(path).is_file()) {
        let text =
            fs::read_to_string(shell.root().join(path)).with_context(|| format!("cannot read {path}"))?;
        pages.insert(PathBuf::from(path), Page::parse(&text));
    }
    let mut problems = broken_links(shell.root(), &pages);
    let mut programs = Programs::new(dev_binary(shell)?);
    for (path, page) in &pages {
        for (line, command) in &page.commands {
            if let Some(problem) = programs.check(command) {
                problems.push(format!("{}:{line}: {problem}", path.display()));
            }
        }
    }
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} links or commands in the documentation lead nowhere", problems.len());
    }
    println!("{} pages: every link and every command leads somewhere.", pages.len());
    Ok(Outcome::Done)
}

fn broken_links(root: &Path, pages: &BTreeMap<PathBuf, Page>) -> Vec<String> {
    let anchors: HashMap<_, _> = pages.iter().map(|(path, page)| (path.as_path(), &page.anchors)).collect();
    let mut problems = Vec::new();
    for (path, page) in pages {
        for (line, link) in page.links.iter().filter(|(_, link)| !is_elsewhere(link)) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { target(path, file) };
            let problem = if !root.join(&target).exists() {
                format!("there is no `{}`", target.display())
            } else if anchor.is_empty() || anchors.get(&*target).is_none_or(|known| known.contains(anchor)) {
                continue;
            } else {
                format!("`{}` has no heading `#{anchor}`", target.display())
            };
            problems.push(format!("{}:{line}: the link `{link}` is broken: {problem}", path.display()));
        }
    }
    problems
}

/// Other sites, which a test does not visit.
fn is_elsewhere(link: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme))
}

/// Where a link of a page leads, from the root of the repository.
fn target(page: &Path, link: &str) -> PathBuf {
    let folder = page.parent().filter(|_| !link.starts_with('/'));
    let joined = folder.unwrap_or(Path::new("")).join(link.trim_start_matches('/'));
    let mut target = PathBuf::new();
    for component in joined.components() {
        match component {
            Component::ParentDir => {
                target.pop();
            }
            Component::Normal(name) => target.push(name),
            _ => {}
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("docs")).unwrap();
        let pages = [("docs/start.md", text), ("README.md", "# Heedful\n\n## Two commands\n")];
        for (path, text) in pages {
            fs::write(folder.path().join(path), text).unwrap();
        }
        broken_links(
            folder.path(),
            &pages.map(|(path, text)| (PathBuf::from(path), Page::parse(text))).into(),
        )
    }

    #[test]
    fn links_to_files_and_headings_are_followed() {
        let good = "# Start\n[a](../README.md) [b](../README.md#two-commands) [c](#start) [d](https://example.com/x)";
        assert_eq!(check(good), [""; 0]);
    }

    #[test]
    fn broken_links_are_told_with_their_line() {
        let missing = "docs/start.md:2: the link `gone.md` is broken: there is no `docs/gone.md`";
        assert_eq!(check("# Start\n[a](gone.md)"), [missing]);
        let heading =
            "docs/start.md:1: the link `../README.md#three` is broken: `README.md` has no heading `#three`";
        assert_eq!(check("[a](../README.md#three)"), [heading]);
    }
}
