//! How quickly the server is ready, and how much memory it keeps while nobody uses it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::product::{self, Profile, binary};
use crate::shell::{self, Shell, free_port};

const N_STARTS: usize = 5;
const READY_TIME_MAX: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(2);
/// After this long, what was needed only to start is given back.
const IDLE_TIME: Duration = Duration::from_secs(5);

pub(crate) fn run(shell: &Shell, data: Option<&Path>) -> Result<()> {
    product::build(shell)?;
    let temporary = tempfile::tempdir()?;
    let data = if let Some(data) = data {
        data
    } else {
        set_up(shell, temporary.path())?;
        temporary.path()
    };
    let mut ready_ms = Vec::new();
    let mut idle_mb = Vec::new();
    for _ in 0..N_STARTS {
        let (ready, resident_kb) = start_once(shell, data)?;
        ready_ms.push(ready.as_millis());
        idle_mb.push(resident_kb / 1024);
    }
    ready_ms.sort_unstable();
    idle_mb.sort_unstable();
    println!("Over {N_STARTS} starts (median, worst):");
    println!("  ready after  {:>5} ms  {:>5} ms", ready_ms[N_STARTS / 2], ready_ms[N_STARTS - 1]);
    println!("  idle memory  {:>5} MB  {:>5} MB", idle_mb[N_STARTS / 2], idle_mb[N_STARTS - 1]);
    Ok(())
}

fn set_up(shell: &Shell, data: &Path) -> Result<()> {
    let mut setup = shell.command(binary(Profile::Release)?);
    setup.arg("setup").arg("--data").arg(data).args(["--email", "owner@example.com"]);
    setup.args(["--password", "a password for measuring", "--workspace", "Measuring", "--json"]);
    shell.run(setup.stdout(Stdio::null()))
}

fn start_once(shell: &Shell, data: &Path) -> Result<(Duration, u64)> {
    let port = free_port()?;
    let started = Instant::now();
    let mut server = shell
        .command(binary(Profile::Release)?)
        .arg("serve")
        .arg("--data")
        .arg(data)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .context("cannot start the server")?;
    let measured = measure(&mut server, port, started);
    shell::end(&mut server)?;
    measured
}

fn measure(server: &mut Child, port: u16, started: Instant) -> Result<(Duration, u64)> {
    while !is_ready(port) {
        if let Some(status) = server.try_wait()? {
            bail!("the server ended before it was ready ({status})");
        }
        if started.elapsed() > READY_TIME_MAX {
            bail!("the server was not ready after {} s", READY_TIME_MAX.as_secs());
        }
        sleep(POLL_INTERVAL);
    }
    let ready = started.elapsed();
    sleep(IDLE_TIME);
    let status = fs::read_to_string(format!("/proc/{}/status", server.id()))
        .context("memory is read from /proc, which only Linux has")?;
    Ok((ready, resident_kb(&status).context("/proc tells no resident memory")?))
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn resident_kb(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn resident_memory_is_found_in_the_status() {
        assert_eq!(super::resident_kb("VmPeak:\t 100 kB\nVmRSS:\t  51234 kB\n"), Some(51_234));
        assert_eq!(super::resident_kb("VmPeak:\t 100 kB\n"), None);
    }
}
