//! No two types of the API share a name: the description would have one of them for both, without a word.

use std::collections::HashMap;

use quote::ToTokens;
use syn::{Attribute, Ident, Item};

use crate::tidy::finding::Finding;
use crate::tidy::source::RustFile;

const RULE: &str = "schemas";

pub(crate) fn check(files: &[RustFile]) -> Vec<Finding> {
    let mut first: HashMap<String, &str> = HashMap::new();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.module.is_some()) {
        for (line, name) in described(&file.syntax.items) {
            match first.get(name.as_str()) {
                Some(other) => {
                    let sentence = format!(
                        "`{other}` describes a `{name}` too: give one of them another name, or `#[schema(as = …)]`"
                    );
                    findings.push(Finding::new(&file.path, line, RULE, sentence));
                }
                None => drop(first.insert(name, &file.path)),
            }
        }
    }
    findings
}

/// The types that the API describes, by the names it gives them.
fn described(items: &[Item]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for item in items {
        let (ident, attributes): (&Ident, &[Attribute]) = match item {
            Item::Struct(item) => (&item.ident, &item.attrs),
            Item::Enum(item) => (&item.ident, &item.attrs),
            _ => continue,
        };
        let text = |attribute: &Attribute| attribute.meta.to_token_stream().to_string();
        let is_described = |attribute: &Attribute| {
            attribute.path().is_ident("derive")
                && text(attribute).split([',', '(', ')', ' ']).any(|one| one == "ToSchema")
        };
        if attributes.iter().any(is_described) {
            let renamed = attributes.iter().filter(|attribute| attribute.path().is_ident("schema"));
            let renamed = renamed.map(text).find_map(|text| {
                let (_, name) = text.split_once("as = ")?;
                Some(name.split([',', ')', ' ']).next()?.to_owned())
            });
            found.push((ident.span().start().line, renamed.unwrap_or_else(|| ident.to_string())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::Source;

    fn check(texts: &[&str]) -> usize {
        let parse = |(index, text): (usize, &&str)| {
            let source = Source::text(&format!("crates/server/src/listen/file{index}.rs"), text);
            RustFile::parse(&source).ok().unwrap()
        };
        let files: Vec<RustFile> = texts.iter().enumerate().map(parse).collect();
        super::check(&files).len()
    }

    #[test]
    fn names_of_the_api_are_taken_once() {
        let one = "#[derive(Debug, ToSchema)]\nstruct Cell { a: u8 }";
        assert_eq!(check(&[one]), 0);
        assert_eq!(check(&[one, "#[derive(ToSchema)]\nenum Cell { A }"]), 1);
        assert_eq!(check(&[one, "#[derive(ToSchema)]\n#[schema(as = AnswerCell)]\nstruct Cell;"]), 0);
        assert_eq!(check(&[one, "#[derive(ToSchema)]\n#[schema(as = Cell, example = 1)]\nstruct Other;"]), 1);
        assert_eq!(check(&[one, "#[derive(Debug)]\nstruct Cell;"]), 0);
    }
}
