//! Python packages that tests talk to, each set in an environment of its own.

use std::path::PathBuf;

use anyhow::Result;

use crate::machine::{self, Tool};
use crate::shell::{Shell, target_folder};
use crate::steps::Outcome;

/// Some packages, installed together.
pub(crate) struct Environment {
    /// Its folder in the target folder.
    pub folder: &'static str,
    /// As pip knows them.
    pub packages: &'static [&'static str],
    /// What shows that they are there.
    pub imports: &'static [&'static str],
    /// What is not tested without them.
    pub purpose: &'static str,
}

/// Readers of the table of events.
pub(crate) const READERS: Environment = Environment {
    folder: "readers",
    packages: &["duckdb", "polars", "deltalake"],
    imports: &["duckdb", "polars", "deltalake"],
    purpose: "Whether other tools read the event table",
};

/// A server of objects, as S3 is one.
pub(crate) const OBJECTS: Environment = Environment {
    folder: "objects",
    packages: &["moto[server]"],
    imports: &["moto.server"],
    purpose: "Whether events can be in an object store",
};

/// SDKs that send events.
pub(crate) const SDKS: Environment = Environment {
    folder: "sdks",
    packages: &["posthog", "segment-analytics-python", "rudder-sdk-python"],
    imports: &["posthog", "segment.analytics", "rudderstack.analytics"],
    purpose: "Whether the Python SDKs of other tools can send events",
};

/// An SDK that speaks an older protocol, as apps in the field do.
pub(crate) const OLD_SDK: Environment = Environment {
    folder: "old-sdk",
    packages: &["posthog==3.7.0"],
    imports: &["posthog"],
    purpose: "Whether an old Python SDK can send events",
};

impl Environment {
    /// A Python that has the packages, made first where that is possible.
    pub(crate) fn python(&self, shell: &Shell) -> Result<Result<PathBuf, Outcome>> {
        let dir = target_folder()?.join(self.folder);
        let python = dir.join("bin").join("python");
        let imports = format!("import {}", self.imports.join(", "));
        let has_all = || shell.succeeds(shell.command(&python).args(["-c", &imports]));
        if has_all() {
            return Ok(Ok(python));
        }
        let system = match machine::require(shell, Tool::Python)? {
            Ok(system) => system,
            Err(left_out) => return Ok(Err(left_out)),
        };
        let packages = self.packages.join(", ");
        println!("Installing {packages} into {} …", dir.display());
        shell.run(shell.command(system).args(["-m", "venv", "--clear"]).arg(&dir))?;
        let mut pip = shell.command(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        if shell.succeeds(pip.args(["--only-binary", ":all:"]).args(self.packages)) && has_all() {
            return Ok(Ok(python));
        }
        let purpose = self.purpose;
        Ok(Err(Outcome::LeftOut(format!("{purpose} was not tested: pip could not install {packages}."))))
    }
}
