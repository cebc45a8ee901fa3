//! What happens by itself, and how often.

use heedful_db::Micros;
use heedful_db::platform::jobs;
use heedful_db::types::{HOUR, MINUTE};

use super::clean_up::CLEAN_UP;
use crate::app::App;
use crate::decide::rules::EVALUATE_RULES;
use crate::digest::SEND_DIGESTS;

/// Every time zone is a whole number of quarter hours away from UTC.
const QUARTER: Micros = 15 * MINUTE;

/// How often a worker looks whether a period has begun.
pub const LOOK_EVERY: Micros = MINUTE;

/// Kinds of jobs with their periods, counted from 1970 in UTC. Each runs once in each period, on one node;
/// a server that was off for some periods makes up for them with a single run. The payload is `null`: such a job
/// visits every workspace itself.
const SCHEDULE: &[(&str, Micros)] = &[(CLEAN_UP, HOUR), (EVALUATE_RULES, MINUTE), (SEND_DIGESTS, QUARTER)];

/// Queues what the current periods owe.
pub async fn queue_due(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    for (kind, period) in SCHEDULE {
        jobs::insert_periodic(&mut tx, &app.ids.new_id(now), kind, now - now.rem_euclid(*period)).await?;
    }
    tx.commit().await?;
    Ok(())
}
