//! `heedful serve`.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use heedful_db::{Db, migrate};
use heedful_events::store::copy::Place;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::args::{ServeArgs, StoreArgs};
use crate::app::{App, Config};
use crate::platform::clock::Clock;
use crate::platform::ctx::Ctx;
use crate::platform::event_store::{self, EVENTS};
use crate::platform::ids::IdSource;
use crate::platform::{setup, time};
use crate::{jobs, routes};

/// The embedded database within the data folder.
pub const DATABASE: &str = "heedful.db";

pub async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let (listener, address) = listen(args.listen).await?;
    let db = open(&args.store).await?;
    let config = Config {
        data_dir: args.store.data.clone(),
        object_store: args.store.object_store.clone(),
        public_url: args.public_url.clone().unwrap_or_else(|| format!("http://{address}")),
        smtp_url: args.smtp_url.clone(),
        mail_from: args.mail_from.clone(),
        trust_proxy: args.trust_proxy,
    };
    let app = App::new(db, config, clock(args.store.now), IdSource::from_system());
    announce(&app).await?;
    run(app, listener).await
}

/// Where the events of a data folder are.
pub fn events(store: &StoreArgs) -> anyhow::Result<Place> {
    Ok(event_store::place(&store.data.join(EVENTS), store.object_store.as_deref())?)
}

/// Answers requests and does jobs until somebody asks to stop.
pub async fn run(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let worker = tokio::spawn(jobs::work(app.clone()));
    let indexer = tokio::spawn(jobs::search::work(app.clone()));
    // Read before the first request, so that what is wrong with it is told at the start.
    app.events.open().await?;
    let events = tokio::spawn(jobs::events::work(app.clone()));
    let service = routes::router(&app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(asked_to_stop()).await?;
    worker.abort();
    indexer.abort();
    events.abort();
    jobs::events::write_down(&app).await;
    app.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

pub async fn listen(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Opens the database that the arguments name, and brings it to the newest schema.
pub async fn open(store: &StoreArgs) -> anyhow::Result<Db> {
    let db = connect(store).await?;
    migrate::run(&db).await.context("cannot bring the database to the newest schema")?;
    Ok(db)
}

/// False when the embedded database is not there yet; connecting would make it.
pub fn may_exist(store: &StoreArgs) -> bool {
    store.database_url.is_some() || store.data.join(DATABASE).exists()
}

pub async fn connect(store: &StoreArgs) -> anyhow::Result<Db> {
    create_private_folder(&store.data)?;
    let url = match &store.database_url {
        Some(url) => url.clone(),
        None => Db::sqlite_url(&std::path::absolute(&store.data)?.join(DATABASE)),
    };
    Db::open(&url).await.context("cannot open the database")
}

/// Only its owner may look into the data folder.
pub fn create_private_folder(folder: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("cannot create the data folder {}", folder.display()))
}

pub fn clock(now: Option<jiff::Timestamp>) -> Clock {
    now.map_or(Clock::System, |now| Clock::manual(time::micros(now)))
}

pub fn start_logging(json: bool) {
    let filter = EnvFilter::try_from_env("HEEDFUL_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { log.json().init() } else { log.with_target(false).init() }
}

#[expect(clippy::print_stdout, reason = "where to go is for people to read")]
async fn announce(app: &App) -> anyhow::Result<()> {
    println!("Heedful is at {}", app.config.public_url);
    if let Some(link) = setup::new_link(&Ctx::of(app)).await? {
        println!("Create the first account, within a day and once, at\n  {link}");
    }
    Ok(())
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
            }
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}
