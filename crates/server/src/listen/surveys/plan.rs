//! Before asking: how precise the main number will be with so many answers.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::scoring::{Tally, score};
use crate::platform::auth::Viewer;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::figure::Figure;
use crate::platform::invalid::Invalid;
use crate::platform::words;

const SIZES: [u32; 6] = [20, 50, 100, 200, 400, 1_000];
const N_MAX: u32 = 1_000_000;
/// Shares that are common enough to plan with when nothing is known yet.
const PROMOTERS: f64 = 0.4;
const DETRACTORS: f64 = 0.2;
const VERY_DISAPPOINTED: f64 = 0.4;

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AskPlanQuery {
    /// nps or pmf
    pub kind: String,
    /// Answers you expect; shown beside the usual sizes.
    #[param(minimum = 1, maximum = 1_000_000)]
    pub n: Option<u32>,
    /// For NPS: the share of 9 and 10 you expect, between 0 and 1; 0.4 when not given.
    pub promoters: Option<f64>,
    /// For NPS: the share of 0 to 6 you expect; 0.2 when not given.
    pub detractors: Option<f64>,
    /// For PMF: the share of "very disappointed" you expect; 0.4 when not given.
    pub very_disappointed: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AskPlan {
    /// What was supposed, in words.
    pub assumption: String,
    pub items: Vec<AskPlanItem>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AskPlanItem {
    /// Answers.
    pub n: u32,
    /// The score and interval that so many answers would give.
    pub score: Figure,
    /// Half the width of the interval: "plus or minus this much".
    pub margin: Option<f64>,
}

/// How precise the main number of a survey will be with so many answers.
#[utoipa::path(get, path = "/surveys/plan", tag = "listen", params(AskPlanQuery),
    responses((status = 200, body = AskPlan)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn plan_survey(_viewer: Viewer, Query(query): Query<AskPlanQuery>) -> Result<Json<AskPlan>> {
    query.check()?;
    let mut sizes = SIZES.to_vec();
    sizes.extend(query.n);
    sizes.sort_unstable();
    sizes.dedup();
    let items = sizes.into_iter().filter_map(|n| query.item(n)).collect();
    Ok(Json(AskPlan { assumption: query.assumption(), items }))
}

impl AskPlanQuery {
    fn check(&self) -> std::result::Result<(), Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_choice("kind", &self.kind, &["nps", "pmf"]);
        invalid.check(
            "n",
            self.n.is_none_or(|n| (1..=N_MAX).contains(&n)),
            "must be between 1 and 1,000,000",
        );
        for (field, share) in [
            ("promoters", self.promoters),
            ("detractors", self.detractors),
            ("very_disappointed", self.very_disappointed),
        ] {
            let is_share = share.is_none_or(|share| (0.0..=1.0).contains(&share));
            invalid.check(field, is_share, "must be between 0 and 1");
        }
        let (promoters, detractors) = self.nps_shares();
        invalid.check(
            "detractors",
            promoters + detractors <= 1.0,
            "must leave promoters and detractors at most 1",
        );
        invalid.or(()).map(|_| ())
    }

    fn nps_shares(&self) -> (f64, f64) {
        let promoters = self.promoters.unwrap_or(PROMOTERS);
        (promoters, self.detractors.unwrap_or_else(|| DETRACTORS.min(1.0 - promoters)))
    }

    fn assumption(&self) -> String {
        if self.kind == "pmf" {
            let share = words::percent(self.very_disappointed.unwrap_or(VERY_DISAPPOINTED));
            return format!("If {share} answer “very disappointed”, with 95% confidence.");
        }
        let (promoters, detractors) = self.nps_shares();
        format!(
            "If {} answer 9 or 10 and {} answer 0 to 6, with 95% confidence.",
            words::percent(promoters),
            words::percent(detractors)
        )
    }

    fn item(&self, n: u32) -> Option<AskPlanItem> {
        let mut tally = Tally::default();
        if self.kind == "pmf" {
            let very = part(self.very_disappointed.unwrap_or(VERY_DISAPPOINTED), n);
            tally.add(Some(2.0), very);
            tally.add(Some(0.0), u64::from(n) - very);
        } else {
            let (promoters, detractors) = self.nps_shares();
            let for_us = part(promoters, n);
            let against_us = part(detractors, n).min(u64::from(n) - for_us);
            tally.add(Some(10.0), for_us);
            tally.add(Some(0.0), against_us);
            tally.add(Some(8.0), u64::from(n) - for_us - against_us);
        }
        let score = score(&self.kind, &tally)?;
        let margin = score.high.zip(score.low).map(|(high, low)| (high - low) / 2.0);
        Some(AskPlanItem { n, score, margin })
    }
}

/// A share of `n`, as a whole number of answers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and n by the check above"
)]
fn part(share: f64, n: u32) -> u64 {
    (share * f64::from(n)).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_answers_say_more() {
        let query = |kind: &str| AskPlanQuery {
            kind: kind.to_owned(),
            n: None,
            promoters: None,
            detractors: None,
            very_disappointed: None,
        };
        for kind in ["nps", "pmf"] {
            let margins: Vec<f64> =
                SIZES.iter().map(|n| query(kind).item(*n).unwrap().margin.unwrap()).collect();
            assert!(margins.is_sorted_by(|few, more| few > more), "{kind}: {margins:?}");
        }
        let hundred = query("pmf").item(100).unwrap();
        assert!((0.09..0.1).contains(&hundred.margin.unwrap()));
        assert!(
            AskPlanQuery { promoters: Some(0.9), detractors: Some(0.2), ..query("nps") }.check().is_err()
        );
    }
}
