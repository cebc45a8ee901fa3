//! Times as exports write them.

use heedful_db::Micros;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

pub const DATE_FORMATS: &[&str] = &["auto", "iso", "epoch_s", "epoch_ms", "dmy", "mdy", "ymd"];

/// Written-out formats that name the month or stand beside ISO 8601.
const OTHER_FORMATS: [&str; 5] =
    ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S UTC", "%b %d, %Y", "%d %b %Y", "%b %d, %Y %H:%M"];
const LAST_YEAR: i16 = 2200;

/// The instant that `text` names, or what is wrong with it. Times without a zone are taken in `zone`.
pub fn parse(text: &str, format: &str, zone: &TimeZone) -> Result<Micros, String> {
    let text = text.trim();
    let found = match format {
        "epoch_s" => epoch(text, 1_000_000),
        "epoch_ms" => epoch(text, 1_000),
        "iso" => iso(text, zone),
        "dmy" | "mdy" | "ymd" => parts(text, format).and_then(|local| in_zone(local, zone)),
        _ => return auto(text, zone),
    };
    let found = found.ok_or_else(|| format!("{:?} is not a time in the format {format}", shorten(text)))?;
    check(found)
}

fn auto(text: &str, zone: &TimeZone) -> Result<Micros, String> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let found = match text.len() {
        9 | 10 if is_number => epoch(text, 1_000_000),
        12 | 13 if is_number => epoch(text, 1_000),
        15 | 16 if is_number => epoch(text, 1),
        _ => iso(text, zone).or_else(|| other(text, zone)),
    };
    if let Some(found) = found {
        return check(found);
    }
    match (parts(text, "dmy"), parts(text, "mdy")) {
        (Some(local), None) | (None, Some(local)) => {
            in_zone(local, zone).ok_or_else(|| "is not a time".to_owned()).and_then(check)
        }
        (Some(_), Some(_)) => Err(format!(
            "{:?} could have the day or the month first: choose the date format in the mapping",
            shorten(text)
        )),
        (None, None) => Err(format!("{:?} is not a time that we can read", shorten(text))),
    }
}

/// The format that explains all samples, where reading them one by one would leave a doubt.
pub fn propose<'t>(samples: &(impl Iterator<Item = &'t str> + Clone)) -> Option<&'static str> {
    let fits = |format| {
        let mut seen = samples.clone().filter(|text| !text.trim().is_empty()).peekable();
        seen.peek().is_some() && seen.all(|text| parts(text.trim(), format).is_some())
    };
    // Where both fit, nobody but the person who imports can tell.
    match (fits("dmy"), fits("mdy")) {
        (true, false) => Some("dmy"),
        (false, true) => Some("mdy"),
        _ => None,
    }
}

fn check(found: Micros) -> Result<Micros, String> {
    let year = Timestamp::from_microsecond(found).map(|time| time.to_zoned(TimeZone::UTC).year());
    match year {
        Ok(year) if (1970..=LAST_YEAR).contains(&year) => Ok(found),
        _ => Err("must be between the years 1970 and 2200".to_owned()),
    }
}

fn epoch(text: &str, micros_per_unit: i64) -> Option<Micros> {
    if let Ok(number) = text.parse::<i64>() {
        return number.checked_mul(micros_per_unit);
    }
    let (whole, _) = text.split_once('.')?;
    whole.parse::<i64>().ok()?.checked_mul(micros_per_unit)
}

fn iso(text: &str, zone: &TimeZone) -> Option<Micros> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    in_zone(text.parse::<DateTime>().ok()?, zone)
}

fn other(text: &str, zone: &TimeZone) -> Option<Micros> {
    if let Ok(zoned) = rfc2822::parse(text) {
        return Some(zoned.timestamp().as_microsecond());
    }
    for format in OTHER_FORMATS {
        let Ok(found) = strtime::parse(format, text) else { continue };
        if let Ok(time) = found.to_timestamp() {
            return Some(time.as_microsecond());
        }
        let time = found.to_time().unwrap_or(Time::midnight());
        if let Ok(date) = found.to_date() {
            let zone = if format.ends_with("UTC") { &TimeZone::UTC } else { zone };
            return in_zone(date.to_datetime(time), zone);
        }
    }
    None
}

fn in_zone(local: DateTime, zone: &TimeZone) -> Option<Micros> {
    Some(zone.to_ambiguous_timestamp(local).compatible().ok()?.as_microsecond())
}

/// Numbers in a given order, parted by slashes, dots or dashes, with a time of day behind or not.
fn parts(text: &str, order: &str) -> Option<DateTime> {
    let (date, time) = match text.split_once([' ', 'T', ',']) {
        Some((date, time)) => (date, time_of_day(time.trim())?),
        None => (text, Time::midnight()),
    };
    let numbers: Vec<i16> =
        date.split(['/', '.', '-']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [first, second, third] = numbers[..] else { return None };
    let (year, month, day) = match order {
        "dmy" => (third, second, first),
        "mdy" => (third, first, second),
        _ => (first, second, third),
    };
    // Two-digit years are of this century: nobody imports feedback from before.
    let year = if (0..100).contains(&year) { year + 2000 } else { year };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(date.to_datetime(time))
}

fn time_of_day(text: &str) -> Option<Time> {
    let lower = text.to_ascii_lowercase();
    let (clock, afternoon) = match (lower.strip_suffix("pm"), lower.strip_suffix("am")) {
        (Some(clock), _) => (clock, Some(true)),
        (_, Some(clock)) => (clock, Some(false)),
        _ => (lower.as_str(), None),
    };
    let mut numbers = clock.trim().split(':').map(|part| part.parse::<i8>().ok());
    let hour = numbers.next()??;
    let minute = numbers.next()??;
    let second = match numbers.next() {
        Some(second) => second?,
        None => 0,
    };
    let hour = match afternoon {
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        None => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_common_exports_are_read() {
        let check = |text: &str, format: &str, expect: &str| {
            let found = parse(text, format, &TimeZone::UTC);
            let found = found.map(|micros| Timestamp::from_microsecond(micros).unwrap().to_string());
            assert_eq!(found.as_deref(), Ok(expect), "{text} as {format}");
        };
        check("2024-02-03T04:05:06Z", "auto", "2024-02-03T04:05:06Z");
        check("2024-02-03T04:05:06+02:00", "auto", "2024-02-03T02:05:06Z");
        check("2024-02-03 04:05", "auto", "2024-02-03T04:05:00Z");
        check("2024-02-03", "auto", "2024-02-03T00:00:00Z");
        check("1706933106", "auto", "2024-02-03T04:05:06Z");
        check("1706933106000", "auto", "2024-02-03T04:05:06Z");
        check("1706933106000000", "auto", "2024-02-03T04:05:06Z");
        check("2015-02-24 11:35:52 -0800", "auto", "2015-02-24T19:35:52Z");
        check("Sat, 3 Feb 2024 04:05:06 +0000", "auto", "2024-02-03T04:05:06Z");
        check("Feb 3, 2024", "auto", "2024-02-03T00:00:00Z");
        check("31/01/2024", "auto", "2024-01-31T00:00:00Z");
        check("03/02/2024 4:05 PM", "dmy", "2024-02-03T16:05:00Z");
        check("02/03/24", "mdy", "2024-02-03T00:00:00Z");
        check("3.2.2024", "dmy", "2024-02-03T00:00:00Z");
        check("2024/02/03", "ymd", "2024-02-03T00:00:00Z");
    }

    #[test]
    fn what_is_in_doubt_is_refused_with_its_reason() {
        let check = |text: &str, format: &str, expect: &str| {
            let found = parse(text, format, &TimeZone::UTC).unwrap_err();
            assert!(found.contains(expect), "{text} as {format}: {found}");
        };
        check("03/02/2024", "auto", "day or the month first");
        check("yesterday", "auto", "not a time");
        check("2024-02-30", "auto", "not a time");
        check("31/01/2024", "mdy", "format mdy");
        check("0001-01-01", "auto", "1970");
    }

    #[test]
    fn samples_tell_the_order_of_day_and_month() {
        assert_eq!(propose(&["01/02/2024", "31/01/2024"].into_iter()), Some("dmy"));
        assert_eq!(propose(&["01/02/2024", "01/31/2024"].into_iter()), Some("mdy"));
        assert_eq!(propose(&["01/02/2024"].into_iter()), None);
        assert_eq!(propose(&["2024-01-02"].into_iter()), None);
    }

    #[test]
    fn times_without_a_zone_are_taken_in_the_given_one() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let found = parse("2024-07-01 12:00", "auto", &berlin).unwrap();
        assert_eq!(Timestamp::from_microsecond(found).unwrap().to_string(), "2024-07-01T10:00:00Z");
    }
}
