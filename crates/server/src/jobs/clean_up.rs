//! Forgetting what nobody needs any more.

use heedful_db::Micros;
use heedful_db::listen::event_rejects;
use heedful_db::platform::{event_arrivals, idempotency, jobs, one_time_tokens, sessions};
use heedful_db::types::DAY;

use crate::app::App;
use crate::listen::capture::{arrivals, rejects};

pub const CLEAN_UP: &str = "clean_up";

/// A retry comes within seconds; a day leaves room for an outage.
const KEEP_IDEMPOTENCY_KEYS: Micros = DAY;
/// Long enough to look into what happened last week.
const KEEP_DONE_JOBS: Micros = 14 * DAY;

pub async fn run(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    idempotency::delete_before(&mut tx, now - KEEP_IDEMPOTENCY_KEYS).await?;
    jobs::delete_done_before(&mut tx, now - KEEP_DONE_JOBS).await?;
    event_rejects::delete_before(&mut tx, now - rejects::KEPT_FOR).await?;
    event_arrivals::delete_before(&mut tx, now - arrivals::KEPT_FOR).await?;
    sessions::delete_expired(&mut tx, now).await?;
    one_time_tokens::delete_expired(&mut tx, now).await?;
    tx.commit().await?;
    Ok(())
}
