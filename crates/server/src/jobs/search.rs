//! The worker that keeps the search index in step with the database.

use std::time::Duration;

use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::search;

/// Another process may have queued something without ringing our bell.
const POLL: Duration = Duration::from_secs(2);

/// Indexes what is queued until the future is dropped.
pub async fn work(app: App) {
    loop {
        if let Err(error) = search::drain(&Ctx::of(&app)).await {
            tracing::error!("the search index cannot be brought up to date: {error:#}");
            tokio::time::sleep(POLL).await;
        }
        let _ = tokio::time::timeout(POLL, app.search.bell.notified()).await;
    }
}
