//! Paths: what people do after one another within a session.

use std::collections::{HashMap, HashSet};

use crate::event::Micros;

/// What a path leads over: an event by its name, a page, or a group of them, numbered by whoever asks.
pub type Node = u32;

/// Which paths are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathRule {
    /// A longer pause begins a new session; half an hour is usual.
    pub session_gap: Micros,
    /// A path has at most so many nodes.
    pub n_nodes_max: usize,
    /// Paths begin where the session first comes here, instead of at its beginning.
    pub from: Option<Node>,
    /// Paths end where the session first comes here, after `from` when both are given, and are read backwards from there when
    /// `from` is not. A session that does not come here has none.
    pub to: Option<Node>,
}

/// One step of paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// How many steps come before it in its path.
    pub step: usize,
    /// Where it begins.
    pub source: Node,
    /// Where it leads; not where it begins, for what is repeated counts once.
    pub target: Node,
}

/// How often an edge was taken, and by how many people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeCount {
    /// Sessions that took it.
    pub n_sessions: u64,
    /// People, each once.
    pub n_people: u64,
}

/// The edges of all paths.
///
/// ```
/// use heedful_events::journey::paths::{Edge, PathRule, Paths};
///
/// let rule = PathRule { session_gap: 30, n_nodes_max: 5, from: None, to: None };
/// let mut paths = Paths::new(rule);
/// // Home, search, search again; later in another session home once more.
/// paths.add([(0, 1), (5, 2), (6, 2), (90, 1)]);
/// let edge = Edge { step: 0, source: 1, target: 2 };
/// assert_eq!(paths.counts().map(|(edge, count)| (*edge, count.n_sessions)).collect::<Vec<_>>(), [(edge, 1)]);
/// ```
#[derive(Clone, Debug)]
pub struct Paths {
    rule: PathRule,
    counts: HashMap<Edge, EdgeCount>,
}

impl Paths {
    /// Without people yet.
    pub fn new(rule: PathRule) -> Self {
        Self { rule, counts: HashMap::new() }
    }

    /// Adds a person by what they did, in the order of time.
    pub fn add(&mut self, events: impl IntoIterator<Item = (Micros, Node)>) {
        let mut taken = HashSet::new();
        let mut session: Vec<Node> = Vec::new();
        let mut last_at = None;
        for (at, node) in events {
            if last_at.is_some_and(|last| at - last > self.rule.session_gap) {
                self.end(&mut session, &mut taken);
            }
            last_at = Some(at);
            if session.last() != Some(&node) {
                session.push(node);
            }
        }
        self.end(&mut session, &mut taken);
        for edge in taken {
            self.counts.entry(edge).or_default().n_people += 1;
        }
    }

    /// Adds the counts of the same question over other people.
    pub fn merge(&mut self, other: &Self) {
        for (edge, of_others) in &other.counts {
            let count = self.counts.entry(*edge).or_default();
            count.n_sessions += of_others.n_sessions;
            count.n_people += of_others.n_people;
        }
    }

    /// All edges, in no order.
    pub fn counts(&self) -> impl ExactSizeIterator<Item = (&Edge, &EdgeCount)> {
        self.counts.iter()
    }

    fn end(&mut self, session: &mut Vec<Node>, taken: &mut HashSet<Edge>) {
        for (step, pair) in self.rule.path(session).windows(2).enumerate() {
            let edge = Edge { step, source: pair[0], target: pair[1] };
            self.counts.entry(edge).or_default().n_sessions += 1;
            taken.insert(edge);
        }
        session.clear();
    }
}

impl PathRule {
    /// The part of a session that is looked at.
    fn path<'s>(&self, session: &'s [Node]) -> &'s [Node] {
        let first = |nodes: &[Node], sought: Node| nodes.iter().position(|node| *node == sought);
        let begun = match self.from.map(|from| first(session, from)) {
            None => session,
            Some(Some(index)) => &session[index..],
            Some(None) => &[],
        };
        let whole = match self.to.map(|to| first(begun, to)) {
            None => begun,
            Some(Some(index)) => &begun[..=index],
            Some(None) => &[],
        };
        let n_left_out = whole.len().saturating_sub(self.n_nodes_max);
        if self.from.is_none() && self.to.is_some() {
            &whole[n_left_out..]
        } else {
            &whole[..whole.len() - n_left_out]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path that a session without pauses gives, node by node.
    fn path(from: Option<Node>, to: Option<Node>, session: &[Node]) -> Vec<Node> {
        PathRule { session_gap: 30, n_nodes_max: 3, from, to }.path(session).to_vec()
    }

    #[test]
    fn a_path_lies_between_its_ends() {
        let session = [9, 1, 2, 3, 4, 1, 5];
        assert_eq!(path(None, None, &session), [9, 1, 2]);
        assert_eq!(path(Some(1), None, &session), [1, 2, 3]);
        assert_eq!(path(None, Some(4), &session), [2, 3, 4], "read backwards from its end");
        assert_eq!(path(Some(2), Some(4), &session), [2, 3, 4]);
        assert_eq!(path(Some(1), Some(4), &session), [1, 2, 3], "cut at its end");
        assert_eq!(path(Some(4), Some(2), &session), [0; 0], "never in this order");
        assert_eq!(path(Some(8), None, &session), [0; 0]);
    }

    #[test]
    fn a_person_who_takes_an_edge_in_two_sessions_is_one_person() {
        let mut paths = Paths::new(PathRule { session_gap: 30, n_nodes_max: 5, from: None, to: None });
        paths.add([(0, 1), (30, 2), (61, 1), (62, 1), (63, 2), (64, 3)]);
        paths.add([(0, 1), (1, 2)]);
        let mut found: Vec<(Edge, EdgeCount)> = paths.counts().map(|(edge, count)| (*edge, *count)).collect();
        found.sort_by_key(|(edge, _)| *edge);
        let edge = |step, source, target| Edge { step, source, target };
        let count = |n_sessions, n_people| EdgeCount { n_sessions, n_people };
        assert_eq!(found, [(edge(0, 1, 2), count(3, 2)), (edge(1, 2, 3), count(1, 1))]);
    }
}
