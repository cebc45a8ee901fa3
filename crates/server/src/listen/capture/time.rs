//! Times as senders write them.

use heedful_events::Micros;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::json::Json;

/// Numbers above this are milliseconds, below it seconds: as seconds it is the year 5138, as milliseconds 1973.
const MILLISECONDS_FROM: f64 = 1e11;

/// A batch takes so long on its way: below it the difference between two clocks cannot be told from the way.
const WAY: Micros = 5 * 1_000_000;

/// By how much the clock is behind ours that said so when the batch was sent.
pub fn behind(sent_at: Option<&Json>, now: Micros) -> Micros {
    let behind = sent_at.and_then(read).map_or(0, |sent_at| now.saturating_sub(sent_at));
    if behind.saturating_abs() < WAY { 0 } else { behind }
}

/// ISO 8601, taken as UTC when it names no zone, or a number of seconds or milliseconds since 1970.
pub fn read(json: &Json) -> Option<Micros> {
    match json {
        Json::Text(text) => of_text(text.trim()),
        #[expect(clippy::cast_precision_loss, reason = "times have fewer digits than a double")]
        Json::Integer(number) => of_number(*number as f64),
        Json::Number(number) => of_number(*number),
        _ => None,
    }
}

fn of_text(text: &str) -> Option<Micros> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    let time = text.parse::<DateTime>().ok()?;
    TimeZone::UTC.to_timestamp(time).ok().map(Timestamp::as_microsecond)
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be a time")]
fn of_number(number: f64) -> Option<Micros> {
    let seconds = if number.abs() >= MILLISECONDS_FROM { number / 1_000.0 } else { number };
    let micros = (seconds * 1e6).round();
    let is_time = number.is_finite() && Timestamp::from_microsecond(micros as i64).is_ok();
    is_time.then_some(micros as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let read = |text: &str| read(&Json::parse(text.as_bytes()).unwrap());
        let expected = Some(1_767_323_045_000_000);
        for text in [
            r#""2026-01-02T03:04:05Z""#,
            r#""2026-01-02T03:04:05.000+00:00""#,
            r#""2026-01-02T05:04:05+02:00""#,
            r#""2026-01-02 03:04:05""#,
            "1767323045",
            "1767323045000",
            "1767323045.0",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read(r#""2026-01-02""#), Some(1_767_312_000_000_000));
        for text in [r#""""#, r#""yesterday""#, "true", "1e300", "{}"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
