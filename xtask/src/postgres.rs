//! A throw-away PostgreSQL cluster for tests: made in a temporary folder, stopped and deleted when dropped.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::machine;
use crate::shell::{Shell, free_port};

/// Tests run side by side, each with a few connections.
const CONNECTIONS_MAX: u32 = 300;

pub(crate) struct Cluster {
    folder: TempDir,
    binaries: PathBuf,
    user: Option<User>,
    port: u16,
    password: String,
}

/// PostgreSQL refuses to run as root, so root runs it as somebody else.
#[derive(Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

impl Cluster {
    pub(crate) fn start(shell: &Shell, binaries: &Path) -> Result<Cluster> {
        let user = if machine::is_root(shell)? { Some(unprivileged_user(shell)?) } else { None };
        // Root's own temporary folder may be closed to the other user; /tmp is open to everybody.
        let parent = if user.is_some() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("heedful-postgres-").tempdir_in(parent)?;
        give(folder.path(), user)?;
        let cluster = Cluster {
            folder,
            binaries: binaries.to_path_buf(),
            user,
            port: free_port()?,
            password: password()?,
        };
        cluster.init(shell)?;
        cluster.launch(shell)?;
        Ok(cluster)
    }

    /// Where tests connect, as the superuser of this cluster.
    pub(crate) fn url(&self) -> String {
        format!("postgres://heedful:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }

    fn init(&self, shell: &Shell) -> Result<()> {
        let password_file = self.folder.path().join("password");
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&password_file)?;
        writeln!(file, "{}", self.password)?;
        give(&password_file, self.user)?;
        let mut initdb = self.program("initdb");
        initdb.args(["--username=heedful", "--auth=password", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        initdb.arg("--pwfile").arg(&password_file).stdout(Stdio::null());
        shell.run(&mut initdb).context("cannot make a PostgreSQL cluster")?;
        let mut configuration =
            fs::OpenOptions::new().append(true).open(self.data().join("postgresql.conf"))?;
        // Nothing of it outlives the tests, so nothing needs to reach the disk.
        write!(
            configuration,
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = \
             {CONNECTIONS_MAX}\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n",
            self.port
        )?;
        Ok(())
    }

    fn launch(&self, shell: &Shell) -> Result<()> {
        let log = self.folder.path().join("log");
        let mut start = self.program("pg_ctl");
        start.args(["start", "--wait", "--silent", "--log"]).arg(&log).stdout(Stdio::null());
        shell.run(&mut start).with_context(|| {
            format!("cannot start PostgreSQL: {}", fs::read_to_string(&log).unwrap_or_default().trim())
        })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.join(name));
        command.current_dir(self.folder.path()).arg("--pgdata").arg(self.data());
        for variable in ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"] {
            command.env_remove(variable);
        }
        if let Some(User { uid, gid }) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Cluster {
    /// Also reached after a failure or Ctrl-C; the folder is deleted by its own drop afterwards.
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--mode=immediate", "--wait", "--silent"]);
        // A server that never started cannot be stopped, and that is no trouble.
        let _ = stop.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn unprivileged_user(shell: &Shell) -> Result<User> {
    let exists = |name: &&str| shell.succeeds(shell.command("id").args(["-u", name]));
    let name = ["postgres", "nobody"].into_iter().find(exists);
    let name = name.context("as root, a user `postgres` or `nobody` must exist to run PostgreSQL")?;
    let number = |kind: &str| -> Result<u32> {
        Ok(shell.output(shell.command("id").args([kind, name]))?.trim().parse()?)
    };
    Ok(User { uid: number("-u")?, gid: number("-g")? })
}

fn give(path: &Path, user: Option<User>) -> Result<()> {
    let Some(User { uid, gid }) = user else { return Ok(()) };
    chown(path, Some(uid), Some(gid)).with_context(|| format!("cannot give {} away", path.display()))
}

/// Other people of this machine can reach the port too.
fn password() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
