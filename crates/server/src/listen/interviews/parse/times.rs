//! Times as transcripts write them.

/// `01:02:03,456`, `02:03.456`, `02:03`: milliseconds. Whatever else the text is gives none.
pub fn parse_time(text: &str) -> Option<i64> {
    let (clock, fraction) = match text.split_once([',', '.']) {
        Some((clock, fraction)) => (clock, fraction_ms(fraction)?),
        None => (text, 0),
    };
    let mut parts = clock.split(':');
    let first = number(parts.next()?, 3)?;
    let second = number(parts.next()?, 2)?;
    let (hours, minutes, seconds) = match parts.next() {
        Some(third) => (first, second, number(third, 2)?),
        None => (0, first, second),
    };
    let is_clock = parts.next().is_none() && seconds < 60 && (minutes < 60 || hours == 0);
    is_clock.then_some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + fraction)
}

fn number(text: &str, digits_max: usize) -> Option<i64> {
    let is_number =
        !text.is_empty() && text.len() <= digits_max && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Digits after the point; more than three are cut, fewer filled up.
fn fraction_ms(text: &str) -> Option<i64> {
    let is_fraction = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = format!("{text}00");
    if is_fraction { padded.get(..3)?.parse().ok() } else { None }
}

/// `00:00:01,000 --> 00:00:02,000 align:start`: when a cue starts and ends.
pub fn parse_range(line: &str) -> Option<(i64, i64)> {
    let (from, to) = line.split_once("-->")?;
    let end = to.split_whitespace().next()?;
    Some((parse_time(from.trim())?, parse_time(end)?))
}
