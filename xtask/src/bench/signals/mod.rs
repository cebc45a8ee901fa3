//! How the product bears many signals: importing them, remembering them, and answering about them.

mod args;
mod arrivals;
mod data;
mod fill;
mod kinds;
mod load;

use std::time::Duration;

use anyhow::Result;

pub(crate) use self::args::SignalsArgs;
use self::fill::Filled;
use self::load::Latencies;
use super::figure::{Figure, megabytes};
use super::server::{self, Server, Store};
use super::start;
use crate::shell::Shell;

const P99_MS_MAX: f64 = 50.0;
/// What the first requests after a start load into memory is not measured.
const WARM_UP: Duration = Duration::from_secs(2);

pub(crate) fn run(shell: &Shell, args: &SignalsArgs) -> Result<Vec<Figure>> {
    server::prepare(shell)?;
    let temporary = tempfile::tempdir()?;
    let data = args.data.clone().unwrap_or_else(|| temporary.path().join("data"));
    let store = Store { data, database_url: args.database_url.clone() };
    let mut figures = Vec::new();
    let filled = match Filled::find(&store.data)? {
        Some(filled) => filled,
        None => fill::fill(shell, &store, args.n, &mut figures)?,
    };
    figures.extend(start::measure(shell, &store, &format!("over {} signals", args.n))?);
    figures.extend(answers(shell, &store, &filled, args)?);
    Ok(figures)
}

fn answers(shell: &Shell, store: &Store, filled: &Filled, args: &SignalsArgs) -> Result<Vec<Figure>> {
    let server = Server::start(shell, store)?;
    let mut figures = arrivals::meanwhile(server.port, filled, || latencies(shell, &server, filled, args))?;
    let memory = server.memory()?;
    let note = format!("peak {:.0} MB", megabytes(memory.peak_kb));
    figures.push(
        Figure::told("resident memory after all requests", megabytes(memory.now_kb), "MB").noting(note),
    );
    Ok(figures)
}

fn latencies(shell: &Shell, server: &Server, filled: &Filled, args: &SignalsArgs) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for kind in kinds::all(filled) {
        if args.only.as_ref().is_some_and(|only| !kind.name.contains(only.as_str())) {
            continue;
        }
        let target = load::Target { port: server.port, token: &filled.token };
        load::send(shell, &target, &kind.paths, args.rate, WARM_UP)?;
        let cpu_before = server.cpu()?;
        let measured =
            load::send(shell, &target, &kind.paths, args.rate, Duration::from_secs(args.seconds.into()))?;
        let cpu_ms = server.cpu()?.saturating_sub(cpu_before).as_secs_f64() * 1_000.0
            / f64::from(args.rate * args.seconds);
        println!("{:<40} {measured} processor {cpu_ms:>6.1} ms", kind.name);
        figures.push(figure(kind.name, &measured, cpu_ms));
    }
    Ok(figures)
}

/// Processor time beside latency tells a slow answer from a busy machine.
fn figure(name: &str, measured: &Latencies, cpu_ms: f64) -> Figure {
    let ms = |share: u32| measured.quantile(share).as_secs_f64() * 1_000.0;
    let note =
        format!("p50 {:.1}, p95 {:.1}, max {:.1} ms; processor {cpu_ms:.1} ms each", ms(50), ms(95), ms(100));
    Figure::at_most(&format!("{name}, p99"), P99_MS_MAX, ms(99), "ms").noting(note)
}
