//! Which file uses what of which other file: every path of every file outside its tests, followed through re-exports
//! to the file that defines the thing. A folder's `mod.rs` that only passes names on is therefore in nobody's way.

use std::collections::{BTreeMap, HashMap, HashSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, Path, UseTree};

use crate::tidy::source::{Module, RustFile, is_for_tests, is_test_item};

/// A chain of re-exports is a few links long; a longer one goes in a circle.
const REEXPORTS_MAX: usize = 8;

pub(crate) struct Graph<'a> {
    pub(crate) files: Vec<FileUses<'a>>,
}

pub(crate) struct FileUses<'a> {
    pub(crate) path: &'a str,
    pub(crate) module: Module,
    /// The files it uses, by their place in the graph, with the first line that does.
    pub(crate) uses: BTreeMap<usize, usize>,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(files: &'a [RustFile]) -> Graph<'a> {
        let crates = Crates::new(files);
        let files = crates.files.iter().enumerate().map(|(index, file)| {
            let mut uses = BTreeMap::new();
            for (line, path) in &file.names.paths {
                let Some(target) = crates.absolute(file, path).and_then(|path| crates.resolve(&path, 0))
                else {
                    continue;
                };
                if target != index {
                    uses.entry(target).or_insert(*line);
                }
            }
            FileUses { path: &file.file.path, module: file.module.clone(), uses }
        });
        Graph { files: files.collect() }
    }
}

struct Crates<'a> {
    files: Vec<Parsed<'a>>,
    /// The place of each module's file: the crate, then the names below it.
    places: HashMap<Vec<String>, usize>,
}

struct Parsed<'a> {
    file: &'a RustFile,
    module: Module,
    names: Names,
}

impl<'a> Crates<'a> {
    fn new(files: &'a [RustFile]) -> Crates<'a> {
        let modules = files.iter().filter_map(|file| file.module.as_ref());
        let libraries: HashSet<_> =
            modules.filter(|module| module.names.is_empty()).map(|root| &root.krate).collect();
        let mut parsed = Vec::new();
        for file in files {
            let Some(mut module) = file.module.clone() else { continue };
            // A crate without a library has its root in main.rs.
            if module.names == ["main"] && !libraries.contains(&module.krate) {
                module.names.clear();
            }
            parsed.push(Parsed { file, module, names: Names::of(file) });
        }
        let places =
            parsed.iter().enumerate().map(|(index, file)| (absolute(&file.module, &[]), index)).collect();
        Crates { files: parsed, places }
    }

    /// A path as written in a file, from its crate down; none for what is not ours.
    fn absolute(&self, file: &Parsed, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let root = Module { krate: file.module.krate.clone(), names: Vec::new() };
        match first.as_str() {
            "crate" => Some(absolute(&root, rest)),
            "self" => Some(absolute(&file.module, rest)),
            "super" => {
                let mut parent = file.module.clone();
                parent.names.pop()?;
                let n_more = rest.iter().take_while(|name| *name == "super").count();
                parent.names.truncate(parent.names.len().checked_sub(n_more)?);
                Some(absolute(&parent, &rest[n_more..]))
            }
            name => {
                if let Some(krate) = name.strip_prefix("heedful_") {
                    return Some(absolute(&Module { krate: krate.to_owned(), names: Vec::new() }, rest));
                }
                let child = absolute(&file.module, std::slice::from_ref(first));
                if self.places.contains_key(&child) {
                    return Some([&child[..], rest].concat());
                }
                let alias =
                    file.names.aliases.get(name).filter(|alias| !rest.is_empty() && alias[0] != *name)?;
                Some([&self.absolute(file, alias)?[..], rest].concat())
            }
        }
    }

    /// The file that defines what an absolute path names, or the deepest module on the way to it.
    fn resolve(&self, path: &[String], depth: usize) -> Option<usize> {
        let mut place = *self.places.get(path.get(..1)?)?;
        for length in 2..=path.len() {
            if let Some(deeper) = self.places.get(&path[..length]) {
                place = *deeper;
            } else if depth < REEXPORTS_MAX {
                return Some(self.follow(place, &path[length - 1..], depth).unwrap_or(place));
            } else {
                break;
            }
        }
        Some(place)
    }

    /// Where a name that a module has from elsewhere comes from; none when it is the module's own.
    fn follow(&self, place: usize, names: &[String], depth: usize) -> Option<usize> {
        let file = &self.files[place];
        let (first, rest) = names.split_first()?;
        if file.names.defined.contains(first) {
            return None;
        }
        if let Some(alias) = file.names.aliases.get(first) {
            let path = [&self.absolute(file, alias)?[..], rest].concat();
            return self.resolve(&path, depth + 1);
        }
        file.names.globs.iter().find_map(|glob| {
            let module = self.absolute(file, glob)?;
            let target = self.resolve(&module, depth + 1)?;
            let is_there = target != place && self.files[target].names.has(first);
            is_there.then(|| self.resolve(&[&module[..], names].concat(), depth + 1))?
        })
    }
}

fn absolute(module: &Module, rest: &[String]) -> Vec<String> {
    [&[module.krate.clone()][..], &module.names[..], rest].concat()
}

/// Every path a file writes outside its tests, with its line.
pub(crate) fn written_paths(file: &RustFile) -> Vec<(usize, Vec<String>)> {
    Names::of(file).paths
}

/// What one file says: the paths it uses, and the names it has.
#[derive(Default)]
struct Names {
    paths: Vec<(usize, Vec<String>)>,
    /// Names brought in by `use`, with the path as written.
    aliases: HashMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    defined: HashSet<String>,
    /// How many inline modules the visitor is inside of.
    depth: usize,
}

impl Names {
    fn of(file: &RustFile) -> Names {
        let mut names = Names::default();
        for item in &file.syntax.items {
            names.defined.extend(defined_name(item));
        }
        names.visit_file(&file.syntax);
        names
    }

    fn has(&self, name: &str) -> bool {
        self.defined.contains(name) || self.aliases.contains_key(name)
    }

    /// Inside an inline module, `super` first leads back to the file itself.
    fn add(&mut self, line: usize, mut path: Vec<String>) {
        let n_inner = path.iter().take(self.depth).take_while(|name| *name == "super").count();
        path.drain(..n_inner);
        if n_inner > 0 && path.first().is_none_or(|name| name != "super") {
            path.insert(0, "self".to_owned());
        }
        self.paths.push((line, path));
    }

    fn add_tree(&mut self, tree: &UseTree, path: &[String]) {
        match tree {
            UseTree::Path(tree) => self.add_tree(&tree.tree, &with(path, &tree.ident)),
            UseTree::Name(tree) if tree.ident == "self" => self.add_import(&tree.ident, path.to_vec(), None),
            UseTree::Name(tree) => self.add_import(&tree.ident, with(path, &tree.ident), None),
            UseTree::Rename(tree) if tree.ident == "self" => {
                self.add_import(&tree.ident, path.to_vec(), Some(tree.rename.to_string()));
            }
            UseTree::Rename(tree) => {
                self.add_import(&tree.ident, with(path, &tree.ident), Some(tree.rename.to_string()));
            }
            UseTree::Glob(tree) => {
                self.add(tree.star_token.spans[0].start().line, path.to_vec());
                self.globs.push(path.to_vec());
            }
            UseTree::Group(tree) => tree.items.iter().for_each(|tree| self.add_tree(tree, path)),
        }
    }

    fn add_import(&mut self, ident: &proc_macro2::Ident, path: Vec<String>, rename: Option<String>) {
        if let Some(name) = rename.or_else(|| path.last().cloned()) {
            self.aliases.entry(name).or_insert_with(|| path.clone());
        }
        self.add(ident.span().start().line, path);
    }

    /// Paths in the arguments of macros and attributes, which syn leaves as tokens.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        let mut n_colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if n_colons != 2 {
                        self.add_if_path(line, std::mem::take(&mut path));
                    }
                    line = ident.span().start().line;
                    path.push(ident.to_string());
                    n_colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => n_colons += 1,
                TokenTree::Group(group) => {
                    self.add_if_path(line, std::mem::take(&mut path));
                    self.add_tokens(group.stream());
                    n_colons = 0;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.add_if_path(line, std::mem::take(&mut path));
                    n_colons = 0;
                }
            }
        }
        self.add_if_path(line, path);
    }

    fn add_if_path(&mut self, line: usize, path: Vec<String>) {
        if path.len() > 1 {
            self.add(line, path);
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_item(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.depth += 1;
        visit::visit_item_mod(self, item);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.add_tree(&item.tree, &[]);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let (true, Some(first)) = (names.len() > 1, path.segments.first()) {
            self.add(first.ident.span().start().line, names);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.visit_path(&called.path);
        self.add_tokens(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.add_tokens(list.tokens.clone());
        }
    }
}

fn with(path: &[String], ident: &proc_macro2::Ident) -> Vec<String> {
    [path, &[ident.to_string()]].concat()
}

fn defined_name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Mod(item) if item.content.is_some() => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(ident.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::Source;

    /// The files that the first one uses, in a crate of these files.
    fn uses(files: &[(&str, &str)]) -> Vec<String> {
        let parse = |(path, text): &(&str, &str)| {
            RustFile::parse(&Source::text(&format!("crates/{path}"), text)).ok().unwrap()
        };
        let files: Vec<_> = files.iter().map(parse).collect();
        let graph = Graph::new(&files);
        let name = |index: &usize| graph.files[*index].path.trim_start_matches("crates/").to_owned();
        graph.files[0].uses.keys().map(name).collect()
    }

    const LISTEN: (&str, &str) =
        ("db/src/listen/mod.rs", "pub mod signals;\npub use signals::Signal;\npub fn here() {}");
    const SIGNALS: (&str, &str) = ("db/src/listen/signals.rs", "pub struct Signal;\npub fn list() {}");
    const ROOT: (&str, &str) = ("db/src/lib.rs", "mod error;\npub mod listen;\npub use error::*;");
    const ERROR: (&str, &str) = ("db/src/error.rs", "pub enum Error {}");

    fn check(text: &str, expect: &[&str]) {
        let files = [("db/src/bet.rs", text), ROOT, LISTEN, SIGNALS, ERROR];
        assert_eq!(uses(&files), expect, "{text}");
    }

    #[test]
    fn paths_are_followed_to_the_defining_file() {
        check("use crate::listen::signals::list;", &["db/src/listen/signals.rs"]);
        check("use crate::listen::Signal;", &["db/src/listen/signals.rs"]);
        check("use crate::listen::here;", &["db/src/listen/mod.rs"]);
        check(
            "use crate::listen::{self as l, signals};",
            &["db/src/listen/mod.rs", "db/src/listen/signals.rs"],
        );
        check("use super::listen::signals as s;\nfn f() { s::list() }", &["db/src/listen/signals.rs"]);
        check("fn f() -> Result<(), crate::Error> { Ok(()) }", &["db/src/error.rs"]);
        check("mod inner { use super::super::listen::here; }", &["db/src/listen/mod.rs"]);
    }

    #[test]
    fn macros_and_attributes_count() {
        check("fn f() { routes!(crate::listen::signals::list) }", &["db/src/listen/signals.rs"]);
        check("#[path(body = crate::listen::Signal)]\nfn f() {}", &["db/src/listen/signals.rs"]);
    }

    #[test]
    fn tests_and_foreign_names_do_not_count() {
        check("#[cfg(test)]\nmod tests { use crate::listen::here; }", &[]);
        check("use std::fmt;\nfn f(value: fmt::Error) -> serde_json::Value {}", &[]);
        check("mod inner { use super::own; }\nfn own() {}", &[]);
    }

    #[test]
    fn other_crates_and_their_aliases_count() {
        let check = |text: &str| {
            let used = uses(&[("server/src/bet.rs", text), ROOT, LISTEN, SIGNALS, ERROR]);
            assert_eq!(used.last().map(String::as_str), Some("db/src/listen/signals.rs"), "{text}");
        };
        check("use heedful_db::listen::Signal;");
        check("use heedful_db as db;\nfn f() { db::listen::signals::list() }");
        let root = ("server/src/lib.rs", "pub(crate) use heedful_db as db;");
        let files =
            [("server/src/bet.rs", "use crate::db::listen::Signal;"), root, ROOT, LISTEN, SIGNALS, ERROR];
        assert_eq!(uses(&files), ["db/src/listen/signals.rs"]);
    }
}
