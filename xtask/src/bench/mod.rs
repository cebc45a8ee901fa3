//! `cargo xtask bench`: the numbers of docs/numbers.md, measured on the machine at hand.

mod figure;
mod http;
mod server;
mod signals;
mod start;
mod web;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::bench::figure::Figure;
use crate::shell::Shell;

#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Time from start to readiness, and memory when idle, of the release binary.
    Start {
        /// Data folder to start on; a fresh one is made when none is given.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Compressed size of the JavaScript that the first page loads.
    Web,
    /// Import of many signals, memory meanwhile, and how fast lists, facets, search and pages answer over them.
    Signals(SignalsArgs),
    /// All of them, as the table of docs/numbers.md.
    All(SignalsArgs),
}

#[derive(Args, Clone)]
pub(crate) struct SignalsArgs {
    /// How many signals are imported.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=2_000_000))]
    n: u32,
    /// Requests a second, sent on time whether or not those before were answered.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rate: u32,
    /// How long each kind of request is sent.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// Only the kinds of requests whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// An empty PostgreSQL database to measure on, instead of the embedded one.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Keep what was imported in this folder; when it is there already, only the answers are measured.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(crate) fn run(shell: &Shell, what: &Bench) -> Result<()> {
    let figures = match what {
        Bench::Start { data } => start::run(shell, data.as_deref()),
        Bench::Web => web::run(shell),
        Bench::Signals(args) => signals::run(shell, args),
        Bench::All(args) => all(shell, args),
    }?;
    println!("{}", figure::table(&figures));
    Ok(())
}

fn all(shell: &Shell, args: &SignalsArgs) -> Result<Vec<Figure>> {
    let mut figures = start::run(shell, None)?;
    figures.extend(web::run(shell)?);
    figures.extend(signals::run(shell, args)?);
    Ok(figures)
}
