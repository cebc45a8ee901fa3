//! What can be told to `cargo xtask bench signals`.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Clone)]
pub(crate) struct SignalsArgs {
    /// How many signals are imported.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=2_000_000))]
    pub(crate) n: u32,
    /// Requests a second, sent on time whether or not those before were answered.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) rate: u32,
    /// How long each kind of request is sent.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub(crate) seconds: u32,
    /// Only the kinds of requests whose name contains this.
    #[arg(long)]
    pub(crate) only: Option<String>,
    /// An empty PostgreSQL database to measure on, instead of the embedded one.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Keep what was imported in this folder; when it is there already, only the answers are measured.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}
