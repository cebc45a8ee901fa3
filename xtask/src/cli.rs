//! The commands and their options.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::bench::Bench;
use crate::steps::Selection;

/// Tools for building, running, testing and checking Heedful.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Task,
}

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Build the web app and the release binary.
    Build,
    /// Build everything and serve the demo workspace.
    Demo {
        /// Arguments handed on to `heedful demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Install what the tests need and run all of them.
    Test(Selection),
    /// Check formatting, lints, documentation, licences and the rules of the code.
    Check {
        #[command(flatten)]
        selection: Selection,
        /// Also look for known vulnerabilities in dependencies; this downloads the advisory database.
        #[arg(long)]
        advisories: bool,
    },
    /// Prove the rules of the code: dependency direction, sizes, nothing copied in.
    Tidy,
    /// Write openapi.json from the code, and the typed web client from it.
    Openapi,
    /// Take a screenshot of every page of the demo, light and dark, wide and narrow.
    Tour {
        /// Where the pictures go.
        dir: PathBuf,
    },
    /// Measure what docs/numbers.md promises.
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
}
