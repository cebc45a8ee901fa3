//! An open loop: each request has its time, whether or not those before it were answered. A latency counts from that
//! time, so that a server which stalls is charged for everybody who waits, not only for the first.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::bench::http::Client;
use crate::shell::Shell;

/// Requests under way at once; more than a server that keeps up ever needs.
const CONNECTIONS: usize = 32;

pub(crate) struct Target<'a> {
    pub(crate) port: u16,
    pub(crate) token: &'a str,
}

/// Sorted, the shortest first; never empty.
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// The latency that `percent` of all do not exceed, by the nearest rank.
    pub(crate) fn quantile(&self, percent: u32) -> Duration {
        let rank = (self.0.len() * percent as usize).div_ceil(100);
        self.0[rank.saturating_sub(1)]
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (name, percent) in [("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)] {
            write!(f, "{name} {:>7.1} ms  ", self.quantile(percent).as_secs_f64() * 1_000.0)?;
        }
        Ok(())
    }
}

/// Sends the paths in turn, `rate` a second.
pub(crate) fn send(
    shell: &Shell,
    target: &Target,
    paths: &[String],
    rate: u32,
    time: Duration,
) -> Result<Latencies> {
    let interval = Duration::from_secs(1) / rate;
    let n = usize::try_from(time.as_micros() / interval.as_micros())?.max(1);
    let next = AtomicUsize::new(0);
    let started = Instant::now() + Duration::from_millis(10);
    let mut all = Vec::with_capacity(n);
    thread::scope(|scope| -> Result<()> {
        let one = || -> Result<Vec<Duration>> {
            let mut client = Client::new(target.port, target.token);
            let mut taken = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= n {
                    return Ok(taken);
                }
                if shell.is_interrupted() {
                    bail!("interrupted");
                }
                let due = started + interval * u32::try_from(index)?;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let path = &paths[index % paths.len()];
                let (status, _) = client.get_size(path)?;
                if status != 200 {
                    bail!("GET {path} was answered {status}");
                }
                taken.push(due.elapsed());
            }
        };
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(one)).collect();
        for thread in threads {
            match thread.join() {
                Ok(taken) => all.extend(taken?),
                Err(_) => bail!("a thread that sends requests broke down"),
            }
        }
        Ok(())
    })?;
    all.sort_unstable();
    Ok(Latencies(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        let latencies = Latencies((1..=200).map(Duration::from_millis).collect());
        let ms = |percent| latencies.quantile(percent).as_millis();
        assert_eq!([ms(50), ms(95), ms(99), ms(100)], [100, 190, 198, 200]);
        assert_eq!(Latencies(vec![Duration::from_millis(7)]).quantile(50).as_millis(), 7);
    }
}
