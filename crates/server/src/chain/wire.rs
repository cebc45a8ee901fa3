//! The chain as it is sent.

use serde::Serialize;
use utoipa::ToSchema;

use crate::decide::links::ObjectRef;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainOut {
    pub object: ObjectRef,
    /// What led to it, the nearest first.
    pub causes: Vec<ChainNode>,
    /// What came of it, the nearest first.
    pub consequences: Vec<ChainNode>,
    /// Every link among the objects of this answer that was followed.
    pub edges: Vec<ChainEdge>,
    /// Where more is linked than this answer shows.
    pub rest: Vec<ChainRest>,
    /// False when the answer stopped at 500 objects.
    pub complete: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainNode {
    #[serde(flatten)]
    pub object: ObjectRef,
    /// Links between it and the object asked about.
    pub distance: u32,
    /// The neighbour through which it was found, one link nearer to the object asked about.
    pub via: ChainId,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct ChainId {
    pub kind: String,
    pub id: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainEdge {
    pub cause: ChainId,
    pub effect: ChainId,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainRest {
    pub of: ChainId,
    /// causes or consequences
    pub direction: String,
    /// The kind of the objects that are not shown.
    pub kind: String,
    pub n: i64,
}
