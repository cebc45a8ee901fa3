//! The event store of this node, opened when it is first needed, with what is known of who is who.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use heedful_db::platform::distinct_ids::{self, Known};
use heedful_db::{Conn, Db, WorkspaceId};
use heedful_events::batch::Workspace;
use heedful_events::{Refused, Store, StoreOptions};
use tokio::sync::{Mutex, Notify};
use tokio::task::spawn_blocking;

use super::clock::Clock;
use super::error::{Error, Result};

/// Where it is within the data folder.
pub const EVENTS: &str = "events";
/// Links that are read at once.
const LINKS_PER_PAGE: i64 = 10_000;

pub struct EventStore {
    folder: PathBuf,
    db: Db,
    store: OnceLock<Arc<Store>>,
    /// Held while it is opened.
    opening: Mutex<()>,
    /// Rung when something is to be learned of people.
    pub bell: Notify,
    /// Rung when something is to be done with a file of events.
    pub imports_bell: Notify,
    /// What events tell of people is learned by one at a time, who keeps up to where it was heard.
    pub heard: Mutex<Heard>,
    are_people_changed: AtomicBool,
}

/// What was heard in the log.
#[derive(Debug, Default)]
pub struct Heard {
    /// Up to this number.
    pub before: u64,
    /// What was last told of each person, as hashes: programs say the same again and again.
    pub told: HashMap<u64, u64>,
    /// How often learning failed, one time after the other.
    pub n_failed: u32,
}

impl EventStore {
    pub fn new(folder: PathBuf, db: Db) -> Self {
        Self {
            folder,
            db,
            store: OnceLock::new(),
            opening: Mutex::default(),
            bell: Notify::new(),
            imports_bell: Notify::new(),
            heard: Mutex::default(),
            are_people_changed: AtomicBool::default(),
        }
    }

    /// The store; opening it reads what was taken and not sealed yet, and who is who.
    pub async fn open(&self) -> Result<Arc<Store>> {
        if let Some(store) = self.store.get() {
            return Ok(Arc::clone(store));
        }
        let _opening = self.opening.lock().await;
        if let Some(store) = self.store.get() {
            return Ok(Arc::clone(store));
        }
        let folder = self.folder.clone();
        let options = StoreOptions { holds_marked: true, ..StoreOptions::new(Clock::system_now) };
        let opened = spawn_blocking(move || Store::open(&folder, options));
        let store = opened.await.map_err(anyhow::Error::from)?.map_err(|error| unavailable(&error))?;
        let mut conn = self.db.read().await?;
        link_all(&mut conn, &store).await?;
        hold_as_one(&mut conn, &store).await?;
        let before = distinct_ids::place(&mut conn, store.log_name()).await?.cast_unsigned();
        store.hear(before);
        self.heard.lock().await.before = before;
        Ok(Arc::clone(self.store.get_or_init(|| Arc::new(store))))
    }

    /// The store, when anybody has needed it yet.
    pub fn opened(&self) -> Option<Arc<Store>> {
        self.store.get().cloned()
    }

    /// Notes that somebody was merged, taken apart or given another external id.
    pub fn people_changed(&self) {
        self.are_people_changed.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    /// Tells the store who is held to be one, when that changed.
    pub async fn follow_people(&self) -> Result<()> {
        let Some(store) = self.opened() else { return Ok(()) };
        if self.are_people_changed.swap(false, Ordering::AcqRel) {
            let known = async { hold_as_one(&mut *self.db.read().await?, &store).await };
            if let Err(error) = known.await {
                self.people_changed();
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Tells the store which distinct ids stand for which, in all workspaces.
async fn link_all(conn: &mut Conn, store: &Store) -> Result<()> {
    let mut last = (String::new(), String::new());
    loop {
        let links = distinct_ids::list_links(conn, (&last.0, &last.1), LINKS_PER_PAGE).await?;
        let Some(link) = links.last() else { return Ok(()) };
        last = (link.workspace_id.clone(), link.distinct_id.clone());
        for of_one in links.chunk_by(|a, b| a.workspace_id == b.workspace_id) {
            let workspace = workspace(&WorkspaceId::from(of_one[0].workspace_id.clone()))?;
            store
                .link(workspace, of_one.iter().map(|link| (link.distinct_id.as_str(), link.anchor.as_str())));
        }
    }
}

/// Tells the store which records are held to be one person, in all workspaces.
async fn hold_as_one(conn: &mut Conn, store: &Store) -> Result<()> {
    let mut people = BTreeMap::<(String, String), Vec<Known>>::new();
    for known in distinct_ids::list_of_several(conn).await? {
        people.entry((known.workspace_id.clone(), known.person_id.clone())).or_default().push(known);
    }
    let mut pairs = HashMap::<Workspace, Vec<(String, String)>>::new();
    for workspace in store.workspaces() {
        pairs.insert(workspace, Vec::new());
    }
    for ((ws, _), known) in people {
        let kept = known.iter().find(|known| known.is_kept == 1);
        let ids = known.iter().flat_map(|known| [&known.external_id, &known.anchor]).flatten();
        // The record's own id stands for all; without one, any of them that stays the same.
        let main = kept.and_then(|kept| kept.external_id.as_ref().or(kept.anchor.as_ref()));
        let Some(main) = main.or_else(|| ids.clone().min()) else { continue };
        let others = ids.filter(|id| *id != main).map(|id| (id.clone(), main.clone()));
        pairs.entry(workspace(&WorkspaceId::from(ws))?).or_default().extend(others);
    }
    for (workspace, pairs) in pairs {
        store.hold_as_one(workspace, pairs.iter().map(|(from, to)| (from.as_str(), to.as_str())));
    }
    Ok(())
}

/// The workspace in the words of the event store.
pub fn workspace(ws: &WorkspaceId) -> Result<Workspace> {
    let id = uuid::Uuid::parse_str(ws.as_str()).map_err(anyhow::Error::from)?;
    Ok(id.into_bytes())
}

/// What a caller hears when events cannot be read or written: that it is worth trying again. The log has the reason.
pub fn unavailable(error: &heedful_events::Error) -> Error {
    tracing::error!("the event store: {error}");
    Error::Unavailable
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Failed(error) => tracing::error!("the event store: {error}"),
            refused => tracing::warn!("events were refused: {refused}"),
        }
        Self::Unavailable
    }
}
