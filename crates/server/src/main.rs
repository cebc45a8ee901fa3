//! The `heedful` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    heedful_server::cli::run()
}
