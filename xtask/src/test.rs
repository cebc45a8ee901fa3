//! `cargo xtask test`: every test there is, with its own set-up.

use std::process::Command;

use anyhow::{Result, bail};

use crate::machine::{self, Tool};
use crate::objects::ObjectServer;
use crate::postgres::Cluster;
use crate::product::dev_binary;
use crate::python::{OBJECTS, OLD_SDK, READERS, SDKS};
use crate::shell::Shell;
use crate::steps::{self, Outcome, Selection, Step};
use crate::{docs, openapi, web};

const STEPS: [Step; 10] = [
    Step { name: "setup", title: "What the tests need from this machine", run: machine::prepare },
    Step { name: "web", title: "Web unit tests, types and lints", run: web_tests },
    Step { name: "rust", title: "Rust tests on SQLite", run: rust_tests },
    Step { name: "examples", title: "Examples in the documentation of the code", run: doc_tests },
    Step { name: "readers", title: "Other tools that read the event table", run: reader_tests },
    Step { name: "objects", title: "Rust tests with a server of objects", run: object_tests },
    Step { name: "postgres", title: "Rust tests on PostgreSQL", run: postgres_tests },
    Step {
        name: "openapi",
        title: "Freshness of the API description and its client",
        run: openapi::is_fresh,
    },
    Step { name: "docs", title: "Links and commands in the documentation", run: docs::test },
    Step { name: "browser", title: "Browser tests", run: browser_tests },
];

pub(crate) fn run(shell: &Shell, selection: &Selection) -> Result<()> {
    steps::run(shell, &STEPS, selection)
}

/// Types and lints of the web app and its browser tests, which both `test` and `check` look at.
pub(crate) fn web_lints(shell: &Shell) -> Result<Outcome> {
    for folder in ["web", "e2e", "sdk"] {
        web::script(shell, folder, "check")?;
        web::script(shell, folder, "lint")?;
    }
    Ok(Outcome::Done)
}

fn web_tests(shell: &Shell) -> Result<Outcome> {
    web::script(shell, "web", "test")?;
    web_lints(shell)
}

fn rust_tests(shell: &Shell) -> Result<Outcome> {
    // The server takes the web app in when it is compiled.
    web::build(shell)?;
    shell.run(rust_test_command(shell).env_remove("HEEDFUL_TEST_POSTGRES"))?;
    Ok(Outcome::Done)
}

fn doc_tests(shell: &Shell) -> Result<Outcome> {
    shell.run(shell.cargo().args(["test", "--doc", "--workspace"]))?;
    Ok(Outcome::Done)
}

fn reader_tests(shell: &Shell) -> Result<Outcome> {
    let python = match READERS.python(shell)? {
        Ok(python) => python,
        Err(left_out) => return Ok(left_out),
    };
    let mut tests = rust_test_command(shell);
    if has_nextest(shell) {
        tests.args(["--filterset", "binary(open_format)"]);
    }
    shell.run(tests.env("HEEDFUL_READERS", python))?;
    Ok(Outcome::Done)
}

/// Those tests that need one share a server of objects.
fn object_tests(shell: &Shell) -> Result<Outcome> {
    let python = match OBJECTS.python(shell)? {
        Ok(python) => python,
        Err(left_out) => return Ok(left_out),
    };
    let server = ObjectServer::start(shell, &python)?;
    let mut tests = rust_test_command(shell);
    if has_nextest(shell) {
        tests.args(["--filterset", "test(real_object_store)"]);
    }
    tests.env("HEEDFUL_S3", "1").envs(server.settings());
    shell.run(&mut tests)?;
    Ok(Outcome::Done)
}

fn postgres_tests(shell: &Shell) -> Result<Outcome> {
    let binaries = match machine::require(shell, Tool::Postgres)? {
        Ok(binaries) => binaries,
        Err(left_out) => return Ok(left_out),
    };
    web::build(shell)?;
    let cluster = Cluster::start(shell, &binaries)?;
    let mut tests = rust_test_command(shell);
    // Chosen by a filter and not by package, so that nothing is compiled again with other features.
    if has_nextest(shell) {
        tests.args(["--filterset", "package(heedful-db) | package(heedful-server)"]);
    }
    shell.run(tests.env("HEEDFUL_TEST_POSTGRES", cluster.url()))?;
    Ok(Outcome::Done)
}

fn browser_tests(shell: &Shell) -> Result<Outcome> {
    let chromium = match machine::require(shell, Tool::Chromium)? {
        Ok(chromium) => chromium,
        Err(left_out) => return Ok(left_out),
    };
    let binary = dev_binary(shell)?;
    if !binary.is_file() {
        bail!("{} was built and yet is not there", binary.display());
    }
    web::install(shell, "e2e")?;
    let mut playwright = web::npm(shell, "e2e")?;
    playwright.args(["test", "--silent"]).env("HEEDFUL_BIN", binary).env("CHROMIUM", chromium);
    for (name, environment) in [("HEEDFUL_PYTHON_SDKS", SDKS), ("HEEDFUL_OLD_PYTHON_SDK", OLD_SDK)] {
        match environment.python(shell)? {
            Ok(python) => drop(playwright.env(name, python)),
            Err(Outcome::LeftOut(reason)) => println!("{reason}"),
            Err(Outcome::Done) => {}
        }
    }
    shell.run(&mut playwright)?;
    Ok(Outcome::Done)
}

/// nextest where it is installed; compiling it would take longer than it saves.
fn rust_test_command(shell: &Shell) -> Command {
    let mut command = shell.cargo();
    if has_nextest(shell) {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        command.args(["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    }
    command
}

fn has_nextest(shell: &Shell) -> bool {
    shell.succeeds(shell.cargo().args(["nextest", "--version"]))
}
