//! How quickly the server is ready, and how much memory it keeps while nobody uses it.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use crate::bench::figure::{Figure, megabytes};
use crate::bench::server::{self, Server, Store};
use crate::shell::Shell;

const N_STARTS: usize = 5;
/// After this long, what was needed only to start is given back.
const IDLE_TIME: Duration = Duration::from_secs(5);
const READY_MS_MAX: f64 = 500.0;
const IDLE_MB_MAX: f64 = 80.0;

pub(crate) fn run(shell: &Shell, data: Option<&Path>) -> Result<Vec<Figure>> {
    server::prepare(shell)?;
    if let Some(data) = data {
        return measure(shell, &Store::embedded(data), "on the given folder");
    }
    let folder = tempfile::tempdir()?;
    let store = Store::embedded(folder.path());
    store.set_up(shell)?;
    measure(shell, &store, "on an empty workspace")
}

/// The median of several starts; the worst is named beside it.
pub(crate) fn measure(shell: &Shell, store: &Store, where_: &str) -> Result<Vec<Figure>> {
    let mut ready_ms = Vec::new();
    let mut idle_mb = Vec::new();
    for _ in 0..N_STARTS {
        let server = Server::start(shell, store)?;
        ready_ms.push(server.ready.as_secs_f64() * 1_000.0);
        sleep(IDLE_TIME);
        idle_mb.push(megabytes(server.memory()?.now_kb));
    }
    Ok(vec![
        median(&format!("ready after start, {where_}"), ready_ms, READY_MS_MAX, "ms"),
        median(&format!("resident memory when idle, {where_}"), idle_mb, IDLE_MB_MAX, "MB"),
    ])
}

fn median(what: &str, mut values: Vec<f64>, most: f64, unit: &'static str) -> Figure {
    values.sort_by(f64::total_cmp);
    let (median, worst) = (values[N_STARTS / 2], values[N_STARTS - 1]);
    Figure::at_most(what, most, median, unit).noting(format!("worst of {N_STARTS}: {worst:.0} {unit}"))
}
