//! Functions, files and components that a reader can hold in mind.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, Item, ItemFn, Signature, TraitItemFn};

use crate::tidy::finding::Finding;
use crate::tidy::source::{RustFile, Source, is_for_tests, is_test_item, is_test_path};

const RULE: &str = "size";
const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 400;
const COMPONENT_LINES_MAX: usize = 200;
/// Written by a tool from openapi.json.
const GENERATED: [&str; 1] = ["web/src/lib/api/schema.d.ts"];

pub(crate) fn check_rust(files: &[RustFile]) -> Vec<Finding> {
    files.iter().filter(|file| !file.is_test()).flat_map(check_rust_file).collect()
}

fn check_rust_file(file: &RustFile) -> Vec<Finding> {
    let n_test_lines: usize = file.test_lines().into_iter().map(Iterator::count).sum();
    let n_lines = file.text.lines().count() - n_test_lines;
    let mut functions = Functions { path: &file.path, findings: Vec::new() };
    functions.visit_file(&file.syntax);
    functions.findings.extend(too_long(&file.path, n_lines, FILE_LINES_MAX, "file, its tests aside,"));
    functions.findings
}

/// TypeScript, styles and Svelte components.
pub(crate) fn check_web(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !is_test_path(&source.path)) {
        let n_lines = source.text.lines().count();
        findings.extend(match source.extension() {
            "svelte" => too_long(&source.path, n_lines, COMPONENT_LINES_MAX, "component"),
            "ts" | "js" | "css" if !GENERATED.contains(&&*source.path) => {
                too_long(&source.path, n_lines, FILE_LINES_MAX, "file")
            }
            _ => None,
        });
    }
    findings
}

fn too_long(path: &str, n_lines: usize, lines_max: usize, what: &str) -> Option<Finding> {
    let sentence = || format!("this {what} has {n_lines} lines, and {lines_max} are the most");
    (n_lines > lines_max).then(|| Finding::new(path, 1, RULE, sentence()))
}

struct Functions<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &Signature, block: &Block) {
        let first = signature.span().start().line;
        let n_lines = block.span().end().line + 1 - first;
        if n_lines > FUNCTION_LINES_MAX {
            let name = &signature.ident;
            let sentence = format!("`{name}` has {n_lines} lines, and {FUNCTION_LINES_MAX} are the most");
            self.findings.push(Finding::new(self.path, first, RULE, sentence));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_item(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            self.measure(&item.sig, &item.block);
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.measure(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> Vec<String> {
        let source = Source::text(path, text);
        let findings = match RustFile::parse(&source) {
            Ok(file) if source.extension() == "rs" => check_rust(&[file]),
            _ => check_web(&[source]),
        };
        findings.into_iter().map(|finding| finding.sentence).collect()
    }

    fn function(n_lines: usize) -> String {
        format!("fn f() {{\n{}}}\n", "    g();\n".repeat(n_lines - 2))
    }

    #[test]
    fn a_function_stops_at_seventy_lines() {
        assert_eq!(check("crates/db/src/a.rs", &function(70)), [""; 0]);
        assert_eq!(check("crates/db/src/a.rs", &function(71)), ["`f` has 71 lines, and 70 are the most"]);
        assert_eq!(check("crates/db/src/a.rs", &format!("impl A {{\n{}}}", function(71))).len(), 1);
    }

    #[test]
    fn documentation_and_tests_do_not_count() {
        assert_eq!(
            check("crates/db/src/a.rs", &format!("{}{}", "/// Why.\n".repeat(30), function(70))),
            [""; 0]
        );
        assert_eq!(
            check("crates/db/src/a.rs", &format!("#[cfg(test)]\nmod tests {{\n{}}}", function(500))),
            [""; 0]
        );
        assert_eq!(check("crates/db/tests/a.rs", &function(500)), [""; 0]);
    }

    #[test]
    fn files_and_components_have_an_end_too() {
        assert_eq!(check("crates/db/src/a.rs", &"const A: u8 = 0;\n".repeat(401)).len(), 1);
        assert_eq!(check("web/src/lib/a.ts", &"a();\n".repeat(401)).len(), 1);
        assert_eq!(check("web/src/lib/A.svelte", &"<p></p>\n".repeat(201)).len(), 1);
        assert_eq!(check("web/src/lib/A.svelte", &"<p></p>\n".repeat(200)), [""; 0]);
        assert_eq!(check("web/src/lib/api/schema.d.ts", &"a();\n".repeat(9000)), [""; 0]);
        assert_eq!(check("web/src/lib/a.test.ts", &"a();\n".repeat(401)), [""; 0]);
    }
}
