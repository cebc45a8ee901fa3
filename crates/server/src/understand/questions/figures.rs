//! Numbers out of counts.

/// A part of a whole; nothing of nothing.
#[expect(clippy::cast_precision_loss, reason = "shares are shown with a few digits")]
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^53")]
pub fn number(n: u64) -> f64 {
    n as f64
}
