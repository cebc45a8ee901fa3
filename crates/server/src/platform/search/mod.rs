//! Full-text search: one tantivy index in the data folder, derived from the database and rebuilt from it at any time.
//! Every query names its workspace, as every SQL statement does.

mod api;
mod find;
mod index;
mod query;
mod queue;
mod snippet;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, Notify, OnceCell};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use api::{search, url_of};
pub use find::{FacetCounts, Found, Hit};
pub use query::{Facet, Narrow};
pub use queue::{catch_up, drain};

use super::ctx::Ctx;
use super::error::{Error, Result};
use crate::app::App;
use index::Index;

/// The longest text that can be searched for.
pub const QUERY_CHARS_MAX: usize = 500;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api::search))
}

/// The index is opened when first needed, so that commands which never search do not lock it.
pub struct Search {
    folder: PathBuf,
    index: OnceCell<Arc<Index>>,
    /// One drain at a time: two would index the same entries twice.
    draining: Mutex<()>,
    /// Rung when something was queued.
    pub bell: Notify,
}

impl Search {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, index: OnceCell::new(), draining: Mutex::new(()), bell: Notify::new() }
    }

    async fn index(&self, ctx: &Ctx) -> Result<Arc<Index>> {
        let opened = self.index.get_or_try_init(|| async {
            let folder = self.folder.clone();
            let (index, is_new) = blocking(move || Index::open(&folder)).await?;
            if is_new {
                queue::queue_everything(ctx).await?;
                let folder = self.folder.clone();
                blocking(move || index::mark_version(&folder)).await?;
            }
            Ok::<_, Error>(Arc::new(index))
        });
        Ok(Arc::clone(opened.await?))
    }
}

/// What the caller searches for, checked; none when there is nothing to search for.
pub fn checked_query(q: Option<&str>) -> Result<Option<&str>> {
    let Some(q) = q.map(str::trim_start).filter(|q| !q.trim().is_empty()) else { return Ok(None) };
    if q.chars().count() > QUERY_CHARS_MAX {
        return Err(Error::field("q", "must have at most 500 characters"));
    }
    Ok(Some(q))
}

/// Runs work on the index away from the threads that answer requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?;
    Ok(done?)
}
