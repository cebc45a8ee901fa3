//! `cargo xtask tidy`: the rules of ARCHITECTURE.md and CONTRIBUTING.md that a machine can prove, from the manifests
//! and the sources alone.

mod circles;
mod finding;
mod foreign;
mod imports;
mod manifests;
mod purity;
mod schemas;
mod sizes;
mod source;
mod stages;
mod words;

use anyhow::{Result, bail};

use crate::shell::Shell;
use crate::tidy::finding::Finding;
use crate::tidy::imports::Graph;
use crate::tidy::source::{RustFile, Source};

pub(crate) fn run(shell: &Shell) -> Result<()> {
    let sources = source::read(shell)?;
    let findings = check(&sources);
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} places break a rule of the code", findings.len());
    }
    println!("Tidy: {} files keep every rule.", sources.len());
    Ok(())
}

fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut files = Vec::new();
    for source in sources {
        if source.extension() == "rs" {
            match RustFile::parse(source) {
                Ok(file) => files.push(file),
                Err(finding) => findings.push(finding),
            }
        }
    }
    let graph = Graph::new(&files);
    findings.extend(manifests::check(sources));
    findings.extend(purity::check(&files));
    findings.extend(stages::check(&graph));
    findings.extend(schemas::check(&files));
    findings.extend(circles::check(&graph));
    findings.extend(sizes::check_rust(&files));
    findings.extend(sizes::check_web(sources));
    findings.extend(foreign::check(sources));
    findings.extend(words::check_rust(&files));
    findings.extend(words::check_fetch(sources));
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_as_file_line_rule_sentence() {
        let sources = [Source::text("crates/db/src/lib.rs", "#[allow(dead_code)]\nfn unused() {}\n")];
        let printed: Vec<_> = check(&sources).iter().map(ToString::to_string).collect();
        let sentence = "use `#[expect(…, reason = \"…\")]`, which tells when it is no longer needed";
        assert_eq!(printed, [format!("crates/db/src/lib.rs:1: allow: {sentence}")]);
    }

    #[test]
    fn a_file_that_does_not_parse_is_a_finding() {
        let findings = check(&[Source::text("crates/db/src/lib.rs", "fn (")]);
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].rule, findings[0].line), ("parse", 1));
    }
}
