//! How the product bears many events: taking them over HTTP, keeping them, answering about them.

mod data;
mod questions;
mod taking;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use self::data::Log;
use super::figure::{Figure, megabytes};
use super::http::Client;
use super::server::{self, Server, Store};
use crate::shell::Shell;

#[derive(Args)]
pub(crate) struct EventsArgs {
    /// How many events are sent.
    #[arg(long, default_value_t = 10_000_000)]
    n: u32,
    /// A data folder to keep; what was sent into it before is not sent again.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Connections that send at the same time.
    #[arg(long, default_value_t = 4)]
    connections: usize,
}

/// Sealing and merging begin each minute.
const SEALED_WITHIN: Duration = Duration::from_mins(5);
const POLL: Duration = Duration::from_secs(65);

pub(crate) fn run(shell: &Shell, args: &EventsArgs) -> Result<Vec<Figure>> {
    server::prepare(shell)?;
    let temporary = tempfile::tempdir()?;
    let data = args.data.clone().unwrap_or_else(|| temporary.path().join("data"));
    let store = Store::embedded(&data);
    let kept_token = data.join("bench-token");
    let token = if let Ok(token) = fs::read_to_string(&kept_token) {
        token
    } else {
        let token = store.set_up(shell)?;
        fs::write(&kept_token, &token)?;
        token
    };
    let mut figures = Vec::new();
    let server = Server::start(shell, &store)?;
    let mut client = Client::new(server.port, &token);
    let n_there =
        client.get("/events?limit=1")?["total"].as_u64().context("a list says how many there are")?;
    if n_there < u64::from(args.n) {
        let log = Log::new(args.n, now()?);
        let keys = client.get("/capture-keys")?;
        let key = keys["items"][0]["key"].as_str().context("a workspace has a key")?;
        figures.extend(taking::run(shell, &server, key, &log, args.connections)?);
        figures.push(freshness(&mut client)?);
        figures.push(disk(&mut client, args.n)?);
    }
    let memory = server.memory()?;
    figures.push(Figure::at_most("resident memory, peak of taking", 512.0, megabytes(memory.peak_kb), "MB"));
    drop(server);
    let server = Server::start(shell, &store)?;
    let ready = server.ready.as_secs_f64() * 1e3;
    figures.push(Figure::at_most("ready after start, all events stored", 1_000.0, ready, "ms"));
    figures.extend(questions::run(shell, &server, &token)?);
    let memory = server.memory()?;
    figures.push(Figure::at_most(
        "resident memory, peak of all questions",
        512.0,
        megabytes(memory.peak_kb),
        "MB",
    ));
    Ok(figures)
}

/// From the answer to an event until a question counts it.
fn freshness(client: &mut Client) -> Result<Figure> {
    const TIMES: u32 = 30;
    let mut worst = Duration::ZERO;
    for n in 0..TIMES {
        let name = format!("fresh {n}");
        client.post("/events", &json!({"event": name, "distinct_id": "somebody"}))?;
        let taken = Instant::now();
        let question =
            json!({"kind": "trend", "interval": "all", "from": "-1d", "series": [{"event": name}]});
        while client.post("/analytics/query", &question)?["series"][0]["values"][0] != json!(1.0) {}
        worst = worst.max(taken.elapsed());
    }
    Ok(Figure::at_most(
        "from the answer to an event until a question counts it, worst of 30",
        1_000.0,
        worst.as_secs_f64() * 1e3,
        "ms",
    ))
}

/// Bytes of the table, once everything is sealed and merged.
fn disk(client: &mut Client, n: u32) -> Result<Figure> {
    let deadline = Instant::now() + SEALED_WITHIN;
    let mut before = f64::NAN;
    loop {
        std::thread::sleep(POLL);
        let metrics = client.get_text("/metrics")?;
        let [table, unsealed] = ["heedful_event_table_bytes", "heedful_event_unsealed_bytes"].map(|name| {
            let mut lines =
                metrics.lines().filter_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
            lines.next_back().unwrap_or(f64::NAN)
        });
        let is_settled = (table - before).abs() < 1.0 && unsealed < 1.0;
        if is_settled || Instant::now() > deadline {
            let note = format!("{unsealed:.0} bytes are not sealed yet");
            return Ok(
                Figure::at_most("bytes an event in the table", 20.0, table / f64::from(n), "B").noting(note)
            );
        }
        before = table;
    }
}

#[expect(clippy::disallowed_methods, reason = "the server under test has the system's clock too")]
fn now() -> Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64())
}
