//! `cargo xtask bench`: the numbers of docs/numbers.md, measured on the machine at hand.

mod events;
mod figure;
mod http;
mod server;
mod signals;
mod start;
mod web;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use crate::bench::events::EventsArgs;
use crate::bench::figure::Figure;
use crate::bench::signals::SignalsArgs;
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
    /// Taking many events over HTTP, keeping them, and answering questions about them.
    Events(EventsArgs),
    /// All of signals, start and web, as the table of docs/numbers.md.
    All(SignalsArgs),
}

pub(crate) fn run(shell: &Shell, what: &Bench) -> Result<()> {
    let figures = match what {
        Bench::Start { data } => start::run(shell, data.as_deref()),
        Bench::Web => web::run(shell),
        Bench::Signals(args) => signals::run(shell, args),
        Bench::Events(args) => events::run(shell, args),
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
