//! The event store of this node, opened when it is first needed, with what is known of who is who.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use heedful_db::platform::change_count;
use heedful_db::platform::distinct_ids::{self, Known, Link};
use heedful_db::types::MINUTE;
use heedful_db::{Conn, Db, Micros, WorkspaceId};
use heedful_events::batch::Workspace;
use heedful_events::store::copy::{Place, Remote};
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
    /// Where the tables are, if not in the folder.
    object_store: Option<String>,
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
    followed: Mutex<Followed>,
}

/// What was seen of others who write the same tables.
#[derive(Debug, Default)]
struct Followed {
    linked_at: Micros,
    n_changes: i64,
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
    pub fn new(folder: PathBuf, object_store: Option<String>, db: Db) -> Self {
        Self {
            folder,
            object_store,
            db,
            store: OnceLock::new(),
            opening: Mutex::default(),
            bell: Notify::new(),
            imports_bell: Notify::new(),
            heard: Mutex::default(),
            are_people_changed: AtomicBool::default(),
            followed: Mutex::default(),
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
        let place = place(&self.folder, self.object_store.as_deref()).map_err(|error| unavailable(&error))?;
        let options = StoreOptions { holds_marked: true, ..StoreOptions::new(Clock::system_now) };
        if let Some(remote) = &place.remote {
            remote.check().await.map_err(|error| unavailable(&error))?;
        }
        let opened = spawn_blocking(move || match place.remote {
            Some(remote) => Store::open_shared(&place.dir, remote, options),
            None => Store::open(&place.dir, options),
        });
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

    /// Looks what other servers that share the tables brought and learned.
    pub async fn follow_others(&self, now: Micros) -> Result<()> {
        let Some(store) = self.opened().filter(|_| self.object_store.is_some()) else { return Ok(()) };
        store.refresh().await?;
        let mut followed = self.followed.lock().await;
        let mut conn = self.db.read().await?;
        let links = distinct_ids::list_links_since(&mut conn, followed.linked_at).await?;
        link(&store, &links)?;
        // Clocks differ, and a transaction takes its time.
        followed.linked_at = now - 5 * MINUTE;
        let n_changes = change_count::get(&mut conn).await?;
        if n_changes != followed.n_changes {
            followed.n_changes = n_changes;
            self.people_changed();
        }
        Ok(())
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
        self::link(store, &links)?;
    }
}

fn link(store: &Store, links: &[Link]) -> Result<()> {
    for of_one in links.chunk_by(|a, b| a.workspace_id == b.workspace_id) {
        let workspace = workspace(&WorkspaceId::from(of_one[0].workspace_id.clone()))?;
        store.link(workspace, of_one.iter().map(|link| (link.distinct_id.as_str(), link.anchor.as_str())));
    }
    Ok(())
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

/// Where the event store of a data folder is; the keys of an object store are those of the environment.
pub fn place(folder: &Path, object_store: Option<&str>) -> heedful_events::Result<Place> {
    let remote = object_store.map(|address| Remote::of(address, std::env::vars())).transpose()?;
    Ok(Place { dir: folder.to_owned(), remote })
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
