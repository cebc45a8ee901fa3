//! The worker: claims jobs that are due, runs them, and tries again later what failed.

pub mod clean_up;
pub mod events;
pub mod mail;
pub mod rules;
pub mod schedule;
pub mod search;

use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Context, bail};
use heedful_db::Micros;
use heedful_db::connect::Engine;
use heedful_db::platform::jobs::{self, Job};
use heedful_db::types::SECOND;

use crate::app::App;
use crate::decide::rules::EVALUATE_RULES;
use crate::digest::{self, SEND_DIGESTS};
use crate::listen::erasure::{self, ERASE_EVENTS};
use crate::listen::imports::{self, RUN_IMPORT, UNDO_IMPORT};
use crate::listen::segments::{self, REFRESH_SEGMENTS};
use crate::listen::surveys::{self, FORGET_ANSWERS};
use crate::platform::ctx::Ctx;
use crate::platform::mail::SEND_MAIL;
use crate::platform::password_resets::{self, SEND_RESET};
use crate::share::notices::{self, SEND_NOTICES};
use clean_up::CLEAN_UP;

/// A worker that says nothing for this long is taken for dead, and its job runs again.
const LOCK: Micros = 60 * SECOND;
/// How often a worker says that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// Waits between tries; after the last one the job has failed and waits for a person.
const WAITS: [Micros; 6] =
    [5 * SECOND, 30 * SECOND, 300 * SECOND, 1_800 * SECOND, 7_200 * SECOND, 21_600 * SECOND];
/// Another node may have queued something without ringing our bell.
const POLL: Duration = Duration::from_secs(1);

/// Runs jobs until the future is dropped.
pub async fn work(app: App) {
    if let Err(error) = release(&app).await {
        tracing::warn!("jobs that were broken off wait a minute: {error:#}");
    }
    let mut looked_at = None;
    loop {
        if looked_at.is_none_or(|at| at + schedule::LOOK_EVERY <= app.now()) {
            match schedule::queue_due(&app).await {
                Ok(()) => looked_at = Some(app.now()),
                Err(error) => tracing::error!("the schedule could not be kept: {error:#}"),
            }
        }
        match run_next(&app).await {
            Ok(true) => {}
            Ok(false) => {
                let _ = tokio::time::timeout(POLL, app.job_bell.notified()).await;
            }
            Err(error) => {
                tracing::error!("the job queue is unavailable: {error:#}");
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

/// Runs what the schedule owes and every job that is due, as a server that was off does at its start.
pub async fn catch_up(app: &App) -> anyhow::Result<usize> {
    schedule::queue_due(app).await?;
    run_due(app).await
}

/// Runs every job that is due now, as tests do. Returns how many ran.
pub async fn run_due(app: &App) -> anyhow::Result<usize> {
    let mut n = 0;
    while run_next(app).await? {
        n += 1;
    }
    Ok(n)
}

/// Takes up at once what a killed process left half done. An embedded database has one process, so whatever is marked
/// as running there is not; workers that share PostgreSQL wait until the lock has run out.
pub async fn release(app: &App) -> anyhow::Result<()> {
    if app.db.engine() == Engine::Sqlite {
        let mut tx = app.db.begin().await?;
        jobs::release_all(&mut tx, app.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn run_next(app: &App) -> anyhow::Result<bool> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let claimed = jobs::claim(&mut tx, now, now + LOCK).await?;
    tx.commit().await?;
    let Some(job) = claimed else { return Ok(false) };
    let outcome = tokio::select! {
        outcome = run(app, &job) => outcome,
        never = show_life(app, &job.id) => match never {},
    };
    let mut tx = app.db.begin().await?;
    match outcome {
        Ok(()) => jobs::finish(&mut tx, &job.id, app.now()).await?,
        Err(error) => {
            let wait = usize::try_from(job.attempts - 1).ok().and_then(|tried| WAITS.get(tried));
            let again_at = wait.map(|wait| app.now() + wait);
            tracing::warn!(job = %job.id, kind = %job.kind, again = again_at.is_some(), "job failed: {error:#}");
            jobs::fail(&mut tx, &job.id, &format!("{error:#}"), again_at, app.now()).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

async fn show_life(app: &App, job_id: &str) -> Infallible {
    loop {
        tokio::time::sleep(SIGN_OF_LIFE).await;
        if let Err(error) = extend_lock(app, job_id).await {
            tracing::warn!(job = %job_id, "the lock of a job could not be extended: {error:#}");
        }
    }
}

async fn extend_lock(app: &App, job_id: &str) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    jobs::update_lock(&mut tx, job_id, app.now() + LOCK).await?;
    Ok(tx.commit().await?)
}

async fn run(app: &App, job: &Job) -> anyhow::Result<()> {
    match job.kind.as_str() {
        SEND_MAIL => mail::send(app, serde_json::from_str(&job.payload)?).await,
        FORGET_ANSWERS => surveys::forget(app, &serde_json::from_str(&job.payload)?).await,
        REFRESH_SEGMENTS => segments::refresh_all(app, serde_json::from_str(&job.payload)?).await,
        ERASE_EVENTS => erasure::erase_again(app, serde_json::from_str(&job.payload)?).await,
        RUN_IMPORT => imports::run_import(app, &job.id, serde_json::from_str(&job.payload)?).await,
        UNDO_IMPORT => imports::run_undo(app, &job.id, serde_json::from_str(&job.payload)?).await,
        EVALUATE_RULES => rules::evaluate_all(app, serde_json::from_str(&job.payload)?).await,
        SEND_NOTICES => {
            let ws = job.workspace_id.as_deref().context("a job of a workspace")?.into();
            Ok(notices::run(&Ctx::of(app), &ws, &serde_json::from_str(&job.payload)?).await?)
        }
        SEND_RESET => {
            Ok(password_resets::send_link(&Ctx::of(app), serde_json::from_str(&job.payload)?).await?)
        }
        SEND_DIGESTS => digest::send_all(app).await,
        CLEAN_UP => clean_up::run(app).await,
        unknown => bail!("this version of the server does not know jobs of kind {unknown:?}"),
    }
}
