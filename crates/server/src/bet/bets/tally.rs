//! What blind scores say once everybody has given them: a pure function.
//!
//! Each person gives impact, confidence and ease from 1 to 10. Their product divided by 10 is that person's expected
//! value of the bet, from 0.1 to 100: impact if it works, times how sure they are, times how little it costs. A bet's
//! rank is the mean over people. Its interval reaches from the lowest to the highest of them: a handful of opinions is
//! not a sample, so a statistical interval would claim more than is known.

use heedful_db::bet::scores::Score;
use serde::Serialize;
use utoipa::ToSchema;

/// Scores this far apart are worth a talk: people see different bets behind the same words.
const DISAGREEMENT: i64 = 4;

/// The state of a bet's scoring. Others' scores stay hidden until everybody asked has scored.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct BetScoring {
    pub n_asked: usize,
    pub n_scored: usize,
    /// Who was asked, and who has answered.
    pub scorers: Vec<BetScorer>,
    /// What the caller gave; null when not asked or not yet answered.
    pub mine: Option<ScoreOut>,
    /// Whether the caller is asked.
    pub asked_me: bool,
    /// Everybody has scored: all scores can be seen.
    pub revealed: bool,
    /// Empty until revealed.
    pub scores: Vec<ScoreOut>,
    /// Null until revealed.
    pub summary: Option<ScoreSummary>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BetScorer {
    pub user_id: String,
    pub has_scored: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScoreOut {
    pub scorer_id: String,
    pub impact: i64,
    pub confidence: i64,
    pub ease: i64,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScoreSummary {
    pub impact: ScoreSpread,
    pub confidence: ScoreSpread,
    pub ease: ScoreSpread,
    /// Mean of impact × confidence × ease ÷ 10 over people, from 0.1 to 100.
    pub rank: f64,
    /// The lowest of them.
    pub rank_low: f64,
    /// The highest of them.
    pub rank_high: f64,
    /// On which people differ by 4 points or more.
    pub disagreements: Vec<ScoreDisagreement>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScoreSpread {
    pub mean: f64,
    pub low: i64,
    pub high: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScoreDisagreement {
    /// impact, confidence or ease
    pub on: &'static str,
    pub low: i64,
    pub high: i64,
}

/// What `viewer` may see of the scores of one bet.
pub fn tally(rows: &[Score], viewer: &str) -> BetScoring {
    let given: Vec<ScoreOut> = rows.iter().filter_map(out).collect();
    let revealed = !rows.is_empty() && given.len() == rows.len();
    BetScoring {
        n_asked: rows.len(),
        n_scored: given.len(),
        scorers: rows
            .iter()
            .map(|row| BetScorer { user_id: row.scorer_id.clone(), has_scored: row.scored_at.is_some() })
            .collect(),
        mine: given.iter().find(|score| score.scorer_id == viewer).cloned(),
        asked_me: rows.iter().any(|row| row.scorer_id == viewer),
        revealed,
        summary: if revealed { summary(&given) } else { None },
        scores: if revealed { given } else { Vec::new() },
    }
}

fn out(row: &Score) -> Option<ScoreOut> {
    row.scored_at?;
    Some(ScoreOut {
        scorer_id: row.scorer_id.clone(),
        impact: row.impact?,
        confidence: row.confidence?,
        ease: row.ease?,
        note: row.note.clone(),
    })
}

fn summary(scores: &[ScoreOut]) -> Option<ScoreSummary> {
    let values = |of: fn(&ScoreOut) -> i64| spread(scores.iter().map(of));
    let (impact, confidence, ease) =
        (values(|score| score.impact)?, values(|score| score.confidence)?, values(|score| score.ease)?);
    let rank = values(|score| score.impact * score.confidence * score.ease)?;
    let apart = [("impact", &impact), ("confidence", &confidence), ("ease", &ease)];
    let disagreements = apart
        .into_iter()
        .filter(|(_, spread)| spread.high - spread.low >= DISAGREEMENT)
        .map(|(on, spread)| ScoreDisagreement { on, low: spread.low, high: spread.high })
        .collect();
    Some(ScoreSummary {
        rank: rank.mean / 10.0,
        rank_low: small(rank.low) / 10.0,
        rank_high: small(rank.high) / 10.0,
        impact,
        confidence,
        ease,
        disagreements,
    })
}

fn spread(values: impl Iterator<Item = i64>) -> Option<ScoreSpread> {
    let values: Vec<i64> = values.collect();
    let (low, high) = (*values.iter().min()?, *values.iter().max()?);
    let n = i64::try_from(values.len()).ok()?;
    Some(ScoreSpread { mean: small(values.iter().sum()) / small(n), low, high })
}

/// Scores and their sums are at most a few thousands.
fn small(n: i64) -> f64 {
    i32::try_from(n).map_or(f64::from(i32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(who: &str, given: Option<(i64, i64, i64)>) -> Score {
        Score {
            bet_id: "b".to_owned(),
            scorer_id: who.to_owned(),
            impact: given.map(|given| given.0),
            confidence: given.map(|given| given.1),
            ease: given.map(|given| given.2),
            note: String::new(),
            scored_at: given.map(|_| 1),
        }
    }

    #[test]
    fn scores_stay_hidden_until_the_last_one() {
        let rows = [score("a", Some((8, 5, 5))), score("b", None)];
        let seen = tally(&rows, "b");
        assert_eq!((seen.n_asked, seen.n_scored, seen.revealed, seen.asked_me), (2, 1, false, true));
        assert!(seen.scores.is_empty() && seen.summary.is_none() && seen.mine.is_none());
        assert!(tally(&rows, "a").mine.is_some());
    }

    #[test]
    fn the_summary_has_mean_spread_and_disagreement() {
        let rows = [score("a", Some((8, 5, 5))), score("b", Some((4, 5, 6)))];
        let summary = tally(&rows, "a").summary.unwrap();
        assert!((summary.rank - 16.0).abs() < 1e-12);
        assert_eq!((summary.rank_low, summary.rank_high), (12.0, 20.0));
        assert_eq!(summary.disagreements, [ScoreDisagreement { on: "impact", low: 4, high: 8 }]);
    }

    #[test]
    fn nobody_asked_is_nothing_to_reveal() {
        assert!(!tally(&[], "a").revealed);
    }
}
