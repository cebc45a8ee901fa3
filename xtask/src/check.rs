//! `cargo xtask check`: everything that can be said of the code without running it.

use anyhow::Result;

use crate::shell::Shell;
use crate::steps::{self, Outcome, Selection, Step};
use crate::{test, tidy, web};

const STEPS: [Step; 6] = [
    Step { name: "tidy", title: "Rules of the code", run: tidy_up },
    Step { name: "format", title: "Formatting", run: format },
    Step { name: "web", title: "Web types and lints", run: test::web_lints },
    Step { name: "clippy", title: "Lints", run: clippy },
    Step { name: "rustdoc", title: "Documentation of the code", run: rustdoc },
    Step { name: "deny", title: "Licences and origins of dependencies", run: licences },
];

pub(crate) fn run(shell: &Shell, selection: &Selection) -> Result<()> {
    steps::run(shell, &STEPS, selection)
}

/// Apart from the rest, because it needs the network and changes without any change here.
pub(crate) fn advisories(shell: &Shell) -> Result<()> {
    install_deny(shell)?;
    shell.run(shell.cargo().args(["deny", "check", "advisories"]))
}

fn tidy_up(shell: &Shell) -> Result<Outcome> {
    tidy::run(shell)?;
    Ok(Outcome::Done)
}

fn format(shell: &Shell) -> Result<Outcome> {
    shell.run(shell.cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::Done)
}

fn clippy(shell: &Shell) -> Result<Outcome> {
    web::build(shell)?;
    shell.run(shell.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    Ok(Outcome::Done)
}

fn rustdoc(shell: &Shell) -> Result<Outcome> {
    web::build(shell)?;
    let mut doc = shell.cargo();
    doc.args(["doc", "--workspace", "--no-deps", "--document-private-items"])
        .env("RUSTDOCFLAGS", "-D warnings");
    shell.run(&mut doc)?;
    Ok(Outcome::Done)
}

fn licences(shell: &Shell) -> Result<Outcome> {
    install_deny(shell)?;
    shell.run(shell.cargo().args(["deny", "check", "bans", "licenses", "sources"]))?;
    Ok(Outcome::Done)
}

fn install_deny(shell: &Shell) -> Result<()> {
    if shell.succeeds(shell.cargo().args(["deny", "--version"])) {
        return Ok(());
    }
    println!("Installing cargo-deny; this takes some minutes, once …");
    shell.run(shell.cargo().args(["install", "--locked", "--quiet", "cargo-deny"]))
}
