//! How sure the evidence makes us: a pure function, and its making.
//!
//! Confidence starts at even odds (50 %). Each piece of evidence moves the log-odds by
//! `weight(strength) × breadth`, up when it speaks for the hypothesis and down when it speaks against it.
//! Breadth grows with the logarithm of the number of independent people behind evidence of the same strength and side,
//! so ten people weigh more than one but not ten times as much, and one theme of ten people weighs what ten signals of
//! ten people weigh. A person counts once per side, at the strongest evidence they appear in. Metrics and experiments
//! name no people and count as one: what lies behind them is in their strength.
//!
//! The band shows how far the number would be moved by what we have not heard: wide with little evidence, narrow with
//! much, whichever way it points.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::words::{EvidenceSide, EvidenceStrength};

/// Beyond this many people in one strength and side, more of the same says nothing new.
const BREADTH_MAX: u32 = 127;
/// Half the width of the band in log-odds with no evidence at all: 18 % to 82 %.
const BAND: f64 = 1.5;
/// Evidence on both sides of at least this weight is a contradiction worth looking at.
const CONTRADICTION: f64 = 0.4;
const LOW: f64 = 0.4;
const HIGH: f64 = 0.7;

/// One piece of evidence, as far as it matters here.
#[derive(Clone, Debug)]
pub struct Piece {
    pub evidence_id: String,
    pub side: EvidenceSide,
    pub strength: EvidenceStrength,
    /// Who stands behind it; empty for metrics and experiments.
    pub people: Vec<String>,
}

/// How sure the evidence makes us that the hypothesis is true.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EvidenceConfidence {
    /// Between 0 and 1; 0.5 is even odds.
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// low, medium or high
    pub band: &'static str,
    /// Independent people behind the evidence, on either side.
    pub n_people: usize,
    /// Substantial evidence stands on both sides.
    pub contradictory: bool,
    /// What each piece of evidence added or took away.
    pub contributions: Vec<EvidenceContribution>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EvidenceContribution {
    pub evidence_id: String,
    pub side: EvidenceSide,
    pub strength: EvidenceStrength,
    pub n_people: usize,
    /// Those who do not already appear in stronger or earlier evidence of the same side.
    pub n_new_people: usize,
    /// Log-odds added (above zero) or taken away (below zero).
    pub points: f64,
}

/// Log-odds per doubling of the people behind evidence of this strength.
pub fn weight(strength: EvidenceStrength) -> f64 {
    match strength {
        EvidenceStrength::Opinion => 0.1,
        EvidenceStrength::StatedBehaviour => 0.2,
        EvidenceStrength::ObservedBehaviour => 0.4,
        EvidenceStrength::Commitment => 0.7,
        EvidenceStrength::Randomised => 2.5,
    }
}

pub fn confidence(pieces: &[Piece]) -> EvidenceConfidence {
    let mut order: Vec<&Piece> = pieces.iter().collect();
    order.sort_by(|a, b| b.strength.cmp(&a.strength).then_with(|| a.evidence_id.cmp(&b.evidence_id)));
    let mut seen: HashSet<(EvidenceSide, &str)> = HashSet::new();
    let mut everybody: HashSet<&str> = HashSet::new();
    let mut breadths: HashMap<(EvidenceSide, EvidenceStrength), u32> = HashMap::new();
    let mut contributions = Vec::with_capacity(order.len());
    let (mut total_for, mut total_against) = (0.0, 0.0);
    for piece in order {
        let nameless = [piece.evidence_id.clone()];
        let n_new = if piece.people.is_empty() {
            nameless.len()
        } else {
            everybody.extend(piece.people.iter().map(String::as_str));
            piece.people.iter().filter(|person| seen.insert((piece.side, person.as_str()))).count()
        };
        let breadth = breadths.entry((piece.side, piece.strength)).or_default();
        let before = *breadth;
        *breadth = before.saturating_add(u32::try_from(n_new).unwrap_or(u32::MAX)).min(BREADTH_MAX);
        let gain = (f64::from(1 + *breadth) / f64::from(1 + before)).log2();
        let points = weight(piece.strength) * gain;
        match piece.side {
            EvidenceSide::For => total_for += points,
            EvidenceSide::Against => total_against += points,
        }
        contributions.push(EvidenceContribution {
            evidence_id: piece.evidence_id.clone(),
            side: piece.side,
            strength: piece.strength,
            n_people: piece.people.len(),
            n_new_people: if piece.people.is_empty() { 0 } else { n_new },
            points: if piece.side == EvidenceSide::For { points } else { -points },
        });
    }
    summed(total_for, total_against, everybody.len(), contributions)
}

fn summed(
    total_for: f64,
    total_against: f64,
    n_people: usize,
    contributions: Vec<EvidenceContribution>,
) -> EvidenceConfidence {
    let score = total_for - total_against;
    let half = BAND / (1.0 + total_for + total_against).sqrt();
    let value = share(score);
    EvidenceConfidence {
        value,
        low: share(score - half),
        high: share(score + half),
        band: band(value),
        n_people,
        contradictory: total_for.min(total_against) >= CONTRADICTION,
        contributions,
    }
}

/// The word for a confidence.
pub fn band(value: f64) -> &'static str {
    match value {
        value if value < LOW => "low",
        value if value < HIGH => "medium",
        _ => "high",
    }
}

fn share(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(id: &str, side: EvidenceSide, strength: EvidenceStrength, people: &[&str]) -> Piece {
        let people = people.iter().map(ToString::to_string).collect();
        Piece { evidence_id: id.to_owned(), side, strength, people }
    }

    #[test]
    fn nothing_heard_is_even_odds_with_a_wide_band() {
        let c = confidence(&[]);
        assert!((c.value - 0.5).abs() < 1e-12 && c.low < 0.2 && c.high > 0.8);
        assert_eq!((c.band, c.n_people, c.contradictory), ("medium", 0, false));
    }

    #[test]
    fn for_and_against_mirror_each_other() {
        let up =
            confidence(&[piece("a", EvidenceSide::For, EvidenceStrength::ObservedBehaviour, &["p", "q"])]);
        let down = confidence(&[piece(
            "a",
            EvidenceSide::Against,
            EvidenceStrength::ObservedBehaviour,
            &["p", "q"],
        )]);
        assert!(up.value > 0.5 && (up.value + down.value - 1.0).abs() < 1e-12);
        assert!((up.low + down.high - 1.0).abs() < 1e-12);
    }

    #[test]
    fn one_theme_of_ten_people_weighs_what_ten_signals_weigh() {
        let names: Vec<String> = (0..10).map(|n| format!("p{n}")).collect();
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let theme = confidence(&[piece("t", EvidenceSide::For, EvidenceStrength::StatedBehaviour, &all)]);
        let signals: Vec<Piece> = all
            .iter()
            .map(|name| piece(name, EvidenceSide::For, EvidenceStrength::StatedBehaviour, &[name]))
            .collect();
        assert!((theme.value - confidence(&signals).value).abs() < 1e-12);
    }

    #[test]
    fn the_same_person_counts_once_at_the_strongest() {
        let once = confidence(&[piece("b", EvidenceSide::For, EvidenceStrength::Commitment, &["p"])]);
        let twice = confidence(&[
            piece("a", EvidenceSide::For, EvidenceStrength::Opinion, &["p"]),
            piece("b", EvidenceSide::For, EvidenceStrength::Commitment, &["p"]),
        ]);
        assert!((once.value - twice.value).abs() < 1e-12);
        assert_eq!((twice.n_people, twice.contributions[1].n_new_people), (1, 0));
    }

    #[test]
    fn one_randomised_test_outweighs_a_crowd_of_opinions() {
        let names: Vec<String> = (0..1_000).map(|n| format!("p{n}")).collect();
        let crowd: Vec<&str> = names.iter().map(String::as_str).collect();
        let c = confidence(&[
            piece("a", EvidenceSide::For, EvidenceStrength::Opinion, &crowd),
            piece("b", EvidenceSide::Against, EvidenceStrength::Randomised, &[]),
        ]);
        assert!(c.value < 0.2 && c.contradictory, "{c:?}");
    }
}
