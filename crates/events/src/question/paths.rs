//! Paths over the events of a workspace.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::scope::Scope;
use crate::error::Result;
use crate::event::Micros;
use crate::journey::paths::{Edge, EdgeCount, Node, PathRule, Paths};
use crate::scan::pattern::Pattern;
use crate::scan::people::fold;
use crate::scan::source::Source;
use crate::scan::strip::{Reading, Run, Word};

/// An edge or a place with its counts, in a table that is half empty.
const EDGE_BYTES: usize = 100;

/// What people do after one another within a session.
#[derive(Clone, Debug)]
pub struct PathsQuestion {
    /// Paths lead over events that match any of these, 64 at most; over all when there are none.
    pub over: Vec<Pattern>,
    /// What a place is called: what was done, or a property such as the page.
    pub by: Word,
    /// Places whose names begin with the first are together called the second; the first rule that fits counts.
    pub groups: Vec<(String, String)>,
    /// Places whose names begin so are passed over, whatever group they are in.
    pub exclude: Vec<String>,
    /// A longer pause begins a new session.
    pub session_gap: Micros,
    /// A path has at most so many places.
    pub n_nodes_max: usize,
    /// See [`PathRule::from`].
    pub from: Option<String>,
    /// See [`PathRule::to`].
    pub to: Option<String>,
    /// So many edges are told, those that most people took.
    pub n_edges_max: usize,
}

/// An edge between two places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedEdge {
    /// How many steps come before it in its path.
    pub step: usize,
    /// Where it begins.
    pub source: String,
    /// Where it leads.
    pub target: String,
    /// How often it was taken.
    pub count: EdgeCount,
}

impl PathsQuestion {
    /// The edges that most people took, and how many edges there are in all.
    ///
    /// # Errors
    ///
    /// Those of [`fold`].
    pub fn answer(&self, source: Source, scope: &Scope) -> Result<(Vec<NamedEdge>, usize)> {
        let names = Names::default();
        let rule = self.rule(&names);
        let begin = || (Paths::new(rule), HashMap::new());
        let parts = fold(source, &self.reading(scope), begin, |(paths, known), _, run| {
            let n_before = paths.counts().len() + known.len();
            self.add(paths, known, &names, &run);
            source.limits.spend((paths.counts().len() + known.len() - n_before) * EDGE_BYTES);
        })?;
        let mut paths = Paths::new(rule);
        for (part, _) in &parts {
            paths.merge(part);
        }
        Ok(self.name(&paths, &names.list()))
    }

    /// The numbers of the people who took an edge at this step, in order.
    ///
    /// # Errors
    ///
    /// Those of [`fold`].
    pub fn people(
        &self,
        source: Source,
        scope: &Scope,
        (step, from, to): (usize, &str, &str),
    ) -> Result<Vec<i64>> {
        let names = Names::default();
        let rule = self.rule(&names);
        let edge = Edge { step, source: names.number(from), target: names.number(to) };
        let begin = || (HashMap::new(), Vec::new());
        let parts = fold(source, &self.reading(scope), begin, |(known, people), person, run| {
            let mut paths = Paths::new(rule);
            self.add(&mut paths, known, &names, &run);
            if paths.counts().any(|(taken, _)| *taken == edge) {
                people.push(person);
            }
        })?;
        let mut people: Vec<i64> = parts.into_iter().flat_map(|(_, people)| people).collect();
        people.sort_unstable();
        Ok(people)
    }

    fn rule(&self, names: &Names) -> PathRule {
        PathRule {
            session_gap: self.session_gap,
            n_nodes_max: self.n_nodes_max,
            from: self.from.as_deref().map(|name| names.number(name)),
            to: self.to.as_deref().map(|name| names.number(name)),
        }
    }

    fn reading(&self, scope: &Scope) -> Reading {
        let patterns = if self.over.is_empty() { vec![Pattern::default()] } else { self.over.clone() };
        Reading { word: Some(self.by.clone()), ..scope.reading(&patterns, None) }
    }

    fn add(&self, paths: &mut Paths, known: &mut HashMap<Box<str>, Node>, names: &Names, run: &Run) {
        let events = run.at.iter().enumerate().filter_map(|(index, at)| {
            // Without the property there is no place.
            let word = run.word(index).filter(|word| !self.is_excluded(word))?;
            let node = known.get(word).copied().unwrap_or_else(|| {
                let node = names.number(self.place(word));
                known.insert(word.into(), node);
                node
            });
            Some((*at, node))
        });
        paths.add(events);
    }

    fn is_excluded(&self, word: &str) -> bool {
        self.exclude.iter().any(|start| word.starts_with(start))
    }

    fn place<'w>(&'w self, word: &'w str) -> &'w str {
        self.groups.iter().find(|(start, _)| word.starts_with(start)).map_or(word, |(_, group)| group)
    }

    fn name(&self, paths: &Paths, names: &[String]) -> (Vec<NamedEdge>, usize) {
        let name = |node: Node| usize::try_from(node).ok().and_then(|node| names.get(node)).cloned();
        let edges = paths.counts().map(|(edge, count)| NamedEdge {
            step: edge.step,
            source: name(edge.source).unwrap_or_default(),
            target: name(edge.target).unwrap_or_default(),
            count: *count,
        });
        let mut edges: Vec<NamedEdge> = edges.collect();
        let n_edges = edges.len();
        edges.sort_by(|one, other| {
            let by_count = other.count.n_people.cmp(&one.count.n_people);
            by_count.then_with(|| {
                (one.step, &one.source, &one.target).cmp(&(other.step, &other.source, &other.target))
            })
        });
        edges.truncate(self.n_edges_max);
        (edges, n_edges)
    }
}

/// Numbers for names, the same for all threads.
#[derive(Debug, Default)]
struct Names(Mutex<HashMap<String, Node>>);

impl Names {
    fn number(&self, name: &str) -> Node {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = Node::try_from(numbers.len()).unwrap_or(Node::MAX);
        *numbers.entry(name.to_owned()).or_insert(next)
    }

    /// The names in the order of their numbers.
    fn list(&self) -> Vec<String> {
        let numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut names: Vec<_> = numbers.iter().map(|(name, number)| (*number, name.clone())).collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name).collect()
    }
}
