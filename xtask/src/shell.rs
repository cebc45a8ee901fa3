//! Commands run on behalf of a task: in the repository, with a time limit, and ended when the task is interrupted.

use std::env;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A command that runs longer hangs: a cold release build on two slow cores stays well below.
const COMMAND_TIME_MAX: Duration = Duration::from_hours(1);
/// How long a command that was asked to end may take before it is killed.
const END_TIME_MAX: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

pub(crate) struct Shell {
    root: PathBuf,
    interrupted: Arc<AtomicBool>,
}

impl Shell {
    /// Takes over Ctrl-C, so that a running command is ended and what the task started is put away.
    pub(crate) fn new() -> Result<Shell> {
        let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root =
            manifest_dir.parent().context("the tools live in a folder of the repository")?.to_path_buf();
        let interrupted = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&interrupted);
        ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).context("cannot listen to Ctrl-C")?;
        Ok(Shell { root, interrupted })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A command that starts in the root of the repository.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that runs these tools, without what it told them of themselves: build scripts that watch such
    /// variables would be run again, and what depends on them compiled again, at each turn from cargo to these tools.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in env::vars_os() {
            let told = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
            if name.to_str().is_some_and(|name| told.iter().any(|start| name.starts_with(start))) {
                cargo.env_remove(&name);
            }
        }
        cargo
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Runs a command whose output the reader sees.
    pub(crate) fn run(&self, command: &mut Command) -> Result<()> {
        let status = self.wait(command)?.1;
        if !status.success() {
            bail!("{} failed ({status})", describe(command));
        }
        Ok(())
    }

    /// Runs a command and gives what it printed; its errors the reader sees.
    pub(crate) fn output(&self, command: &mut Command) -> Result<String> {
        command.stdout(Stdio::piped());
        let (printed, status) = self.wait(command)?;
        if !status.success() {
            bail!("{} failed ({status})", describe(command));
        }
        String::from_utf8(printed)
            .with_context(|| format!("{} printed something else than text", describe(command)))
    }

    /// Runs a command that only answers yes or no.
    pub(crate) fn succeeds(&self, command: &mut Command) -> bool {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.wait(command).is_ok_and(|(_, status)| status.success())
    }

    fn wait(&self, command: &mut Command) -> Result<(Vec<u8>, ExitStatus)> {
        // A group of its own lets the command be ended together with everything it started.
        let mut child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", describe(command)))?;
        let reader = child.stdout.take().map(|mut stdout| {
            std::thread::spawn(move || {
                let mut printed = Vec::new();
                stdout.read_to_end(&mut printed).map(|_| printed)
            })
        });
        let status = self.wait_for_end(&mut child, command)?;
        let printed = match reader.map(std::thread::JoinHandle::join) {
            None => Vec::new(),
            Some(Ok(printed)) => printed?,
            Some(Err(_)) => bail!("reading the output of {} failed", describe(command)),
        };
        Ok((printed, status))
    }

    fn wait_for_end(&self, child: &mut Child, command: &Command) -> Result<ExitStatus> {
        let started = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if self.is_interrupted() {
                end(child)?;
                bail!("interrupted");
            }
            if started.elapsed() > COMMAND_TIME_MAX {
                end(child)?;
                bail!("{} ran longer than {} minutes", describe(command), COMMAND_TIME_MAX.as_secs() / 60);
            }
            sleep(POLL_INTERVAL);
        }
    }
}

/// Asks a command and everything it started to end, and makes it.
pub(crate) fn end(child: &mut Child) -> Result<()> {
    signal("-TERM", child)?;
    let asked = Instant::now();
    while child.try_wait()?.is_none() {
        if asked.elapsed() > END_TIME_MAX {
            signal("-KILL", child)?;
            child.wait()?;
            break;
        }
        sleep(POLL_INTERVAL);
    }
    Ok(())
}

/// The folder cargo builds into, taken from where these tools themselves were built.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let tool = env::current_exe().context("cannot tell where the tools were built")?;
    let target = tool.ancestors().nth(2).context("cargo builds the tools into target/<profile>")?;
    Ok(target.to_path_buf())
}

fn signal(name: &str, child: &Child) -> Result<()> {
    let group = format!("-{}", child.id());
    // A group that is already gone is what we want, so the answer does not matter.
    Command::new("kill")
        .args([name, "--", &group])
        .stderr(Stdio::null())
        .status()
        .context("cannot run kill")?;
    Ok(())
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    format!("`{line}`")
}

/// The first program of that name on the path.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A port that nobody listens on now.
pub(crate) fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}
