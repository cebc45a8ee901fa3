//! What comes in while others read: an answer that is quick only as long as nobody writes is not quick.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::data;
use super::fill::Filled;
use crate::bench::http::Client;

/// More than the surveys and inboxes of most companies bring in the busiest hour.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs `work` while a signal arrives every second.
pub(crate) fn meanwhile<T>(port: u16, filled: &Filled, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let arriving = scope.spawn(|| send_until(&is_over, port, filled));
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        arriving.join().map_err(|_| anyhow::anyhow!("the thread that sends signals broke down"))??;
        done
    })
}

fn send_until(is_over: &AtomicBool, port: u16, filled: &Filled) -> Result<()> {
    let mut client = Client::new(port, &filled.token);
    let mut rng = data::rng(600);
    let source = filled.sources.first().context("nothing was filled in")?;
    while !is_over.load(Ordering::Relaxed) {
        let body = format!("{} {}", data::any_word(&mut rng), data::any_word(&mut rng));
        client.post("/signals", &json!({"source_id": source, "body": body}))?;
        thread::sleep(PAUSE);
    }
    Ok(())
}
