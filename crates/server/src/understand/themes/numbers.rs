//! What themes amount to: volume, trend, accounts and revenue at stake.

use std::collections::HashMap;

use heedful_db::types::DAY;
use heedful_db::understand::theme_numbers::{self, Stake, Volume, Windows};
use heedful_db::{Conn, Micros, WorkspaceId};

use super::trend::{ThemeNumbers, ThemeTrend};
use super::wire::ThemeOut;
use crate::platform::error::Result;
use crate::platform::time;

/// A trend compares so many days with as many before.
pub const WINDOW_DAYS: i64 = 28;
/// Weeks of seven days up to now, for the small line in a list.
const SPARK_WEEKS: usize = 12;
const SPARK: Micros = 12 * 7 * DAY;

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
    for (id, week, n) in theme_numbers::count_by_week(conn, ws, only.as_deref(), (spark_from, to)).await? {
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
