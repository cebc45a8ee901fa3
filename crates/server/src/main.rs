//! The `heedful` binary.

use std::process::ExitCode;

/// Gives back what is not needed any more: sealing, merging and answering come and go on many threads, of which the allocator of
/// the system keeps as much as each needed at its worst.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    heedful_server::cli::run()
}
