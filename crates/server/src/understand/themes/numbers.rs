//! What themes amount to: volume, trend, accounts and revenue at stake.

use std::collections::HashMap;

use heedful_db::types::DAY;
use heedful_db::understand::theme_numbers::{self, Stake};
use heedful_db::{Conn, Micros, WorkspaceId};

use super::facts::Facts;
use super::trend::{ThemeNumbers, ThemeTrend};
use super::wire::ThemeOut;
use crate::platform::error::Result;
use crate::platform::time;

/// A trend compares four weeks with the four before.
const TREND_WEEKS: usize = 4;
/// Weeks of seven days up to now, for the small chart in a list; the trend looks at the last eight of them.
const WEEKS: usize = 12;
const SPAN: Micros = 12 * 7 * DAY;

/// Adds the numbers to the themes of a list, all at once.
pub async fn add(conn: &mut Conn, ws: &WorkspaceId, themes: &mut [ThemeOut], now: Micros) -> Result<()> {
    let mut volumes: HashMap<String, Volume> = HashMap::new();
    for row in theme_numbers::count_by_week(conn, ws, beginning(now)).await? {
        volumes.entry(row.theme_id).or_default().add(row.week, row.n, row.last_at);
    }
    let stakes = theme_numbers::stakes(conn, ws).await?;
    let mut stakes: HashMap<String, Stake> =
        stakes.into_iter().map(|row| (row.theme_id.clone(), row)).collect();
    for theme in themes {
        let volume = volumes.remove(&theme.id).unwrap_or_default();
        let stake = stakes.remove(&theme.id).unwrap_or_default();
        theme.numbers = Some(volume.with(&stake));
    }
    Ok(())
}

/// The same of one theme, whose signals were read.
pub fn of(facts: &Facts, now: Micros) -> ThemeNumbers {
    let mut volume = Volume::default();
    for at in facts.times() {
        volume.add((at - beginning(now)).div_euclid(7 * DAY), 1, at);
    }
    volume.with(&facts.stake())
}

/// The start of the first of the weeks. What is said in this very microsecond counts.
fn beginning(now: Micros) -> Micros {
    now + 1 - SPAN
}

/// How often a theme was said.
#[derive(Default)]
struct Volume {
    n: i64,
    weeks: [i64; WEEKS],
    last_at: Option<Micros>,
}

impl Volume {
    fn add(&mut self, week: i64, n: i64, last_at: Micros) {
        self.n += n;
        self.last_at = self.last_at.max(Some(last_at));
        // Neither what was said before the first of the weeks, nor what is dated in the future, is in one of them.
        if let Some(week) = usize::try_from(week).ok().and_then(|week| self.weeks.get_mut(week)) {
            *week += n;
        }
    }

    fn with(&self, stake: &Stake) -> ThemeNumbers {
        let sum = |from: usize| self.weeks[from..from + TREND_WEEKS].iter().sum();
        ThemeNumbers {
            n_signals: self.n,
            last_at: time::out_opt(self.last_at),
            trend: ThemeTrend::of(sum(WEEKS - 2 * TREND_WEEKS), sum(WEEKS - TREND_WEEKS)),
            weeks: self.weeks.to_vec(),
            n_accounts: stake.n_accounts,
            n_accounts_unpriced: stake.n_unpriced,
            revenue_cents: stake.revenue_cents,
        }
    }
}
