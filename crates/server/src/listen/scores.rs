//! What scored answers come to: the one place where NPS, product-market fit and CSAT are computed.

use heedful_stats::{Confidence, Estimate, NotEstimable, NpsCounts, Proportion, csat, nps, pmf};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::figure::{Figure, percent};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreKind {
    Nps,
    Pmf,
    Csat,
}

/// How often each score was given.
pub type Counts = [(f64, i64)];

impl ScoreKind {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "nps" => Some(Self::Nps),
            "pmf" => Some(Self::Pmf),
            "csat" => Some(Self::Csat),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nps => "nps",
            Self::Pmf => "pmf",
            Self::Csat => "csat",
        }
    }

    /// Points from −100 to 100 for NPS; a share from 0 to 1 for the others.
    pub fn figure(self, counts: &Counts) -> Figure {
        Figure::of(count(counts, |_| true), self.estimate(counts))
    }

    /// As people speak of it: points for NPS, percent for the others.
    pub fn spoken(self, counts: &Counts) -> Figure {
        let estimate = self.estimate(counts);
        let spoken = if self == Self::Nps { estimate } else { estimate.map(percent) };
        Figure::of(count(counts, |_| true), spoken)
    }

    fn estimate(self, counts: &Counts) -> Result<Estimate, NotEstimable> {
        match self {
            Self::Nps => {
                let (promoters, detractors) =
                    (count(counts, |score| score >= 9.0), count(counts, |score| score < 7.0));
                let passives = count(counts, |score| (7.0..9.0).contains(&score));
                nps(NpsCounts { promoters, passives, detractors }, Confidence::P95)
            }
            Self::Pmf => {
                let share = Proportion::new(count(counts, |score| score >= 2.0), count(counts, |_| true))?;
                Ok(pmf(share, Confidence::P95)?.share)
            }
            Self::Csat => {
                let at = |answer: f64| count(counts, |score| (score - answer).abs() < 0.5);
                csat([at(1.0), at(2.0), at(3.0), at(4.0), at(5.0)], Confidence::P95)
            }
        }
    }
}

fn count(counts: &Counts, of: impl Fn(f64) -> bool) -> u64 {
    let matching = counts.iter().filter(|(score, _)| of(*score));
    matching.map(|(_, n)| u64::try_from(*n).unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_trade() {
        let check = |kind: ScoreKind, counts: &Counts, expect: f64| {
            let found = kind.spoken(counts);
            assert!((found.value.unwrap() - expect).abs() < 1e-9, "{kind:?} {found:?}");
            assert!(found.low.unwrap() < expect && found.high.unwrap() > expect, "{found:?}");
        };
        check(ScoreKind::Nps, &[(10.0, 5), (8.0, 3), (6.0, 2)], 30.0);
        check(ScoreKind::Pmf, &[(0.0, 5), (1.0, 5), (2.0, 10)], 50.0);
        check(ScoreKind::Csat, &[(1.0, 1), (5.0, 3)], 75.0);
    }

    #[test]
    fn no_answer_is_a_reason_and_never_a_zero() {
        let none = ScoreKind::Pmf.figure(&[]);
        assert_eq!((none.value, none.n, none.reason_code.as_deref()), (None, 0, Some("empty")));
    }
}
