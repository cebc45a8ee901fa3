//! The description of the API: written from the code, and the typed web client from it.

use std::fs;

use anyhow::{Result, bail};

use crate::product::dev_binary;
use crate::shell::Shell;
use crate::steps::Outcome;
use crate::web;

const DESCRIPTION: &str = "openapi.json";
const CLIENT: &str = "web/src/lib/api/schema.d.ts";

pub(crate) fn write(shell: &Shell) -> Result<()> {
    fs::write(shell.root().join(DESCRIPTION), describe(shell)?)?;
    web::script(shell, "web", "api")?;
    println!("Wrote {DESCRIPTION} and {CLIENT}.");
    Ok(())
}

/// Fails when either file is not what the code of now would give, and leaves both as they were.
pub(crate) fn is_fresh(shell: &Shell) -> Result<Outcome> {
    let committed = fs::read_to_string(shell.root().join(DESCRIPTION))?;
    if committed != describe(shell)? {
        bail!("{DESCRIPTION} is stale: run `cargo xtask openapi` and commit what it writes");
    }
    let client_path = shell.root().join(CLIENT);
    let client = fs::read_to_string(&client_path)?;
    let generated = web::script(shell, "web", "api").and_then(|()| Ok(fs::read_to_string(&client_path)?));
    fs::write(&client_path, &client)?;
    if client != generated? {
        bail!("{CLIENT} is stale: run `cargo xtask openapi` and commit what it writes");
    }
    Ok(Outcome::Done)
}

fn describe(shell: &Shell) -> Result<String> {
    let binary = dev_binary(shell)?;
    let printed = shell.output(shell.command(binary).arg("openapi"))?;
    Ok(format!("{}\n", printed.trim_end()))
}
