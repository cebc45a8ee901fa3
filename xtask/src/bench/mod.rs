//! `cargo xtask bench`: the numbers of docs/numbers.md, measured on the machine at hand.

mod start;
mod web;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

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
}

pub(crate) fn run(shell: &Shell, what: &Bench) -> Result<()> {
    match what {
        Bench::Start { data } => start::run(shell, data.as_deref()),
        Bench::Web => web::run(shell),
    }
}
