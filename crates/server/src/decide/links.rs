//! Links to other objects: checked when written, shown with the title of what they lead to.

use std::collections::{BTreeMap, HashMap};

use heedful_db::decide::objects::{self, Object};
use heedful_db::platform::memberships;
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::error::{Error, Result};
use crate::platform::invalid::Invalid;
use crate::platform::time;

/// An object, enough of it to show a link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ObjectRef {
    pub kind: String,
    pub id: String,
    pub title: String,
    /// What stands where: the state of a bet, the verdict of a decision; empty for kinds without.
    pub state: String,
    /// When it came into the world: a signal when it was said, others when they were written.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub archived: bool,
}

impl ObjectRef {
    pub fn of(kind: &str, row: Object) -> Self {
        Self {
            kind: kind.to_owned(),
            id: row.id,
            title: row.title,
            state: row.state,
            at: time::out(row.at),
            archived: row.archived != 0,
        }
    }
}

/// Objects by kind and id.
#[derive(Debug, Default)]
pub struct Objects(HashMap<(String, String), ObjectRef>);

impl Objects {
    /// Reads everything named, one statement per kind.
    pub async fn read(
        conn: &mut Conn,
        ws: &WorkspaceId,
        named: impl IntoIterator<Item = (&str, &str)>,
    ) -> Result<Self> {
        let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (kind, id) in named {
            by_kind.entry(kind).or_default().push(id.to_owned());
        }
        let mut found = HashMap::new();
        for (kind, ids) in by_kind {
            for row in objects::list(conn, ws, kind, &ids).await? {
                found.insert((kind.to_owned(), row.id.clone()), ObjectRef::of(kind, row));
            }
        }
        Ok(Self(found))
    }

    pub fn get(&self, kind: &str, id: &str) -> Option<ObjectRef> {
        self.0.get(&(kind.to_owned(), id.to_owned())).cloned()
    }
}

/// A field that names an object of a kind.
pub type Link<'a> = (&'static str, &'static str, Option<&'a str>);

/// Refuses, by field, links that lead to nothing in this workspace.
pub async fn check_links(conn: &mut Conn, ws: &WorkspaceId, links: &[Link<'_>]) -> Result<()> {
    let named = links.iter().filter_map(|(_, kind, id)| id.map(|id| (*kind, id)));
    let objects = Objects::read(conn, ws, named).await?;
    let mut invalid = Invalid::default();
    for (field, kind, id) in links {
        let leads_somewhere = id.is_none_or(|id| objects.get(kind, id).is_some());
        invalid.check(field, leads_somewhere, "names nothing in this workspace");
    }
    Ok(invalid.or(()).map(|_| ())?)
}

/// Refuses an owner who does not work here any more, or never did.
pub async fn check_member(conn: &mut Conn, ws: &WorkspaceId, field: &str, id: Option<&str>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let member = memberships::find(conn, ws, id).await?;
    if member.is_some_and(|member| member.state == "active") {
        return Ok(());
    }
    Err(Error::field(field, "names nobody who is a member of this workspace"))
}
