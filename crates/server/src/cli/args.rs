//! What the command line understands. Every option is also an environment variable.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

#[derive(Parser)]
#[command(name = "heedful", version, about = "The customer feedback loop as one program.")]
pub struct Args {
    /// Write logs as JSON, one object a line.
    #[arg(long, env = "HEEDFUL_LOG_JSON", global = true)]
    pub log_json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Start the server.
    Serve(ServeArgs),
    /// Serve a made-up company with half a year of feedback, to look around in.
    Demo(DemoArgs),
    /// Create the first owner without a browser.
    Setup(SetupArgs),
    /// Bring the database to the newest schema.
    Migrate(MigrateArgs),
    /// Write everything into one file.
    Backup(BackupArgs),
    /// Write what a workspace has as files that are read without Heedful: JSON lines and CSV.
    Export(ExportArgs),
    /// Send a file of signals or events to a running server.
    Import(ImportArgs),
    /// Read a backup into an empty database, SQLite or PostgreSQL.
    Restore(RestoreArgs),
    /// Look for problems of this machine and of the settings given.
    Doctor(ServeArgs),
    /// Print the description of the API.
    Openapi,
}

/// Where everything is kept.
#[derive(ClapArgs, Clone)]
pub struct StoreArgs {
    /// The folder for everything that is not in a database by address.
    #[arg(long, env = "HEEDFUL_DATA", default_value = "heedful-data")]
    pub data: PathBuf,
    /// `postgres://…`; without it an embedded database in the data folder.
    #[arg(long, env = "HEEDFUL_DATABASE_URL")]
    pub database_url: Option<String>,
    /// `s3://bucket/folder` for the tables of events, which several servers may share; without it the data folder has them.
    /// Keys, region and endpoint are those of `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION` and `AWS_ENDPOINT_URL`.
    #[arg(long, env = "HEEDFUL_OBJECT_STORE")]
    pub object_store: Option<String>,
    /// Keep this time instead of the clock's (RFC 3339); for tests only.
    #[arg(long, env = "HEEDFUL_NOW", hide = true)]
    pub now: Option<jiff::Timestamp>,
}

#[derive(ClapArgs, Clone)]
pub struct ServeArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The address to listen on.
    #[arg(long, env = "HEEDFUL_LISTEN", default_value = "127.0.0.1:7878")]
    pub listen: SocketAddr,
    /// How people reach this server, for links in mails; by default `http://` and the listening address.
    #[arg(long, env = "HEEDFUL_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// `smtp://user:password@host:587?tls=required`; without it mails are kept in the outbox.
    #[arg(long, env = "HEEDFUL_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// The sender of mails.
    #[arg(long, env = "HEEDFUL_MAIL_FROM", default_value = "Heedful <heedful@localhost>")]
    pub mail_from: String,
    /// Believe `X-Forwarded-For`; only behind a proxy that sets it.
    #[arg(long, env = "HEEDFUL_TRUST_PROXY")]
    pub trust_proxy: bool,
}

/// The demo keeps away from real data: it has a folder of its own and knows no other database.
#[derive(ClapArgs)]
pub struct DemoArgs {
    /// The folder of the demo; it is built there at the first start.
    #[arg(long, env = "HEEDFUL_DEMO_DATA", default_value = "heedful-demo")]
    pub data: PathBuf,
    /// The address to listen on.
    #[arg(long, env = "HEEDFUL_LISTEN", default_value = "127.0.0.1:7878")]
    pub listen: SocketAddr,
    /// Another number gives another demo; the same number on the same day the same one.
    #[arg(long, env = "HEEDFUL_DEMO_SEED", default_value_t = 1)]
    pub seed: u64,
    /// Keep this time instead of the clock's (RFC 3339); for tests only.
    #[arg(long, env = "HEEDFUL_NOW", hide = true)]
    pub now: Option<jiff::Timestamp>,
}

#[derive(ClapArgs)]
pub struct SetupArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The owner's address, used to sign in.
    #[arg(long)]
    pub email: String,
    /// At least 10 characters.
    #[arg(long, env = "HEEDFUL_PASSWORD", hide_env_values = true)]
    pub password: String,
    /// The owner's name; by default the first part of the address.
    #[arg(long)]
    pub name: Option<String>,
    /// What to call the workspace.
    #[arg(long)]
    pub workspace: String,
    /// Print what programs need as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(ClapArgs)]
pub struct MigrateArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Only say what would be done.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(ClapArgs)]
pub struct BackupArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The file to write; it must not exist yet.
    pub file: PathBuf,
}

#[derive(ClapArgs)]
pub struct ExportArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The folder to write; it must be empty or not exist yet.
    pub dir: PathBuf,
    /// The name or id of the only workspace to write; all of them without it.
    #[arg(long)]
    pub workspace: Option<String>,
}

#[derive(ClapArgs)]
pub struct RestoreArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The file that `heedful backup` wrote.
    pub file: PathBuf,
    /// Delete what the database holds now.
    #[arg(long)]
    pub force: bool,
}

/// A file for a running server, here or elsewhere.
#[derive(ClapArgs)]
pub struct ImportArgs {
    /// What the file has.
    pub kind: ImportKind,
    /// CSV, JSON Lines, and for events a JSON list or Parquet; gzipped or not.
    pub file: PathBuf,
    /// Where the server is reached.
    #[arg(long, env = "HEEDFUL_SERVER", default_value = "http://127.0.0.1:7878")]
    pub server: String,
    /// An API token of an editor.
    #[arg(long, env = "HEEDFUL_TOKEN", hide_env_values = true)]
    pub token: String,
    /// Where signals come from, such as "App Store".
    #[arg(long)]
    pub source: Option<String>,
    /// What differs from the proposed meaning of the columns, as JSON: `{"event_name": "purchase"}`.
    #[arg(long, default_value = "{}")]
    pub mapping: String,
    /// Only show how the file would be understood.
    #[arg(long)]
    pub look: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum ImportKind {
    Signals,
    Events,
}
