//! What a browser loads before the first page of the web app runs.

use anyhow::Result;

use crate::shell::Shell;
use crate::web;

pub(crate) fn run(shell: &Shell) -> Result<()> {
    web::build(shell)?;
    web::script(shell, "web", "size")
}
