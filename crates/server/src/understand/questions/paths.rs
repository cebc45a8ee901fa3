//! Paths: what people do after one another within a session.

use heedful_db::types::SECOND;
use heedful_events::question::{self, Scope, Source};
use heedful_events::scan::strip::Word;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deed::Deed;
use super::frame::{Frame, Framed};
use super::plan::{Cell, Plan};
use crate::platform::invalid::Invalid;

const EVENTS_MAX: usize = 50;
const GROUPS_MAX: usize = 50;
const NODES_DEFAULT: usize = 6;
const NODES_MAX: usize = 20;
const EDGES_DEFAULT: usize = 50;
const EDGES_MAX: usize = 1_000;
/// 30 minutes.
const SESSION_GAP_DEFAULT_S: i64 = 1_800;
const SESSION_GAP_MAX_S: i64 = 30 * 86_400;
const NAME_MAX: usize = 200;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PathsQuestion {
    #[serde(flatten)]
    pub frame: Frame,
    /// Paths lead over these events; over all, when none are named.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub over: Vec<Deed>,
    /// The property that names a place, such as `$pathname`; the event names it, when this is not given.
    #[schema(max_length = 200)]
    pub by: Option<String>,
    /// Places whose names begin alike are one place; the first that fits counts.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub groups: Vec<PlaceGroup>,
    /// Places whose names begin so are passed over.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub exclude: Vec<String>,
    /// Paths begin here.
    pub start: Option<String>,
    /// Paths end here.
    pub end: Option<String>,
    /// A pause of more seconds begins a new session; 30 minutes, when not given.
    #[schema(minimum = 1, maximum = 2_592_000)]
    pub session_gap_s: Option<i64>,
    /// A path has so many places at most; 6, when not given.
    #[schema(minimum = 2, maximum = 20)]
    pub depth: Option<usize>,
    /// So many edges, those that most people took; 50, when not given.
    #[schema(minimum = 1, maximum = 1_000)]
    pub limit: Option<usize>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaceGroup {
    /// How the names begin.
    #[schema(min_length = 1, max_length = 200, example = "/docs/")]
    pub prefix: String,
    /// What they are called together.
    #[schema(min_length = 1, max_length = 200, example = "Docs")]
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PathsAnswer {
    pub edges: Vec<EdgeOut>,
    /// How many edges there are in all.
    pub n_edges: usize,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EdgeOut {
    /// So many steps come before it in its path.
    pub step: usize,
    pub source: String,
    pub target: String,
    pub people: u64,
    /// Sessions in which it was taken.
    pub sessions: u64,
}

pub struct PathsPlan {
    question: question::PathsQuestion,
    scope: Scope,
}

impl PathsQuestion {
    pub fn plan(&self, framed: &Framed, invalid: &mut Invalid) -> PathsPlan {
        let no_groups = framed.breakdown.is_none();
        invalid.check("breakdown", no_groups, "is not known for this kind of question");
        invalid.check("over", self.over.len() <= EVENTS_MAX, "must be at most 50");
        invalid.check("groups", self.groups.len() <= GROUPS_MAX, "must be at most 50");
        for group in &self.groups {
            invalid.check_text("groups.prefix", &group.prefix, NAME_MAX);
            invalid.check_text("groups.name", &group.name, NAME_MAX);
        }
        invalid.check("exclude", self.exclude.len() <= GROUPS_MAX, "must be at most 50");
        for prefix in &self.exclude {
            invalid.check_text("exclude", prefix, NAME_MAX);
        }
        invalid.check_optional("by", self.by.as_deref(), NAME_MAX);
        let gap = self.session_gap_s.unwrap_or(SESSION_GAP_DEFAULT_S);
        let is_gap = (1..=SESSION_GAP_MAX_S).contains(&gap);
        invalid.check("session_gap_s", is_gap, "must be 1 second to 30 days");
        let depth = self.depth.unwrap_or(NODES_DEFAULT);
        invalid.check("depth", (2..=NODES_MAX).contains(&depth), "must be between 2 and 20");
        let limit = self.limit.unwrap_or(EDGES_DEFAULT);
        invalid.check("limit", (1..=EDGES_MAX).contains(&limit), "must be between 1 and 1,000");
        let question = question::PathsQuestion {
            over: self.over.iter().map(|deed| deed.pattern("over", invalid)).collect(),
            by: self.by.clone().map_or(Word::Event, Word::Property),
            groups: self.groups.iter().map(|group| (group.prefix.clone(), group.name.clone())).collect(),
            exclude: self.exclude.clone(),
            session_gap: gap.saturating_mul(SECOND),
            n_nodes_max: depth,
            from: self.start.clone(),
            to: self.end.clone(),
            n_edges_max: limit,
        };
        PathsPlan { question, scope: framed.scope.clone() }
    }
}

impl Plan for PathsPlan {
    type Answer = PathsAnswer;

    fn answer(&self, source: Source) -> heedful_events::Result<PathsAnswer> {
        let (edges, n_edges) = self.question.answer(source, &self.scope)?;
        let edges = edges.into_iter().map(|edge| EdgeOut {
            step: edge.step,
            source: edge.source,
            target: edge.target,
            people: edge.count.n_people,
            sessions: edge.count.n_sessions,
        });
        Ok(PathsAnswer { edges: edges.collect(), n_edges })
    }

    fn people(&self, source: Source, cell: &Cell) -> heedful_events::Result<Option<Vec<i64>>> {
        let (Some(from), Some(to), Some(step)) = (&cell.source, &cell.target, cell.step) else {
            return Ok(None);
        };
        self.question.people(source, &self.scope, (step, from, to)).map(Some)
    }
}
