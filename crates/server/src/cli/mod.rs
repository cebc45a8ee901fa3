//! The command line. `heedful --help` is its reference.

mod args;
pub mod backup;
mod backup_events;
mod demo;
mod doctor;
pub mod export;
mod export_events;
mod import;
mod openapi;
mod private_file;
mod serve;
mod setup;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// Parses the command line, runs the command and says what went wrong.
pub fn run() -> ExitCode {
    let args = Args::parse();
    serve::start_logging(args.log_json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let done = runtime.block_on(async {
        match args.command {
            Command::Serve(options) => serve::serve(options).await,
            Command::Demo(options) => demo::demo(options).await,
            Command::Setup(options) => setup::setup(options).await,
            Command::Openapi => openapi::print(),
            Command::Backup(options) => setup::backup(options).await,
            Command::Export(options) => export::export(options).await,
            Command::Import(options) => import::import(options).await,
            Command::Restore(options) => setup::restore(options).await,
            Command::Doctor(options) => doctor::doctor(options).await,
            Command::Migrate(options) => setup::migrate(options).await,
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "a command line speaks to people there")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("heedful: {error:#}");
    ExitCode::FAILURE
}
