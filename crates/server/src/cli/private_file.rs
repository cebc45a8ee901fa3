//! Files that only their owner may read.

use std::fs::File;
use std::path::Path;

use anyhow::Context;

/// A file of everything that customers said, so only its owner may read it.
pub(super) fn create_private(file: &Path) -> anyhow::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).with_context(|| format!("cannot write {}", file.display()))
}
