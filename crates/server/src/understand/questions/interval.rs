//! The periods of a question.

use heedful_events::Micros;
use heedful_events::journey::Periods;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, ToSpan, Unit, Zoned, ZonedRound};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moment::micros;
use crate::platform::time;

/// More periods are no picture any more.
pub const PERIODS_MAX: usize = 1_500;
pub const TOO_MANY: &str = "is too short for this time: at most 1,500 periods are answered";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    Hour,
    #[default]
    Day,
    /// From Monday.
    Week,
    Month,
    /// The whole time as one period.
    All,
}

/// A period of an answer.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PeriodOut {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Not in it any more.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
}

/// The bounds of all periods between two times; the first and the last are whole, whatever of them is asked for. Nothing
/// when there are too many.
pub fn bounds(interval: Interval, from: Micros, to: Micros, zone: &TimeZone) -> Option<Vec<Micros>> {
    if interval == Interval::All {
        return Some(vec![from, to]);
    }
    let mut at = start(interval, &time::out(from).to_zoned(zone.clone()))?;
    let mut bounds = vec![micros(&at)];
    while micros(&at) < to {
        at = next(interval, &at)?;
        bounds.push(micros(&at));
        if bounds.len() > PERIODS_MAX + 1 {
            return None;
        }
    }
    Some(bounds)
}

/// The bound before these, for what needs to know what was before the first period.
pub fn before(interval: Interval, first: Micros, zone: &TimeZone) -> Option<Micros> {
    let just_before = time::out(first - 1).to_zoned(zone.clone());
    start(interval, &just_before).map(|start| micros(&start))
}

pub fn periods(bounds: &[Micros]) -> Option<Periods> {
    Periods::new(bounds.to_vec())
}

pub fn periods_out(bounds: &[Micros]) -> Vec<PeriodOut> {
    bounds.windows(2).map(|pair| PeriodOut { from: time::out(pair[0]), to: time::out(pair[1]) }).collect()
}

fn start(interval: Interval, at: &Zoned) -> Option<Zoned> {
    match interval {
        Interval::Hour => at.round(ZonedRound::new().smallest(Unit::Hour).mode(RoundMode::Trunc)).ok(),
        Interval::Day | Interval::All => at.start_of_day().ok(),
        Interval::Week => {
            let days = at.date().weekday().since(Weekday::Monday);
            at.date().checked_sub(i64::from(days).days()).ok()?.to_zoned(at.time_zone().clone()).ok()
        }
        Interval::Month => at.date().first_of_month().to_zoned(at.time_zone().clone()).ok(),
    }
}

fn next(interval: Interval, at: &Zoned) -> Option<Zoned> {
    let span = match interval {
        Interval::Hour => 1.hour(),
        Interval::Day | Interval::All => 1.day(),
        Interval::Week => 1.week(),
        Interval::Month => 1.month(),
    };
    // Where a clock goes forward at midnight, the day begins later.
    let next = at.checked_add(span).ok()?;
    if interval == Interval::Hour { Some(next) } else { next.start_of_day().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_follow_the_calendar_of_the_time_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let check = |interval, from: &str, to: &str, expect: &[&str]| {
            let expect: Vec<Micros> = expect.iter().map(|text| at(text)).collect();
            assert_eq!(bounds(interval, at(from), at(to), &berlin), Some(expect), "{interval:?}");
        };
        let (sunday, tuesday) = ("2026-03-29T10:00:00Z", "2026-03-31T00:00:00Z");
        check(
            Interval::Day,
            sunday,
            tuesday,
            &["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z", "2026-03-31T22:00:00Z"],
        );
        check(
            Interval::Week,
            sunday,
            tuesday,
            &["2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z", "2026-04-05T22:00:00Z"],
        );
        check(Interval::Month, sunday, tuesday, &["2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"]);
        check(Interval::All, sunday, tuesday, &[sunday, tuesday]);
        check(
            Interval::Hour,
            "2026-03-29T00:30:00Z",
            "2026-03-29T02:00:00Z",
            &["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"],
        );
        assert_eq!(bounds(Interval::Hour, at("2025-01-01T00:00:00Z"), at(sunday), &berlin), None);
        assert_eq!(
            before(Interval::Week, at("2026-03-22T23:00:00Z"), &berlin),
            Some(at("2026-03-15T23:00:00Z"))
        );
    }
}
