//! From single answers to a score with its interval; pure.

use heedful_stats::{Confidence, PmfVerdict, Proportion, pmf};

use crate::listen::scores::ScoreKind;
use crate::platform::figure::Figure;

const VALUES: usize = 11;

/// How often each value was answered: 0 to 10 for NPS, 0 to 2 for PMF. Texts without a score count in `n_texts`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub by_value: [u64; VALUES],
    pub n_texts: u64,
}

impl Tally {
    pub fn add(&mut self, score: Option<f64>, n: u64) {
        match score.and_then(index) {
            Some(index) => self.by_value[index] += n,
            None => self.n_texts += n,
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.by_value.iter_mut().zip(other.by_value) {
            *mine += theirs;
        }
        self.n_texts += other.n_texts;
    }

    pub fn n(&self) -> u64 {
        self.by_value.iter().sum::<u64>() + self.n_texts
    }

    fn range(&self, from: usize, to: usize) -> u64 {
        self.by_value[from..=to].iter().sum()
    }
}

fn index(score: f64) -> Option<usize> {
    (0..VALUES).find(|&value| value_of(value).total_cmp(&score).is_eq())
}

fn value_of(index: usize) -> f64 {
    u32::try_from(index).map_or(f64::NAN, f64::from)
}

/// The score of a kind of survey, in points for NPS and as a share for PMF; none for open questions, which have no score.
pub fn score(kind: &str, tally: &Tally) -> Option<Figure> {
    let counts: Vec<(f64, i64)> = tally
        .by_value
        .iter()
        .enumerate()
        .map(|(value, n)| (value_of(value), i64::try_from(*n).unwrap_or(i64::MAX)))
        .collect();
    Some(ScoreKind::parse(kind)?.figure(&counts))
}

/// Where the product-market-fit score stands against the 40 % line: above, below or unsure.
pub fn pmf_verdict(tally: &Tally) -> Option<&'static str> {
    let share = Proportion::new(tally.by_value[2], tally.range(0, 2)).ok()?;
    Some(match pmf(share, Confidence::P95).ok()?.verdict {
        PmfVerdict::Above => "above",
        PmfVerdict::Below => "below",
        PmfVerdict::Unsure => "unsure",
    })
}

/// Every value that may be answered, with its label, in the order of the scale.
pub fn values(kind: &str) -> Vec<(usize, String)> {
    match kind {
        "nps" => (0..VALUES).map(|value| (value, value.to_string())).collect(),
        "pmf" => ["Not disappointed", "Somewhat disappointed", "Very disappointed"]
            .into_iter()
            .map(str::to_owned)
            .enumerate()
            .collect(),
        _ => Vec::new(),
    }
}

/// The group of a main answer: low, mid or high.
pub fn band(kind: &str, value: usize) -> &'static str {
    match (kind, value) {
        ("nps", 0..=6) | ("pmf", 0) => "low",
        ("nps", 7..=8) | ("pmf", 1) => "mid",
        _ => "high",
    }
}

/// The values of a band, first and last.
pub fn band_range(kind: &str, name: &str) -> Option<(f64, f64)> {
    let mut inside = values(kind).into_iter().filter(|(value, _)| band(kind, *value) == name);
    let first = inside.next()?.0;
    let last = inside.next_back().map_or(first, |(value, _)| value);
    Some((value_of(first), value_of(last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(scores: &[(f64, u64)]) -> Tally {
        let mut tally = Tally::default();
        for (score, n) in scores {
            tally.add(Some(*score), *n);
        }
        tally
    }

    #[test]
    fn nps_is_promoters_less_detractors() {
        let found = score("nps", &tally(&[(10.0, 40), (8.0, 30), (3.0, 30)])).unwrap();
        assert_eq!((found.n, found.value.unwrap().round()), (100, 10.0));
        assert!(found.low.unwrap() < 10.0 && found.high.unwrap() > 10.0);
    }

    #[test]
    fn pmf_is_judged_by_its_interval() {
        let check = |very: u64, others: u64, verdict: &str| {
            assert_eq!(pmf_verdict(&tally(&[(2.0, very), (0.0, others)])), Some(verdict));
        };
        check(9, 11, "unsure");
        check(450, 550, "above");
        check(200, 800, "below");
        let share = score("pmf", &tally(&[(2.0, 45), (1.0, 55)])).unwrap();
        assert!((share.value.unwrap() - 0.45).abs() < 1e-9);
    }

    #[test]
    fn no_answer_is_a_reason_and_open_questions_have_no_score() {
        let none = score("nps", &Tally::default()).unwrap();
        assert_eq!((none.value, none.n), (None, 0));
        assert!(none.reason.unwrap().contains("no data yet"));
        assert_eq!(score("open", &tally(&[])), None);
        assert_eq!(pmf_verdict(&Tally::default()), None);
    }

    #[test]
    fn bands_cover_the_scale() {
        assert_eq!(band_range("nps", "low"), Some((0.0, 6.0)));
        assert_eq!(band_range("nps", "mid"), Some((7.0, 8.0)));
        assert_eq!(band_range("nps", "high"), Some((9.0, 10.0)));
        assert_eq!(band_range("pmf", "high"), Some((2.0, 2.0)));
        assert_eq!(band_range("open", "low"), None);
    }
}
