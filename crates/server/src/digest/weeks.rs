//! Which week a digest is about, and when it is due.

use heedful_db::Micros;
use jiff::tz::TimeZone;

use crate::platform::error::Result;
use crate::platform::periods::{self, Every, Period};
use crate::platform::time;

/// On Monday, when people come to work.
const DUE_HOUR: i8 = 7;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday, such as 2026-03-02.
    pub name: String,
    pub period: Period,
    /// When its digest is due: on the Monday after it.
    pub due_at: Micros,
}

/// The last full week and the one that runs, in the workspace's time zone.
pub fn last_and_running(now: Micros, zone: &TimeZone) -> Result<[Week; 2]> {
    let found = periods::last(2, Every::Week, now, zone)?;
    let [last, running] = found[..] else {
        return Err(anyhow::anyhow!("two weeks were asked for").into());
    };
    Ok([week(last, zone)?, week(running, zone)?])
}

fn week(period: Period, zone: &TimeZone) -> Result<Week> {
    let monday = time::out(period.from).to_zoned(zone.clone());
    let next = time::out(period.to).to_zoned(zone.clone());
    let due = next.date().at(DUE_HOUR, 0, 0, 0).to_zoned(zone.clone()).map_err(anyhow::Error::from)?;
    Ok(Week { name: monday.date().to_string(), period, due_at: due.timestamp().as_microsecond() })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_week_is_due_at_seven_on_the_monday_after_it() {
        let check = |now: &str, zone: &str, name: &str, due: &str| {
            let now = now.parse::<Timestamp>().unwrap().as_microsecond();
            let [last, _] = last_and_running(now, &TimeZone::get(zone).unwrap()).unwrap();
            assert_eq!((last.name.as_str(), time::out(last.due_at).to_string().as_str()), (name, due));
        };
        check("2026-03-02T09:00:00Z", "UTC", "2026-02-23", "2026-03-02T07:00:00Z");
        check("2026-03-01T23:30:00Z", "UTC", "2026-02-16", "2026-02-23T07:00:00Z");
        check("2026-03-01T23:30:00Z", "Europe/Berlin", "2026-02-23", "2026-03-02T06:00:00Z");
        check("2026-03-30T12:00:00Z", "Europe/Berlin", "2026-03-23", "2026-03-30T05:00:00Z");
        check("2026-03-02T09:00:00Z", "Asia/Kathmandu", "2026-02-23", "2026-03-02T01:15:00Z");
    }
}
