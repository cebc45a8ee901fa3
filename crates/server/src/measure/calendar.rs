//! Weeks and months as the team lives them: in the time zone of the workspace.

use heedful_db::Micros;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

use crate::platform::error::Result;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Week,
    Month,
}

/// The zone a workspace names; an unknown one, which settings refuse, is read as UTC.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The start of the week (Monday) or month that holds `at`.
pub fn start_of(at: Micros, period: Period, zone: &TimeZone) -> Result<Zoned> {
    let time = Timestamp::from_microsecond(at).map_err(anyhow::Error::from)?.to_zoned(zone.clone());
    let day = match period {
        Period::Week => {
            let back = i64::from(time.date().weekday().to_monday_zero_offset());
            time.date().checked_sub(Span::new().days(back)).map_err(anyhow::Error::from)?
        }
        Period::Month => time.date().first_of_month(),
    };
    Ok(day.to_zoned(zone.clone()).map_err(anyhow::Error::from)?)
}

/// The starts of all periods from the one that holds `from` up to the one that holds `to`.
pub fn starts(from: Micros, to: Micros, period: Period, zone: &TimeZone, n_max: usize) -> Result<Vec<Zoned>> {
    let step = match period {
        Period::Week => Span::new().weeks(1),
        Period::Month => Span::new().months(1),
    };
    let mut all = vec![start_of(from, period, zone)?];
    while all.len() < n_max {
        let Some(last) = all.last() else { break };
        let next = last.checked_add(step).map_err(anyhow::Error::from)?;
        if next.timestamp().as_microsecond() >= to {
            break;
        }
        all.push(next);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Micros {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn weeks_begin_on_monday_in_the_zone_of_the_workspace() {
        let check = |at: &str, zone_name: &str, expect: &str| {
            let start = start_of(micros(at), Period::Week, &zone(zone_name)).unwrap();
            assert_eq!(start.timestamp().to_string(), expect, "{at} {zone_name}");
        };
        check("2026-03-04T12:00:00Z", "UTC", "2026-03-02T00:00:00Z");
        check("2026-03-01T23:30:00Z", "Europe/Berlin", "2026-03-01T23:00:00Z");
        check("2026-03-01T23:30:00Z", "America/New_York", "2026-02-23T05:00:00Z");
    }

    #[test]
    fn a_summer_time_change_neither_drops_nor_doubles_a_week() {
        let zone = zone("Europe/Berlin");
        let all =
            starts(micros("2026-03-20T00:00:00Z"), micros("2026-04-08T00:00:00Z"), Period::Week, &zone, 100);
        let days: Vec<_> = all.unwrap().iter().map(|start| start.date().to_string()).collect();
        assert_eq!(days, ["2026-03-16", "2026-03-23", "2026-03-30", "2026-04-06"]);
    }
}
