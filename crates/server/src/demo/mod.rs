//! The demo: a made-up company, Hedgerow, and half a year of its feedback loop.
//!
//! Nothing here writes to the database. A team of five plays the half year over the API of a server whose clock is set
//! from step to step, so that everything is checked, logged and counted as in real use. What they say and do stands in
//! files in `text/`: `voices/` is what customers said, `crowd.txt` who they are, `listening.txt` when they spoke, `story/` what
//! the team did about it. The same seed on the same day gives the same workspace.

mod company;
mod crowd;
mod files;
mod listening;
mod quotes;
mod reviews;
mod script;
mod team;
mod timeline;
mod triage;
mod trial;
mod usage;
mod voices;

use anyhow::Context;
use heedful_db::platform::users;
use heedful_db::types::DAY;
use heedful_db::{Db, Micros, migrate};

use crate::app::{App, Config};
use crate::platform::clock::Clock;
use crate::platform::ids::IdSource;
use company::DAYS;
pub use company::{EMAIL, PASSWORD};
use team::Team;

/// Builds the demo in an empty database. Mails end in the outbox, whatever the server's settings are.
pub async fn build(db: &Db, config: Config, now: Micros, seed: u64) -> anyhow::Result<()> {
    let today = now - now.rem_euclid(DAY);
    let config = Config { smtp_url: None, ..config };
    let clock = Clock::manual(today - DAYS * DAY - DAY);
    let app = App::new(db.clone(), config, clock, IdSource::seeded(seed));
    let mut team = Team::found(app, today).await.context("cannot found the demo's team")?;
    timeline::play(&mut team, seed).await?;
    team.leave().await
}

/// Whether a database holds the demo, something else, or nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Nothing,
    Demo,
    SomethingElse,
}

pub async fn look(db: &Db) -> anyhow::Result<Holds> {
    if migrate::applied(db).await? == 0 {
        return Ok(Holds::Nothing);
    }
    let mut conn = db.read().await?;
    if !users::exist(&mut conn).await? {
        return Ok(Holds::Nothing);
    }
    let owner = users::find_by_email(&mut conn, EMAIL).await?;
    Ok(if owner.is_some() { Holds::Demo } else { Holds::SomethingElse })
}
