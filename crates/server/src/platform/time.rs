//! Times on the wire are RFC 3339 text, in the database microseconds.

use heedful_db::Micros;
use jiff::Timestamp;

/// A stored time as it goes out.
pub fn out(micros: Micros) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

pub fn out_opt(micros: Option<Micros>) -> Option<Timestamp> {
    micros.map(out)
}

pub fn micros(time: Timestamp) -> Micros {
    time.as_microsecond()
}

pub fn micros_opt(time: Option<Timestamp>) -> Option<Micros> {
    time.map(micros)
}
