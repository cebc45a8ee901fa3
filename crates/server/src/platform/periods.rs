//! Weeks and months as people in the workspace's time zone live them.

use heedful_db::platform::workspaces;
use heedful_db::{Conn, Micros, WorkspaceId};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::Result;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    #[default]
    Week,
    Month,
}

/// A stretch of time, its end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Micros,
    pub to: Micros,
}

/// The time zone that a workspace counts its days in.
pub async fn time_zone(conn: &mut Conn, ws: &WorkspaceId) -> Result<TimeZone> {
    let name = workspaces::get(conn, ws).await?.time_zone;
    Ok(TimeZone::get(&name).unwrap_or(TimeZone::UTC))
}

/// The last `n` periods up to the one that holds `now`, oldest first. Weeks begin on Monday.
pub fn last(n: usize, interval: Every, now: Micros, zone: &TimeZone) -> anyhow::Result<Vec<Period>> {
    let now = Timestamp::from_microsecond(now)?.to_zoned(zone.clone());
    let mut start = beginning(&now, interval)?;
    let mut periods = Vec::with_capacity(n);
    let mut end = beginning(&start.checked_add(length(interval))?, interval)?;
    for _ in 0..n {
        periods.push(Period { from: micros(&start), to: micros(&end) });
        end = start.clone();
        start = beginning(&start.checked_sub(length(interval))?, interval)?;
    }
    periods.reverse();
    Ok(periods)
}

fn length(interval: Every) -> Span {
    match interval {
        Every::Week => Span::new().weeks(1),
        Every::Month => Span::new().months(1),
    }
}

fn beginning(time: &Zoned, interval: Every) -> anyhow::Result<Zoned> {
    let day = match interval {
        Every::Week => {
            let date = time.date();
            date.checked_sub(Span::new().days(date.weekday().since(Weekday::Monday)))?
        }
        Every::Month => time.date().first_of_month(),
    };
    Ok(day.to_zoned(time.time_zone().clone())?)
}

fn micros(time: &Zoned) -> Micros {
    time.timestamp().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(now: &str, interval: Every, zone: &str, expect: &[&str]) {
        let now: Timestamp = now.parse().unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let found = last(expect.len(), interval, now.as_microsecond(), &zone).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|period| Timestamp::from_microsecond(period.from).unwrap().to_string())
            .collect();
        assert_eq!(shown, expect);
        assert!(found.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn weeks_and_months_begin_at_local_midnight_also_when_clocks_change() {
        let weeks = ["2026-03-15T23:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"];
        check("2026-03-30T01:00:00Z", Every::Week, "Europe/Berlin", &weeks);
        let months = ["2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"];
        check("2026-04-30T21:59:00Z", Every::Month, "Europe/Berlin", &months);
        check("2026-03-01T00:00:00Z", Every::Week, "UTC", &["2026-02-23T00:00:00Z"]);
    }
}
