//! Taking events, sealing them and merging their files, with what each costs of the processor.
//!
//! `cargo bench --bench capture -- LOG.parquet DIR [BATCHES]`: LOG as for the questions; DIR must not exist. So many batches of 500
//! events are taken from 16 senders at once, sealed every 500 batches, and the files merged. HTTP is not part of it.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark tells roughly what it found"
)]

#[path = "common/log.rs"]
mod log;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use heedful_events::{Batch, Store, StoreOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

const WORKSPACE: [u8; 16] = [0; 16];
const BATCH_EVENTS: usize = 500;
const BATCHES_PER_SEAL: usize = 500;
const SENDERS: usize = 16;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [log_path, dir, ..] = args.as_slice() else { anyhow::bail!("LOG.parquet DIR [BATCHES]") };
    let n_batches = args.get(2).map_or(Ok(2_000), |n| n.parse())?;
    ensure!(!Path::new(dir).exists(), "{dir} exists");
    let batches = read(Path::new(log_path), n_batches)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let store = Arc::new(Store::open(Path::new(dir), StoreOptions::new(|| 1_790_000_000_000_000))?);
    for part in batches.chunks(BATCHES_PER_SEAL) {
        let n_events = part.iter().map(Batch::len).sum();
        measure("taken", n_events, || runtime.block_on(append(&store, part)))?;
        measure("taken again", n_events, || runtime.block_on(append(&store, part)))?;
        measure("sealed", n_events, || Ok(runtime.block_on(store.seal())?))?;
        measure("sent again", n_events, || runtime.block_on(append(&store, part)))?;
    }
    let n_events = batches.iter().map(Batch::len).sum();
    measure("merged", n_events, || Ok(runtime.block_on(store.compact())?))?;
    let view = store.view(WORKSPACE)?;
    println!("{} events in {} files", view.n_events(), view.files().len());
    Ok(())
}

fn measure<T>(what: &str, n_events: usize, work: impl FnOnce() -> Result<T>) -> Result<()> {
    let (started, before) = (Instant::now(), cpu_seconds()?);
    work()?;
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds()? - before);
    let per_million = 1e6 / n_events as f64;
    println!(
        "{what:<12} {:>9.0} events/s, {:.2} CPU-seconds per million",
        n_events as f64 / wall,
        cpu * per_million
    );
    Ok(())
}

async fn append(store: &Arc<Store>, batches: &[Batch]) -> Result<()> {
    let senders = (0..SENDERS).map(|sender| {
        let store = Arc::clone(store);
        let own: Vec<Batch> = batches.iter().skip(sender).step_by(SENDERS).cloned().collect();
        tokio::spawn(async move {
            for batch in own {
                store.append(batch).await?;
            }
            Ok::<_, heedful_events::Refused>(())
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await??;
    }
    Ok(())
}

fn read(log_path: &Path, n_batches: usize) -> Result<Vec<Batch>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(log_path)?)?;
    let mut batches = Vec::new();
    for part in reader.with_batch_size(BATCH_EVENTS).build()?.take(n_batches) {
        let part = part?;
        let mut batch = Batch::new(WORKSPACE, 0);
        for event in log::events(&part)? {
            batch.push(&event);
        }
        batches.push(batch);
    }
    Ok(batches)
}

/// Processor time of this process until now, from the 14th and 15th field of `/proc/self/stat` in hundredths of a second.
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("no fields")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
}
