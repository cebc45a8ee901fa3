//! Taking: batches over connections that stay open, and meanwhile somebody who sends one event at a time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::data::Log;
use crate::bench::figure::Figure;
use crate::bench::http::{Client, Extra};
use crate::bench::server::Server;
use crate::shell::Shell;

const BATCH: usize = 500;
/// The one who sends single events waits so long after each answer.
const PAUSE: Duration = Duration::from_millis(5);
/// A server that is full says so, and is asked again.
const WAIT_WHEN_FULL: Duration = Duration::from_millis(100);

pub(super) fn run(
    shell: &Shell,
    server: &Server,
    token: &str,
    log: &Log,
    n_connections: usize,
) -> Result<Vec<Figure>> {
    let (next, is_over, n_full) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
    let cpu_before = server.cpu()?;
    let started = Instant::now();
    let mut latencies = thread::scope(|scope| -> Result<Vec<Duration>> {
        let send = || send(shell, Client::new(server.port, token), log, &next, &n_full);
        let senders: Vec<_> = (0..n_connections).map(|_| scope.spawn(send)).collect();
        let single = scope.spawn(|| send_one_by_one(Client::new(server.port, token), &is_over));
        let ended: Vec<Result<()>> = senders
            .into_iter()
            .map(|sender| sender.join().unwrap_or_else(|_| bail!("a sender panicked")))
            .collect();
        is_over.store(true, Ordering::Relaxed);
        let latencies = single.join().unwrap_or_else(|_| bail!("the single sender panicked"));
        ended.into_iter().collect::<Result<()>>()?;
        latencies
    })?;
    let took = started.elapsed().as_secs_f64();
    let cpu = server.cpu()?.saturating_sub(cpu_before).as_secs_f64();
    latencies.sort_unstable();
    let at = |share: usize| latencies[(latencies.len() * share).div_ceil(100).max(1) - 1].as_secs_f64() * 1e3;
    #[expect(clippy::cast_precision_loss, reason = "a number of events")]
    let n = log.len() as f64;
    let note =
        format!("{n_connections} connections, {} requests were asked again", n_full.load(Ordering::Relaxed));
    Ok(vec![
        Figure::at_most("processor time of the server for a million events", 2.0, cpu / n * 1e6, "s"),
        Figure::told("events a second", n / took, "").noting(note),
        Figure::at_most("one small request meanwhile, p99", 50.0, at(99), "ms").noting(format!(
            "p50 {:.1}, max {:.0} ms of {}",
            at(50),
            at(100),
            latencies.len()
        )),
    ])
}

fn send(
    shell: &Shell,
    mut client: Client,
    log: &Log,
    next: &AtomicUsize,
    n_full: &AtomicUsize,
) -> Result<()> {
    let mut body = String::new();
    loop {
        let first = next.fetch_add(BATCH, Ordering::Relaxed);
        if first >= log.len() {
            return Ok(());
        }
        if shell.is_interrupted() {
            bail!("interrupted");
        }
        let n = log.batch(first, BATCH, &mut body);
        loop {
            let extra = Extra { body: Some(("application/json", body.as_bytes())), version: None };
            match client.answer("POST", "/events", &extra)? {
                (200, answer) if answer["accepted"] == n => break,
                (503, _) => {
                    n_full.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(WAIT_WHEN_FULL);
                }
                (status, answer) => bail!("a batch was answered {status}: {answer}"),
            }
        }
    }
}

fn send_one_by_one(mut client: Client, is_over: &AtomicBool) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let body = format!(
            "{{\"event\":\"single\",\"distinct_id\":\"single\",\"id\":\"single-{}\"}}",
            latencies.len()
        );
        let extra = Extra { body: Some(("application/json", body.as_bytes())), version: None };
        let asked = Instant::now();
        if client.answer("POST", "/events", &extra)?.0 == 200 {
            latencies.push(asked.elapsed());
        }
        thread::sleep(PAUSE);
    }
    latencies.first().context("no single event was taken")?;
    Ok(latencies)
}
