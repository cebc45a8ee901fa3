//! A server of objects on this machine, as S3 is one in the cloud, for the tests that need it.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::shell::Shell;

const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// Ends when it is dropped.
pub(crate) struct ObjectServer {
    process: Child,
    port: u16,
}

impl ObjectServer {
    /// Starts it and waits until it answers.
    pub(crate) fn start(shell: &Shell, python: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = shell.command(python);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let server = Self { process: process.context("cannot start the server of objects")?, port };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(began.elapsed() < STARTS_WITHIN, "the server of objects did not start");
            sleep(Duration::from_millis(100));
        }
        Ok(server)
    }

    /// What clients need to know of it.
    pub(crate) fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", "key".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
        ]
    }
}

impl Drop for ObjectServer {
    fn drop(&mut self) {
        // Whoever ended by itself needs no end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
