//! Themes that are said more or less often than before, and by how much.

use heedful_db::decide::agenda::{self, Change, Windows};
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};
use heedful_stats::{Confidence, Estimate, TrendDirection, Window, compare_rates};
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::error::Result;
use crate::platform::words::whole;

/// What a rise or fall is measured against: this many days before the period.
pub const EARLIER_DAYS: i64 = 28;
/// Themes are compared from the busiest down; a workspace has far fewer.
const THEMES_MAX: i64 = 500;

/// A count that changed by more than chance explains.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThemeMove {
    pub id: String,
    pub name: String,
    /// Signals in the period.
    pub n: i64,
    pub days: f64,
    /// Signals in the days before it.
    pub n_before: i64,
    pub days_before: f64,
    pub rising: bool,
    /// Rate in the period ÷ rate before; null when there were none before.
    pub ratio: Option<f64>,
    pub ratio_low: Option<f64>,
    pub ratio_high: Option<f64>,
    /// The change as a sentence.
    pub sentence: String,
}

/// Open themes that rose or fell between the days before a period and the period, at 95 %, the busiest first.
pub async fn theme_changes(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Micros,
    to: Micros,
) -> Result<Vec<ThemeMove>> {
    let windows = Windows { earlier: from - EARLIER_DAYS * DAY, split: from, to };
    let rows = agenda::list_theme_changes(conn, ws, windows, THEMES_MAX).await?;
    Ok(rows.into_iter().filter_map(|row| judge(row, windows, Confidence::P95)).collect())
}

/// The change, if it can be told from chance.
pub fn judge(row: Change, windows: Windows, confidence: Confidence) -> Option<ThemeMove> {
    let (days_before, days) = (days(windows.split - windows.earlier), days(windows.to - windows.split));
    let window = |n: i64, days| Window { count: u64::try_from(n).unwrap_or_default(), days };
    // Too few to compare is no change worth a place on an agenda.
    let found =
        compare_rates(window(row.n_earlier, days_before), window(row.n_later, days), confidence).ok()?;
    if found.direction == TrendDirection::Unclear {
        return None;
    }
    let ratio = found.ratio.ok();
    let change = ThemeMove {
        sentence: sentence(&row, days, days_before, ratio),
        id: row.id,
        name: row.name,
        n: row.n_later,
        days,
        n_before: row.n_earlier,
        days_before,
        rising: found.direction == TrendDirection::Rising,
        ratio: ratio.map(|ratio| ratio.value),
        ratio_low: ratio.map(|ratio| ratio.low),
        ratio_high: ratio.map(|ratio| ratio.high),
    };
    Some(change)
}

fn sentence(row: &Change, days: f64, days_before: f64, ratio: Option<Estimate>) -> String {
    let counts = format!(
        "{} in the last {days:.0} days, {} in the {days_before:.0} days before",
        whole(row.n_later),
        whole(row.n_earlier)
    );
    match ratio {
        None => format!("{counts}: it is new."),
        Some(r) => format!("{counts}: {:.1} times as often ({:.1} to {:.1}).", r.value, r.low, r.high),
    }
}

/// Spans between two moments of this century fit a floating-point number exactly enough.
fn days(span: Micros) -> f64 {
    f64::from(u32::try_from(span / (DAY / 24)).unwrap_or(u32::MAX)) / 24.0
}
