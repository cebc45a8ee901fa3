//! The release binary as the measurements run it: on a folder of its own, watched from outside.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::bench::http::Client;
use crate::product::{self, Profile};
use crate::shell::{self, Shell, free_port};

const READY_TIME_MAX: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// Measure this binary instead of building one.
const BINARY_VARIABLE: &str = "HEEDFUL_BIN";

/// Makes sure that there is something to measure.
pub(crate) fn prepare(shell: &Shell) -> Result<()> {
    if env::var_os(BINARY_VARIABLE).is_some() { Ok(()) } else { product::build(shell) }
}

fn binary() -> Result<PathBuf> {
    env::var_os(BINARY_VARIABLE).map_or_else(|| product::binary(Profile::Release), |path| Ok(path.into()))
}

/// Where a server keeps everything.
pub(crate) struct Store {
    pub(crate) data: PathBuf,
    /// PostgreSQL; the embedded database when there is none.
    pub(crate) database_url: Option<String>,
}

impl Store {
    pub(crate) fn embedded(data: &Path) -> Store {
        Store { data: data.to_path_buf(), database_url: None }
    }

    fn command(&self, shell: &Shell, name: &str) -> Result<Command> {
        let mut command = shell.command(binary()?);
        command.arg(name).arg("--data").arg(&self.data);
        if let Some(url) = &self.database_url {
            command.env("HEEDFUL_DATABASE_URL", url);
        }
        Ok(command)
    }

    /// Makes the first owner and gives a token of theirs.
    pub(crate) fn set_up(&self, shell: &Shell) -> Result<String> {
        let mut setup = self.command(shell, "setup")?;
        setup.args(["--email", "owner@example.com", "--password", "a password for measuring"]);
        setup.args(["--workspace", "Measuring", "--json"]);
        let printed: Value = serde_json::from_str(&shell.output(&mut setup)?)?;
        let token = printed["api_token"].as_str().context("setup prints a token")?;
        Ok(token.to_owned())
    }
}

pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// From the start of the process to its first answer that it is ready.
    pub(crate) ready: Duration,
}

impl Server {
    pub(crate) fn start(shell: &Shell, store: &Store) -> Result<Server> {
        let port = free_port()?;
        let started = Instant::now();
        let child = store
            .command(shell, "serve")?
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("cannot start the server")?;
        // Dropped on failure, which ends the process.
        let mut server = Server { child, port, ready: Duration::ZERO };
        while !is_ready(port) {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended before it was ready ({status})");
            }
            if started.elapsed() > READY_TIME_MAX {
                bail!("the server was not ready after {} s", READY_TIME_MAX.as_secs());
            }
            sleep(POLL_INTERVAL);
        }
        server.ready = started.elapsed();
        Ok(server)
    }

    /// Processor time that the server has used so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))
            .context("processor time is read from /proc, which only Linux has")?;
        cpu_of(&stat).context("/proc tells no processor time")
    }

    pub(crate) fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("memory is read from /proc, which only Linux has")?;
        Memory::read(&status).context("/proc tells no resident memory")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing can be done about a process that does not end, and the measurement is made.
        let _ = shell::end(&mut self.child);
    }
}

/// Resident memory in kilobytes, mapped files included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) now_kb: u64,
    pub(crate) peak_kb: u64,
}

impl Memory {
    fn read(status: &str) -> Option<Memory> {
        let kb = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Some(Memory { now_kb: kb("VmRSS:")?, peak_kb: kb("VmHWM:")? })
    }
}

/// User and system time: the 12th and 13th field after the name in brackets, in hundredths of a second.
fn cpu_of(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

fn is_ready(port: u16) -> bool {
    Client::new(port, "").get_status("/readyz").is_ok_and(|status| status == 200)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Memory, cpu_of};

    #[test]
    fn processor_time_is_user_and_system_time() {
        let stat = "17 (a name) with) S 1 17 17 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 100";
        assert_eq!(cpu_of(stat), Some(Duration::from_secs(3)));
    }

    #[test]
    fn resident_memory_is_found_in_the_status() {
        let status = "VmPeak:\t 100 kB\nVmHWM:\t  60000 kB\nVmRSS:\t  51234 kB\n";
        let memory = Memory { now_kb: 51_234, peak_kb: 60_000 };
        assert_eq!(Memory::read(status), Some(memory));
        assert_eq!(Memory::read("VmPeak:\t 100 kB\n"), None);
    }
}
