//! Times in questions: points, days, and distances from now.

use heedful_events::Micros;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

use crate::platform::time;

pub const EXPECTED: &str =
    "must be a time (2026-11-01T00:00:00Z), a day (2026-11-01) or so long ago (-30d, -24h, -12w, -6m)";
/// Further back there was nothing.
const AGO_MAX: i64 = 100_000;

/// A time as it stands in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Point(Micros),
    /// A whole day, from its beginning to its end.
    Day(Micros, Micros),
}

impl Moment {
    /// Where a stretch of time begins that begins with it.
    pub fn begin(self) -> Micros {
        match self {
            Self::Point(at) | Self::Day(at, _) => at,
        }
    }

    /// Where a stretch of time ends that ends with it.
    pub fn end(self) -> Micros {
        match self {
            Self::Point(at) | Self::Day(_, at) => at,
        }
    }
}

/// Reads a time; distances in days and more begin at midnight.
pub fn read(text: &str, now: Micros, zone: &TimeZone) -> Option<Moment> {
    if let Some(ago) = text.strip_prefix('-') {
        return before(ago, now, zone).map(Moment::Point);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Moment::Point(at.as_microsecond()));
    }
    let day = text.parse::<Date>().ok()?;
    let begin = day.to_zoned(zone.clone()).ok()?;
    let end = begin.checked_add(1.day()).ok()?;
    Some(Moment::Day(micros(&begin), micros(&end)))
}

fn before(ago: &str, now: Micros, zone: &TimeZone) -> Option<Micros> {
    let unit = ago.chars().last()?;
    let n: i64 = ago.strip_suffix(unit)?.parse().ok().filter(|n| (0..=AGO_MAX).contains(n))?;
    let now = time::out(now).to_zoned(zone.clone());
    let span: Span = match unit {
        'h' => n.hours(),
        'd' => n.days(),
        'w' => n.weeks(),
        'm' => n.months(),
        _ => return None,
    };
    let then = now.checked_sub(span).ok()?;
    Some(micros(&if unit == 'h' { then } else { then.start_of_day().ok()? }))
}

pub fn micros(time: &Zoned) -> Micros {
    time.timestamp().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_points_days_and_distances_in_the_time_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let now = at("2026-03-30T10:30:00Z");
        let read = |text: &str| read(text, now, &berlin);
        let point = |text: &str| Some(Moment::Point(at(text)));
        assert_eq!(read("2026-03-01T10:00:00+02:00"), point("2026-03-01T08:00:00Z"));
        // The clocks go forward on the 29th: its day has 23 hours.
        let day = Moment::Day(at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z"));
        assert_eq!(read("2026-03-29"), Some(day));
        assert_eq!(read("-1d"), point("2026-03-28T23:00:00Z"));
        assert_eq!(read("-0d"), point("2026-03-29T22:00:00Z"));
        assert_eq!(read("-3h"), point("2026-03-30T07:30:00Z"));
        assert_eq!(read("-1w"), point("2026-03-22T23:00:00Z"));
        assert_eq!(read("-1m"), point("2026-02-27T23:00:00Z"));
        for text in ["", "-", "-d", "-1y", "--1d", "-999999999d", "soon", "2026-13-01"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
