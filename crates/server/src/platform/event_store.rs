//! The event store of this node, opened when it is first needed.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use heedful_db::WorkspaceId;
use heedful_events::batch::Workspace;
use heedful_events::{Refused, Store, StoreOptions};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::clock::Clock;
use super::error::{Error, Result};

/// Where it is within the data folder.
pub const EVENTS: &str = "events";

pub struct EventStore {
    folder: PathBuf,
    store: OnceLock<Arc<Store>>,
    /// Held while it is opened.
    opening: Mutex<()>,
}

impl EventStore {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, store: OnceLock::new(), opening: Mutex::new(()) }
    }

    /// The store; opening it reads what was taken and not sealed yet.
    pub async fn open(&self) -> Result<Arc<Store>> {
        if let Some(store) = self.store.get() {
            return Ok(Arc::clone(store));
        }
        let _opening = self.opening.lock().await;
        if let Some(store) = self.store.get() {
            return Ok(Arc::clone(store));
        }
        let folder = self.folder.clone();
        let opened = spawn_blocking(move || Store::open(&folder, StoreOptions::new(Clock::system_now)));
        let store = opened.await.map_err(anyhow::Error::from)?.map_err(|error| unavailable(&error))?;
        Ok(Arc::clone(self.store.get_or_init(|| Arc::new(store))))
    }

    /// The store, when anybody has needed it yet.
    pub fn opened(&self) -> Option<Arc<Store>> {
        self.store.get().cloned()
    }
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
