//! The numbers of a theme, and whether it is said more often than before.

use heedful_stats::{Confidence, NotEstimable, RateComparison, TrendDirection, Window, compare_rates};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::figure::Figure;

#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ThemeNumbers {
    /// Live signals in the theme.
    pub n_signals: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
    pub trend: ThemeTrend,
    /// Signals in each of the last twelve weeks of seven days, oldest first.
    pub weeks: Vec<i64>,
    /// Accounts that said it, each once.
    pub n_accounts: i64,
    /// Accounts among them whose revenue is not on record.
    pub n_accounts_unpriced: i64,
    /// What those accounts pay, in cents of the workspace's currency.
    pub revenue_cents: i64,
}

/// Whether it is said more often than before.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ThemeTrend {
    /// rising, falling, or unclear: a change that cannot be told from chance, or too little to say
    pub direction: String,
    /// Signals in the last 28 days.
    pub n_recent: i64,
    /// Signals in the 28 days before.
    pub n_before: i64,
    /// Times as often as before; or why that cannot be said.
    pub ratio: Figure,
    pub p_value: Option<f64>,
}

impl ThemeTrend {
    pub fn of(n_before: i64, n_recent: i64) -> Self {
        let days = 28.0;
        let window = |n: i64| Window { count: u64::try_from(n).unwrap_or(0), days };
        let compared = compare_rates(window(n_before), window(n_recent), Confidence::P95);
        let (direction, ratio, p_value) = match compared {
            Ok(RateComparison { ratio, p_value, direction }) => (word(direction), ratio, Some(p_value)),
            Err(why) => ("unclear", Err::<_, NotEstimable>(why), None),
        };
        let n = u64::try_from(n_before + n_recent).unwrap_or(0);
        let ratio = Figure::of(n, ratio);
        Self { direction: direction.to_owned(), n_recent, n_before, ratio, p_value }
    }
}

fn word(direction: TrendDirection) -> &'static str {
    match direction {
        TrendDirection::Rising => "rising",
        TrendDirection::Falling => "falling",
        TrendDirection::Unclear => "unclear",
    }
}

#[cfg(test)]
mod tests {
    use super::ThemeTrend;

    #[test]
    fn a_trend_is_only_called_when_chance_does_not_explain_it() {
        let check =
            |before, recent, expect: &str| assert_eq!(ThemeTrend::of(before, recent).direction, expect);
        check(20, 40, "rising");
        check(40, 20, "falling");
        check(20, 22, "unclear");
        check(0, 12, "rising");
        check(2, 3, "unclear");
        assert_eq!(ThemeTrend::of(2, 3).ratio.reason_code.as_deref(), Some("too_few"));
    }
}
