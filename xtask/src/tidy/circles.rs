//! No circle of files within a crate: whoever reads one file never has to read another one first that needs it back.

use std::collections::{HashSet, VecDeque};

use crate::tidy::finding::Finding;
use crate::tidy::imports::Graph;

const RULE: &str = "circles";

/// The shortest circle through each file, each circle told once.
pub(crate) fn check(graph: &Graph) -> Vec<Finding> {
    let mut told: HashSet<Vec<usize>> = HashSet::new();
    let mut findings = Vec::new();
    for start in 0..graph.files.len() {
        let Some(circle) = shortest_circle(graph, start) else { continue };
        let mut members = circle.clone();
        members.sort_unstable();
        if !told.insert(members) {
            continue;
        }
        let line = graph.files[start].uses[&circle[1 % circle.len()]];
        let paths: Vec<_> = circle.iter().chain([&start]).map(|index| graph.files[*index].path).collect();
        let sentence = format!("these files use each other in a circle: {}", paths.join(" → "));
        findings.push(Finding::new(graph.files[start].path, line, RULE, sentence));
    }
    findings
}

/// From a file along what it uses back to itself, the file first.
fn shortest_circle(graph: &Graph, start: usize) -> Option<Vec<usize>> {
    let mut came_from = vec![None; graph.files.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(current) = queue.pop_front() {
        for next in graph.files[current].uses.keys().copied() {
            if next == start {
                let back = std::iter::successors(Some(current), |index| came_from[*index]);
                let mut circle: Vec<_> = back.collect();
                circle.reverse();
                return Some(circle);
            }
            if came_from[next].is_none() {
                came_from[next] = Some(current);
                queue.push_back(next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::{RustFile, Source};

    const ROOT: (&str, &str) = ("lib.rs", "mod a; mod b; mod c; mod listen;");

    fn check(files: &[(&str, &str)]) -> Vec<String> {
        let parse = |(path, text): &(&str, &str)| {
            RustFile::parse(&Source::text(&format!("crates/db/src/{path}"), text)).ok().unwrap()
        };
        let files: Vec<_> = files.iter().map(parse).collect();
        super::check(&Graph::new(&files)).into_iter().map(|finding| finding.sentence).collect()
    }

    #[test]
    fn files_that_use_each_other_are_told_once() {
        let found = check(&[
            ROOT,
            ("a.rs", "pub fn a() { crate::b::b() }"),
            ("b.rs", "pub fn b() { crate::c::c() }"),
            ("c.rs", "pub fn c() { crate::a::a() }"),
        ]);
        let circle = "crates/db/src/a.rs → crates/db/src/b.rs → crates/db/src/c.rs → crates/db/src/a.rs";
        assert_eq!(found, [format!("these files use each other in a circle: {circle}")]);
    }

    #[test]
    fn a_parent_that_only_passes_names_on_makes_no_circle() {
        let parent =
            ("listen/mod.rs", "mod people;\nmod signals;\npub use people::Person;\npub use signals::Signal;");
        let people = ("listen/people.rs", "pub struct Person;");
        let signals = ("listen/signals.rs", "use super::Person;\npub struct Signal(Person);");
        assert_eq!(check(&[ROOT, parent, people, signals]), [""; 0]);
    }

    #[test]
    fn a_parent_that_uses_its_child_and_is_used_back_makes_one() {
        let parent = ("listen/mod.rs", "mod signals;\npub struct Wire;\nfn f() { signals::list() }");
        assert_eq!(
            check(&[ROOT, parent, ("listen/signals.rs", "use super::Wire;\npub fn list() {}")]).len(),
            1
        );
    }
}
