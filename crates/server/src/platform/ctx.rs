//! What a handler works with besides its input: the app, the time of the request and its id.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use heedful_db::Micros;
use heedful_db::platform::change_count;

use super::error::{Error, Result};
use super::secret;
use crate::app::App;

/// A proxy or caller may bring an id of its own; longer ones are not kept.
const REQUEST_ID_MAX: usize = 100;

/// The time is read once per request, so that everything a request writes carries the same instant.
#[derive(Clone)]
pub struct Ctx {
    pub app: App,
    pub now: Micros,
    pub request_id: Option<String>,
}

impl Ctx {
    /// For work that no request started, such as jobs.
    pub fn of(app: &App) -> Self {
        Self { app: app.clone(), now: app.now(), request_id: None }
    }

    pub fn new_id(&self) -> String {
        self.app.ids.new_id(self.now)
    }

    pub fn new_secret(&self) -> String {
        secret::new(&self.app.ids)
    }

    pub async fn read(&self) -> Result<impl std::ops::DerefMut<Target = heedful_db::Conn> + use<>> {
        Ok(self.app.db.read().await?)
    }

    pub async fn begin(&self) -> Result<heedful_db::Tx> {
        Ok(self.app.db.begin().await?)
    }

    /// Commits and counts the change, and wakes the workers in case it queued a job or changed what can be found.
    pub async fn commit(&self, mut tx: heedful_db::Tx) -> Result<()> {
        change_count::increase(&mut tx).await?;
        tx.commit().await.map_err(heedful_db::Error::from)?;
        self.app.job_bell.notify_one();
        self.app.search.bell.notify_one();
        Ok(())
    }
}

impl FromRequestParts<App> for Ctx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let request_id = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok());
        let request_id = request_id.filter(|id| id.len() <= REQUEST_ID_MAX).map(str::to_owned);
        Ok(Self { app: app.clone(), now: app.now(), request_id })
    }
}
