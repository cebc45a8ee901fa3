//! Numbers in sentences, written as the web app writes them: 1,450 people, 39.7%, 1 percentage point.

/// Three figures that matter, never scientific.
pub fn number(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if size >= 100.0 => format!("{value:.0}"),
        _ if size >= 10.0 => format!("{value:.1}"),
        _ if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    };
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text.as_str() };
    grouped(text)
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    format!("{}%", number(share * 100.0))
}

/// A difference of shares.
pub fn points(difference: f64) -> String {
    let points = number(difference * 100.0);
    let unit = if points == "1" { "percentage point" } else { "percentage points" };
    format!("{points} {unit}")
}

pub fn signed(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{}", number(value.abs()))
}

/// A whole number with its thousands apart.
pub fn whole(n: impl Into<i128>) -> String {
    grouped(&n.into().to_string())
}

/// How many there are of what: `count(1, ["signal", "signals"])`.
pub fn count(n: impl Into<i128>, [one, many]: [&str; 2]) -> String {
    let n = n.into();
    format!("{} {}", whole(n), if n == 1 { one } else { many })
}

/// Commas between the thousands of a number's digits before the point.
fn grouped(text: &str) -> String {
    let (digits, rest) = text.split_once('.').map_or((text, None), |(digits, rest)| (digits, Some(rest)));
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut grouped = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(rest) = rest {
        grouped.push('.');
        grouped.push_str(rest);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let check = |value: f64, expect: &str| assert_eq!(number(value), expect);
        check(1_234_567.0, "1,234,567");
        check(-1234.4, "-1,234");
        check(52.456, "52.5");
        check(0.8201, "0.82");
        check(0.00123, "0.0012");
        check(0.0, "0");
        check(100.0, "100");
    }

    #[test]
    fn shares_and_their_differences_have_units() {
        assert_eq!(percent(0.397), "39.7%");
        assert_eq!(
            (points(0.01), points(0.0555)),
            ("1 percentage point".into(), "5.55 percentage points".into())
        );
        assert_eq!((signed(-0.31), signed(2.0)), ("−0.31".into(), "+2".into()));
    }

    #[test]
    fn counts_agree_with_what_is_counted() {
        let signals = |n: i64| count(n, ["signal", "signals"]);
        assert_eq!(
            (signals(1), signals(0), signals(1450)),
            ("1 signal".into(), "0 signals".into(), "1,450 signals".into())
        );
    }
}
