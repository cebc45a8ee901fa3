//! Weeks and months as people in the workspace's time zone live them.

use heedful_db::platform::workspaces;
use heedful_db::{Conn, Micros, WorkspaceId};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::Result;
use super::time;

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

impl Period {
    pub fn first_day(&self, zone: &TimeZone) -> Date {
        time::out(self.from).to_zoned(zone.clone()).date()
    }
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

/// All periods from the one that holds `from` up to the one before `to`, oldest first, at most `n_max`.
pub fn between(
    from: Micros,
    to: Micros,
    interval: Every,
    zone: &TimeZone,
    n_max: usize,
) -> anyhow::Result<Vec<Period>> {
    let mut start = start_of(from, interval, zone)?;
    let mut periods = Vec::new();
    while periods.len() < n_max && (periods.is_empty() || micros(&start) < to) {
        let next = beginning(&start.checked_add(length(interval))?, interval)?;
        periods.push(Period { from: micros(&start), to: micros(&next) });
        start = next;
    }
    Ok(periods)
}

/// The start of the week or month that holds `at`.
pub fn start_of(at: Micros, interval: Every, zone: &TimeZone) -> anyhow::Result<Zoned> {
    beginning(&Timestamp::from_microsecond(at)?.to_zoned(zone.clone()), interval)
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

    #[test]
    fn a_summer_time_change_neither_drops_nor_doubles_a_week() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let found =
            between(at("2026-03-20T00:00:00Z"), at("2026-04-08T00:00:00Z"), Every::Week, &zone, 100).unwrap();
        let days: Vec<_> = found.iter().map(|period| period.first_day(&zone).to_string()).collect();
        assert_eq!(days, ["2026-03-16", "2026-03-23", "2026-03-30", "2026-04-06"]);
    }
}
