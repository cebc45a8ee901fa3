//! `cargo xtask tour DIR`: a picture of every page of the demo, for people to look at.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::machine::{self, Tool};
use crate::product::dev_binary;
use crate::shell::Shell;
use crate::steps::Outcome;
use crate::web;

pub(crate) fn run(shell: &Shell, dir: &Path) -> Result<()> {
    let chromium = match machine::require(shell, Tool::Chromium)? {
        Ok(chromium) => chromium,
        Err(Outcome::LeftOut(advice)) => bail!("{advice}"),
        Err(Outcome::Done) => bail!("no browser was found"),
    };
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let dir = dir.canonicalize()?;
    let binary = dev_binary(shell)?;
    web::install(shell, "e2e")?;
    let mut tour = web::npm(shell, "e2e")?;
    tour.args(["run", "--silent", "tour"])
        .env("HEEDFUL_BIN", binary)
        .env("CHROMIUM", chromium)
        .env("TOUR_DIR", &dir);
    shell.run(&mut tour)?;
    println!("The pictures are in {}.", dir.display());
    Ok(())
}
