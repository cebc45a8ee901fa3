//! `heedful demo`: builds the demo at the first start, and serves it.

use std::path::Path;

use anyhow::{Context, bail};
use heedful_db::{Db, migrate};

use super::args::DemoArgs;
use super::serve::{self, DATABASE};
use crate::app::{App, Config};
use crate::demo::{self, EMAIL, Holds, PASSWORD};
use crate::platform::event_store::EVENTS;
use crate::platform::ids::IdSource;

/// Where the demo grows until it is whole: what was broken off there is thrown away.
const BUILDING: &str = "building";

pub async fn demo(args: DemoArgs) -> anyhow::Result<()> {
    let (listener, address) = serve::listen(args.listen).await?;
    let config = Config {
        data_dir: args.data.clone(),
        object_store: None,
        public_url: format!("http://{address}"),
        smtp_url: None,
        mail_from: "Hedgerow <hello@hedgerow.example>".to_owned(),
        trust_proxy: false,
    };
    let clock = serve::clock(args.now);
    serve::create_private_folder(&args.data)?;
    if !args.data.join(DATABASE).exists() {
        tell("Building the demo …");
        build(&args, &config, clock.now()).await.context("the demo could not be built")?;
    }
    let db = open(&args.data).await?;
    // Looked at before anything is changed, the schema included.
    if demo::look(&db).await? != Holds::Demo {
        bail!(
            "{} holds something else than the demo, which stays untouched; name another folder with --data, or start \
             it with `heedful serve`",
            args.data.display()
        );
    }
    migrate(&db).await?;
    tell(&format!("The demo is at {}\n  Email:    {EMAIL}\n  Password: {PASSWORD}", config.public_url));
    if !address.ip().is_loopback() {
        tell("Everybody who reaches this address can sign in: the password is the same for every demo.");
    }
    serve::run(App::new(db, config, clock, IdSource::from_system()), listener).await
}

async fn build(args: &DemoArgs, config: &Config, now: i64) -> anyhow::Result<()> {
    let folder = args.data.join(BUILDING);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    serve::create_private_folder(&folder)?;
    let db = open(&folder).await?;
    migrate(&db).await?;
    db.hurry().await?;
    let building = Config { data_dir: folder.clone(), ..config.clone() };
    let built = demo::build(&db, building, now, args.seed).await;
    // The last connection writes everything into the one file that is moved.
    db.close().await;
    built?;
    std::fs::File::open(folder.join(DATABASE))?.sync_all()?;
    // The database comes last: while it is not there, the demo is not whole and is built again.
    let events = args.data.join(EVENTS);
    if events.exists() {
        std::fs::remove_dir_all(&events)?;
    }
    std::fs::rename(folder.join(EVENTS), &events)?;
    std::fs::rename(folder.join(DATABASE), args.data.join(DATABASE))?;
    Ok(std::fs::remove_dir_all(&folder)?)
}

async fn open(folder: &Path) -> anyhow::Result<Db> {
    let file = std::path::absolute(folder)?.join(DATABASE);
    Db::open(&Db::sqlite_url(&file)).await.context("cannot open the database")
}

async fn migrate(db: &Db) -> anyhow::Result<()> {
    migrate::run(db).await.context("cannot bring the database to the newest schema")
}

#[expect(clippy::print_stdout, reason = "where to go and how to sign in is for people to read")]
fn tell(text: &str) {
    println!("{text}");
}
