//! What the tests need from the machine, and how to get it: by apt on Debian as root, by a hint elsewhere.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::shell::{Shell, which};
use crate::steps::Outcome;

/// The oldest Node whose npm can install the web app, which then brings a newer Node of its own.
const NODE_MAJOR_MIN: u32 = 20;

#[derive(Clone, Copy)]
pub(crate) enum Tool {
    Chromium,
    Postgres,
    Python,
}

impl Tool {
    fn package(self) -> &'static str {
        match self {
            Tool::Chromium => "chromium",
            Tool::Postgres => "postgresql",
            Tool::Python => "python3-venv",
        }
    }

    /// Where the tool is: the browser or Python itself, or the folder of the PostgreSQL programs.
    fn find(self) -> Option<PathBuf> {
        match self {
            Tool::Chromium => find_chromium(),
            Tool::Postgres => find_postgres(),
            Tool::Python => find_python(),
        }
    }

    /// What a person types to get it, and what goes untested without it.
    fn advice(self) -> String {
        let is_mac = cfg!(target_os = "macos");
        match self {
            Tool::Chromium if is_mac => {
                "Browser tests need Chrome: `brew install --cask google-chrome`, or set CHROMIUM to its program."
            }
            Tool::Chromium => {
                "Browser tests need Chromium: install it (Debian: `apt-get install chromium`, Fedora: `dnf install \
                 chromium`), or set CHROMIUM to the program of a Chrome that is already here."
            }
            Tool::Postgres if is_mac => {
                "Tests on PostgreSQL need its server programs: `brew install postgresql@17`, then put its bin folder \
                 on the PATH."
            }
            Tool::Postgres => {
                "Tests on PostgreSQL need its server programs (Debian and Ubuntu: `apt-get install postgresql`, \
                 Fedora: `dnf install postgresql-server`), with initdb on the PATH."
            }
            Tool::Python => {
                "Whether other tools read the event table is tested with Python 3 and its venv (Debian: `apt-get \
                 install python3-venv`)."
            }
        }
        .to_owned()
    }
}

/// The tool, installed first where that is possible; what is left out without it otherwise.
pub(crate) fn require(shell: &Shell, tool: Tool) -> Result<Result<PathBuf, Outcome>> {
    if let Some(path) = tool.find() {
        return Ok(Ok(path));
    }
    if !can_install(shell)? {
        return Ok(Err(Outcome::LeftOut(tool.advice())));
    }
    install(shell, tool.package())?;
    let path = tool.find().with_context(|| format!("{} is installed and yet not found", tool.package()))?;
    Ok(Ok(path))
}

/// Everything that tests need and cargo and npm do not bring.
pub(crate) fn prepare(shell: &Shell) -> Result<Outcome> {
    let (major, version) = node_version(shell)?;
    println!("Node {version}");
    if major < NODE_MAJOR_MIN {
        bail!("Node {NODE_MAJOR_MIN} or newer is needed, and this is {version}");
    }
    let mut missing = Vec::new();
    for tool in [Tool::Postgres, Tool::Chromium] {
        match require(shell, tool)? {
            Ok(path) => println!("{}: {}", tool.package(), path.display()),
            Err(Outcome::LeftOut(advice)) => missing.push(advice),
            Err(Outcome::Done) => {}
        }
    }
    Ok(if missing.is_empty() { Outcome::Done } else { Outcome::LeftOut(missing.join(" ")) })
}

pub(crate) fn node_version(shell: &Shell) -> Result<(u32, String)> {
    let printed = shell
        .output(shell.command("node").arg("--version"))
        .with_context(|| format!("Node {NODE_MAJOR_MIN} or newer is needed, see https://nodejs.org"))?;
    let version = printed.trim().trim_start_matches('v');
    let major = version.split('.').next().and_then(|major| major.parse().ok());
    Ok((major.with_context(|| format!("`node --version` says {version:?}"))?, version.to_owned()))
}

pub(crate) fn is_root(shell: &Shell) -> Result<bool> {
    Ok(shell.output(shell.command("id").arg("-u"))?.trim() == "0")
}

fn can_install(shell: &Shell) -> Result<bool> {
    let os_release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    Ok(is_debian(&os_release) && which("apt-get").is_some() && is_root(shell)?)
}

/// Debian itself only: Ubuntu's chromium package merely points to a snap.
fn is_debian(os_release: &str) -> bool {
    os_release.lines().any(|line| matches!(line.trim(), "ID=debian" | "ID=\"debian\""))
}

fn install(shell: &Shell, package: &str) -> Result<()> {
    println!("Installing {package} with apt …");
    let apt_get = || {
        let mut command = shell.command("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet=2");
        command
    };
    shell.run(apt_get().arg("update"))?;
    shell.run(apt_get().args(["install", "--yes", "--no-install-recommends", package]))
}

/// A Python that can make environments.
fn find_python() -> Option<PathBuf> {
    let python = which("python3")?;
    let check = Command::new(&python).args(["-c", "import ensurepip, venv"]).stderr(Stdio::null()).status();
    check.is_ok_and(|status| status.success()).then_some(python)
}

fn find_chromium() -> Option<PathBuf> {
    let named = env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    let on_path = || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(which);
    let on_mac = || {
        let app = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
        app.is_file().then_some(app)
    };
    named.or_else(on_path).or_else(on_mac)
}

/// Debian keeps the server programs of each version in a folder off the path.
fn find_postgres() -> Option<PathBuf> {
    let on_path = || Some(which("initdb")?.canonicalize().ok()?.parent()?.to_path_buf());
    newest_postgres(Path::new("/usr/lib/postgresql")).or_else(on_path)
}

fn newest_postgres(versions: &Path) -> Option<PathBuf> {
    let version_of = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let (_, newest) = fs::read_dir(versions)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("bin/initdb").is_file())
        .filter_map(|path| Some((version_of(&path)?, path)))
        .max()?;
    Some(newest.join("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_debian_itself_is_debian() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(!is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(!is_debian(""));
    }

    #[test]
    fn the_newest_postgres_with_a_server_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9", "15", "17"] {
            fs::create_dir_all(folder.path().join(version).join("bin")).unwrap();
        }
        assert_eq!(newest_postgres(folder.path()), None);
        for version in ["9", "15"] {
            fs::write(folder.path().join(version).join("bin/initdb"), "").unwrap();
        }
        assert_eq!(newest_postgres(folder.path()), Some(folder.path().join("15/bin")));
    }
}
