//! Tools of others that read the table of events, in a Python environment of their own.

use std::path::PathBuf;

use anyhow::Result;

use crate::machine::{self, Tool};
use crate::shell::{Shell, target_folder};
use crate::steps::Outcome;

const PACKAGES: [&str; 3] = ["duckdb", "polars", "deltalake"];

/// A Python that has them, made first where that is possible.
pub(crate) fn python(shell: &Shell) -> Result<Result<PathBuf, Outcome>> {
    let dir = target_folder()?.join("readers");
    let python = dir.join("bin").join("python");
    let imports = format!("import {}", PACKAGES.join(", "));
    let has_all = || shell.succeeds(shell.command(&python).args(["-c", &imports]));
    if has_all() {
        return Ok(Ok(python));
    }
    let system = match machine::require(shell, Tool::Python)? {
        Ok(system) => system,
        Err(left_out) => return Ok(Err(left_out)),
    };
    println!("Installing {} into {} …", PACKAGES.join(", "), dir.display());
    shell.run(shell.command(system).args(["-m", "venv", "--clear"]).arg(&dir))?;
    let mut pip = shell.command(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    if shell.succeeds(pip.args(PACKAGES)) && has_all() {
        return Ok(Ok(python));
    }
    Ok(Err(Outcome::LeftOut(format!(
        "Whether other tools read the event table was not tested: pip could not install {}.",
        PACKAGES.join(", ")
    ))))
}
