//! All state of a running server, passed to whoever needs it.

use std::path::PathBuf;
use std::sync::Arc;

use heedful_db::{Db, Micros};
use tokio::sync::{Notify, Semaphore};

use crate::platform::capture::Capture;
use crate::platform::clock::Clock;
use crate::platform::event_store::{EVENTS, EventStore};
use crate::platform::ids::IdSource;
use crate::platform::kept::Kept;
use crate::platform::key_cache::KeyCache;
use crate::platform::rate_limit::RateLimiter;
use crate::platform::requests::Requests;
use crate::platform::search::Search;

/// More would only take memory from each other.
const QUESTIONS_AT_ONCE: usize = 4;

/// What a server is told at start. Everything has a default that works.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of everything that is not in a database by address.
    pub data_dir: PathBuf,
    /// Where the tables of events are, if not in that folder: `s3://bucket/folder`.
    pub object_store: Option<String>,
    /// How people reach this server, without a slash at the end: links in mails start with it.
    pub public_url: String,
    /// `smtp://user:password@host:port`; without it mails are kept in the outbox.
    pub smtp_url: Option<String>,
    pub mail_from: String,
    /// Whether `X-Forwarded-For` of a proxy in front may name the caller.
    pub trust_proxy: bool,
}

#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub db: Db,
    pub config: Config,
    pub clock: Clock,
    pub ids: IdSource,
    pub rate_limiter: RateLimiter,
    pub requests: Requests,
    /// Rung when a job was written, so that the worker need not poll.
    pub job_bell: Notify,
    pub search: Search,
    pub kept: Kept,
    pub capture_keys: KeyCache,
    pub events: EventStore,
    pub capture: Capture,
    /// So many questions about events are answered at once; each uses all cores.
    pub question_turns: Semaphore,
}

impl App {
    pub fn new(db: Db, config: Config, clock: Clock, ids: IdSource) -> Self {
        let search = Search::new(config.data_dir.join("search"));
        let events = EventStore::new(config.data_dir.join(EVENTS), config.object_store.clone(), db.clone());
        Self(Arc::new(Parts {
            db,
            config,
            clock,
            ids,
            rate_limiter: RateLimiter::default(),
            requests: Requests::default(),
            job_bell: Notify::new(),
            search,
            kept: Kept::default(),
            capture_keys: KeyCache::default(),
            events,
            capture: Capture::default(),
            question_turns: Semaphore::new(QUESTIONS_AT_ONCE),
        }))
    }

    pub fn now(&self) -> Micros {
        self.clock.now()
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
