//! The npm side: packages installed, the web app and the SDK built only when something changed.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::machine;
use crate::shell::Shell;

/// The oldest Node that runs the web app's tools and the browser tests.
const NODE_MAJOR_RUN: u32 = 22;
/// Neither sources nor worth reading.
const NOT_SOURCES: [&str; 6] =
    ["node_modules", "build", "dist", ".svelte-kit", "test-results", "playwright-report"];

/// What a build leaves.
const BUILT: [&str; 2] = ["build/index.html", "build/heedful.js"];

/// Installs the packages of a folder exactly as its lock file says.
pub(crate) fn install(shell: &Shell, folder: &str) -> Result<()> {
    let (major, version) = machine::node_version(shell)?;
    let folder_path = shell.root().join(folder);
    let wanted = digest(&[folder_path.join("package.json"), folder_path.join("package-lock.json")])?;
    let stamp = folder_path.join("node_modules/.heedful-install");
    if is_stamped(&stamp, &wanted) {
        return Ok(());
    }
    println!("Installing the packages of {folder}/ with Node {version} …");
    let mut npm = shell.command("npm");
    npm.current_dir(&folder_path).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    shell.run(&mut npm)?;
    if major < NODE_MAJOR_RUN && !shell.root().join("web/node_modules/.bin/node").exists() {
        bail!(
            "Node {NODE_MAJOR_RUN} or newer is needed here: this is {version}, and npm brought no newer one"
        );
    }
    fs::write(stamp, wanted)?;
    Ok(())
}

/// Builds the web app and the SDK for pages into `web/build`, where the server takes them from.
pub(crate) fn build(shell: &Shell) -> Result<()> {
    install(shell, "web")?;
    install(shell, "sdk")?;
    let (folder, sdk) = (shell.root().join("web"), shell.root().join("sdk"));
    let wanted = digest(&[sources(&folder)?, sources(&sdk)?].concat())?;
    let stamp = folder.join("node_modules/.heedful-build");
    if is_stamped(&stamp, &wanted) && BUILT.iter().all(|file| folder.join(file).is_file()) {
        return Ok(());
    }
    println!("Building the web app and the SDK for pages …");
    shell.run(npm(shell, "web")?.args(["run", "build"]))?;
    shell.run(npm(shell, "sdk")?.args(["run", "--silent", "build"]))?;
    fs::copy(sdk.join("dist/heedful.js"), folder.join(BUILT[1])).context("cannot copy the SDK")?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// Runs a script of a folder's package.json after making sure of its packages.
pub(crate) fn script(shell: &Shell, folder: &str, name: &str) -> Result<()> {
    install(shell, folder)?;
    shell.run(npm(shell, folder)?.args(["run", "--silent", name]))
}

/// npm in a folder, with a Node that is new enough: where the machine's is not, with the one that web/ installs.
pub(crate) fn npm(shell: &Shell, folder: &str) -> Result<Command> {
    let mut npm = shell.command("npm");
    npm.current_dir(shell.root().join(folder));
    if machine::node_version(shell)?.0 < NODE_MAJOR_RUN {
        npm.env("PATH", path_with(&shell.root().join("web/node_modules/.bin"))?);
    }
    Ok(npm)
}

fn path_with(first: &Path) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_path_buf()).chain(env::split_paths(&path));
    env::join_paths(folders).context("a folder on the PATH has a name that cannot be there")
}

fn is_stamped(stamp: &Path, wanted: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|found| found == wanted)
}

/// All files below a folder that a person wrote, in a steady order.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if !entry.file_type()?.is_dir() {
                files.push(entry.path());
            } else if !NOT_SOURCES.iter().any(|skipped| name == *skipped) {
                folders.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn digest(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        (file, bytes).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_leave_out_what_is_made() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["src/app.html", "build/index.html", "node_modules/a/b.js", "package.json"] {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, path).unwrap();
        }
        let found = sources(folder.path()).unwrap();
        assert_eq!(found, [folder.path().join("package.json"), folder.path().join("src/app.html")]);
    }

    #[test]
    fn a_digest_tells_contents_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("package.json");
        fs::write(&file, "{}").unwrap();
        let before = digest(std::slice::from_ref(&file)).unwrap();
        assert_eq!(digest(std::slice::from_ref(&file)).unwrap(), before);
        fs::write(&file, "{ }").unwrap();
        assert_ne!(digest(&[file]).unwrap(), before);
    }
}
