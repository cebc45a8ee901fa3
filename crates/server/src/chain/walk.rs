//! Walking the chain breadth first, one statement per kind and step.

use std::collections::{BTreeMap, HashMap, HashSet};

use heedful_db::chain::{self, Direction, Hop};
use heedful_db::{Conn, WorkspaceId};

use super::wire::{ChainEdge, ChainId, ChainNode, ChainOut, ChainRest};
use crate::decide::links::ObjectRef;
use crate::platform::error::{Error, Result};

/// Objects in an answer, in each direction.
const NODES_MAX: usize = 250;
/// Objects of one kind shown beside one object: the newest.
const FAN_OUT_MAX: i64 = 20;

/// An object that was found, how far away, and through which neighbour.
struct Found {
    id: ChainId,
    distance: u32,
    via: ChainId,
}

#[derive(Default)]
struct Walked {
    found: Vec<Found>,
    edges: Vec<ChainEdge>,
    rest: Vec<ChainRest>,
    is_cut: bool,
}

pub async fn both_ways(conn: &mut Conn, ws: &WorkspaceId, root: ChainId, depth: u32) -> Result<ChainOut> {
    let mut own = titles(conn, ws, [&root]).await?;
    let object = own.remove(&root).ok_or(Error::NotFound)?;
    let causes = walk(conn, ws, &root, Direction::Causes, depth).await?;
    let consequences = walk(conn, ws, &root, Direction::Consequences, depth).await?;
    let found = causes.found.iter().chain(&consequences.found).map(|found| &found.id);
    let objects = titles(conn, ws, found).await?;
    let nodes = |found: Vec<Found>| {
        let node = |found: Found| {
            let object = objects.get(&found.id)?.clone();
            Some(ChainNode { object, distance: found.distance, via: found.via })
        };
        found.into_iter().filter_map(node).collect()
    };
    let mut edges = causes.edges;
    edges.extend(consequences.edges);
    let is_shown = |id: &ChainId| *id == root || objects.contains_key(id);
    edges.retain(|edge| is_shown(&edge.cause) && is_shown(&edge.effect));
    let mut rest = causes.rest;
    rest.extend(consequences.rest);
    Ok(ChainOut {
        object,
        complete: !causes.is_cut && !consequences.is_cut,
        causes: nodes(causes.found),
        consequences: nodes(consequences.found),
        edges,
        rest,
    })
}

async fn walk(
    conn: &mut Conn,
    ws: &WorkspaceId,
    root: &ChainId,
    direction: Direction,
    depth: u32,
) -> Result<Walked> {
    let mut walked = Walked::default();
    let mut seen = HashSet::from([root.clone()]);
    let mut frontier = vec![root.clone()];
    for distance in 1..=depth {
        let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for near in frontier.drain(..) {
            by_kind.entry(near.kind).or_default().push(near.id);
        }
        for (kind, ids) in by_kind {
            for hop in chain::list_hops(conn, ws, direction, &kind, &ids, FAN_OUT_MAX).await? {
                let near = ChainId { kind: kind.clone(), id: hop.near_id.clone() };
                note_rest(&mut walked, &near, &hop, direction);
                let far = ChainId { kind: hop.far_kind, id: hop.far_id };
                let is_new = !seen.contains(&far);
                if is_new && walked.found.len() >= NODES_MAX {
                    walked.is_cut = true;
                    continue;
                }
                walked.edges.push(edge(&near, &far, direction));
                if is_new {
                    seen.insert(far.clone());
                    if !is_end(&far.kind) {
                        frontier.push(far.clone());
                    }
                    walked.found.push(Found { id: far, distance, via: near });
                }
            }
        }
        if frontier.is_empty() {
            break;
        }
    }
    Ok(walked)
}

/// Where a walk ends: whatever else these people ever said neither caused nor follows from what led to them.
fn is_end(kind: &str) -> bool {
    matches!(kind, "person" | "account")
}

/// Says once per object and kind how many links are not shown.
fn note_rest(walked: &mut Walked, near: &ChainId, hop: &Hop, direction: Direction) {
    let is_noted = walked.rest.last().is_some_and(|rest| rest.of == *near && rest.kind == hop.far_kind);
    if hop.n <= FAN_OUT_MAX || is_noted {
        return;
    }
    walked.rest.push(ChainRest {
        of: near.clone(),
        direction: if direction == Direction::Causes { "causes" } else { "consequences" }.to_owned(),
        kind: hop.far_kind.clone(),
        n: hop.n - FAN_OUT_MAX,
    });
}

fn edge(near: &ChainId, far: &ChainId, direction: Direction) -> ChainEdge {
    match direction {
        Direction::Causes => ChainEdge { cause: far.clone(), effect: near.clone() },
        Direction::Consequences => ChainEdge { cause: near.clone(), effect: far.clone() },
    }
}

async fn titles(
    conn: &mut Conn,
    ws: &WorkspaceId,
    ids: impl IntoIterator<Item = &ChainId>,
) -> Result<HashMap<ChainId, ObjectRef>> {
    let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ChainId { kind, id } in ids {
        by_kind.entry(kind).or_default().push(id.clone());
    }
    let mut objects = HashMap::new();
    for (kind, ids) in by_kind {
        for row in chain::list_objects(conn, ws, kind, &ids).await? {
            let id = ChainId { kind: kind.to_owned(), id: row.id.clone() };
            objects.insert(id, ObjectRef::of(kind, row));
        }
    }
    Ok(objects)
}
