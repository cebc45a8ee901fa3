//! How many requests were answered, how, and how fast: counted in memory, shown at `/metrics`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;

const BUCKETS_MS: [u64; 8] = [5, 10, 25, 50, 100, 250, 1_000, 5_000];

#[derive(Debug, Default)]
pub struct Requests(Mutex<BTreeMap<(String, u16), Times>>);

#[derive(Debug, Default)]
struct Times {
    count: u64,
    total: Duration,
    within: [u64; BUCKETS_MS.len()],
}

impl Requests {
    pub fn add(&self, label: String, status: u16, took: Duration) {
        let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let times = all.entry((label, status)).or_default();
        times.count += 1;
        times.total += took;
        for (within, limit) in times.within.iter_mut().zip(BUCKETS_MS) {
            *within += u64::from(took <= Duration::from_millis(limit));
        }
    }

    pub fn write_to(&self, text: &mut String) {
        text.push_str(
            "# HELP heedful_request_seconds Time to answer.\n# TYPE heedful_request_seconds histogram\n",
        );
        let all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for ((label, status), times) in all.iter() {
            let labels = format!("route=\"{label}\",status=\"{status}\"");
            for (within, limit) in times.within.iter().zip(BUCKETS_MS) {
                let seconds = Duration::from_millis(limit).as_secs_f64();
                let _ =
                    writeln!(text, "heedful_request_seconds_bucket{{{labels},le=\"{seconds}\"}} {within}");
            }
            let _ = writeln!(text, "heedful_request_seconds_bucket{{{labels},le=\"+Inf\"}} {}", times.count);
            let _ = writeln!(text, "heedful_request_seconds_sum{{{labels}}} {}", times.total.as_secs_f64());
            let _ = writeln!(text, "heedful_request_seconds_count{{{labels}}} {}", times.count);
        }
    }
}
