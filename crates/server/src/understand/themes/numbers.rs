//! What themes amount to: volume, trend, accounts and revenue at stake.

use std::collections::HashMap;

use heedful_db::types::DAY;
use heedful_db::understand::theme_numbers::{self, Stake, Volume, Windows};
use heedful_db::{Conn, Micros, WorkspaceId};
use heedful_stats::{Confidence, NotEstimable, RateComparison, TrendDirection, Window, compare_rates};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::ThemeOut;
use crate::platform::error::Result;
use crate::platform::figure::Figure;
use crate::platform::time;

/// A trend compares so many days with as many before.
pub const WINDOW_DAYS: i64 = 28;
/// Weeks of seven days up to now, for the small line in a list.
const SPARK_WEEKS: usize = 12;
const SPARK: Micros = 12 * 7 * DAY;

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

/// The two windows of a trend that ends now; what is said in this very microsecond counts.
pub fn windows(now: Micros) -> Windows {
    let to = now + 1;
    Windows { before: to - 2 * WINDOW_DAYS * DAY, recent: to - WINDOW_DAYS * DAY, to }
}

/// Adds the numbers to themes: to one, or to all of a list at once.
pub async fn add(conn: &mut Conn, ws: &WorkspaceId, themes: &mut [ThemeOut], now: Micros) -> Result<()> {
    let only = match themes {
        [] => return Ok(()),
        [one] => Some(one.id.clone()),
        _ => None,
    };
    let to = now + 1;
    let spark_from = to - SPARK;
    let volumes = theme_numbers::volumes(conn, ws, only.as_deref(), windows(now)).await?;
    let stakes = theme_numbers::stakes(conn, ws, only.as_deref()).await?;
    let mut weeks: HashMap<String, Vec<i64>> = HashMap::new();
    for (id, week, n) in theme_numbers::count_by_week(conn, ws, (spark_from, to)).await? {
        let line = weeks.entry(id).or_insert_with(|| vec![0; SPARK_WEEKS]);
        if let Some(slot) = usize::try_from(week).ok().and_then(|week| line.get_mut(week)) {
            *slot = n;
        }
    }
    let mut volumes: HashMap<String, Volume> =
        volumes.into_iter().map(|row| (row.theme_id.clone(), row)).collect();
    let mut stakes: HashMap<String, Stake> =
        stakes.into_iter().map(|row| (row.theme_id.clone(), row)).collect();
    for theme in themes {
        let volume = volumes.remove(&theme.id).unwrap_or_default();
        let stake = stakes.remove(&theme.id).unwrap_or_default();
        theme.numbers = Some(ThemeNumbers {
            n_signals: volume.n_signals,
            last_at: time::out_opt(volume.last_at),
            trend: ThemeTrend::of(volume.n_before, volume.n_recent),
            weeks: weeks.remove(&theme.id).unwrap_or_else(|| vec![0; SPARK_WEEKS]),
            n_accounts: stake.n_accounts,
            n_accounts_unpriced: stake.n_unpriced,
            revenue_cents: stake.revenue_cents,
        });
    }
    Ok(())
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
