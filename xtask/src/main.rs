//! The tools of the repository: `cargo xtask demo` and `cargo xtask test` are the two commands of the README,
//! the others are for people who work on the code. Each prepares what it needs by itself.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "these are command-line tools: they talk to a terminal"
)]

mod bench;
mod check;
mod cli;
mod docs;
mod machine;
mod objects;
mod openapi;
mod postgres;
mod product;
mod python;
mod shell;
mod steps;
mod test;
mod tidy;
mod tour;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::cli::{Cli, Task};
use crate::shell::Shell;

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let shell = Shell::new()?;
    match &cli.command {
        Task::Build => product::build(&shell),
        Task::Demo { args } => product::demo(&shell, args),
        Task::Test(selection) => test::run(&shell, selection),
        Task::Check { advisories: true, .. } => check::advisories(&shell),
        Task::Check { selection, .. } => check::run(&shell, selection),
        Task::Tidy => tidy::run(&shell),
        Task::Openapi => openapi::write(&shell),
        Task::Tour { dir } => tour::run(&shell, dir),
        Task::Bench { what } => bench::run(&shell, what),
    }
}
