//! The product itself: built for use, and served with the demo workspace.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::shell::{Shell, target_folder};
use crate::web;

pub(crate) fn build(shell: &Shell) -> Result<()> {
    let started = Instant::now();
    println!("[1/2] Web app …");
    web::build(shell)?;
    println!("[2/2] Release binary … (the first time this takes some minutes)");
    shell.run(shell.cargo().args(["build", "--release", "--bin", "heedful"]))?;
    println!("Built {} in {} s.", binary(Profile::Release)?.display(), started.elapsed().as_secs());
    Ok(())
}

pub(crate) fn demo(shell: &Shell, args: &[OsString]) -> Result<()> {
    build(shell)?;
    println!("Starting the demo; it says where to open it and how to sign in. Ctrl-C ends it.");
    // The server takes the place of this process, so that it gets signals and the terminal itself.
    let refusal = shell.command(binary(Profile::Release)?).arg("demo").args(args).exec();
    Err(refusal).context("cannot start the demo")
}

#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Dev,
    Release,
}

pub(crate) fn binary(profile: Profile) -> Result<PathBuf> {
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    Ok(target_folder()?.join(folder).join("heedful"))
}

/// The binary that tests drive, with the web app inside.
pub(crate) fn dev_binary(shell: &Shell) -> Result<PathBuf> {
    web::build(shell)?;
    shell.run(shell.cargo().args(["build", "--workspace", "--bin", "heedful"]))?;
    binary(Profile::Dev)
}
