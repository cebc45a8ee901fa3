//! Scores that products live by, with the intervals they are usually shown without.

use crate::inputs::count;
use crate::{Confidence, Estimate, NotEstimable, Proportion, wilson};

/// Pseudo-answers that steady the interval of the Net Promoter Score: ¾ promoter, 1½ passive, ¾ detractor.
const NPS_PSEUDO_EACH: f64 = 0.75;
const NPS_PSEUDO_TOTAL: f64 = 3.0;

/// Answers to "how likely are you to recommend us?", 0 to 10.
///
/// ```
/// use heedful_stats::NpsCounts;
///
/// let counts = NpsCounts { promoters: 40, passives: 30, detractors: 30 };
/// # let _ = counts;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NpsCounts {
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 0 to 6.
    pub detractors: u64,
}

/// Net Promoter Score in points from −100 to 100: percentage of promoters minus percentage of detractors.
///
/// Reichheld (2003), *The one number you need to grow*. The interval is the adjusted Wald of Rocks (2016), *Interval
/// estimation for the Net Promoter Score*, which adds three answers, ¾ of them promoters and ¾ detractors; it was the
/// best of the compared methods in small samples. Clipped to the scale and widened to hold the score itself.
/// [`NotEstimable::Empty`] without answers.
///
/// ```
/// use heedful_stats::{Confidence, NpsCounts, nps};
///
/// let score = nps(NpsCounts { promoters: 40, passives: 30, detractors: 30 }, Confidence::P95)?;
/// assert!((score.value - 10.0).abs() < 1e-9);
/// assert!((score.low + 6.3).abs() < 0.05 && (score.high - 25.7).abs() < 0.05);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn nps(answers: NpsCounts, confidence: Confidence) -> Result<Estimate, NotEstimable> {
    let promoters = count("The number of promoters", answers.promoters)?;
    let passives = count("The number of passives", answers.passives)?;
    let detractors = count("The number of detractors", answers.detractors)?;
    let n = promoters + passives + detractors;
    if n <= 0.0 {
        return Err(NotEstimable::Empty { group: "the score" });
    }
    let n_adjusted = n + NPS_PSEUDO_TOTAL;
    let for_us = (promoters + NPS_PSEUDO_EACH) / n_adjusted;
    let against_us = (detractors + NPS_PSEUDO_EACH) / n_adjusted;
    let net = for_us - against_us;
    let half = confidence.z() * ((for_us + against_us - net * net) / n_adjusted).sqrt();
    let (low, high) = ((net - half).max(-1.0), (net + half).min(1.0));
    Estimate::new((promoters - detractors) / n, low, high, confidence)?.rescaled(100.0, 0.0)
}

/// The share of "very disappointed" from which a product is said to fit its market (Ellis 2009): 40 %.
pub const PMF_LINE: f64 = 0.4;

/// Where the product-market-fit score stands against [`PMF_LINE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PmfVerdict {
    /// The whole interval is above the line.
    Above,
    /// The whole interval is below the line.
    Below,
    /// The interval holds the line: more answers are needed to tell.
    Unsure,
}

/// The product-market-fit score. Made by [`pmf`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pmf {
    /// Share of "very disappointed", a fraction, with Wilson's interval.
    pub share: Estimate,
    /// Where the interval stands against the line.
    pub verdict: PmfVerdict,
}

/// Product-market-fit score: the share of "very disappointed" among the answers to "how would you feel if you could
/// no longer use it?".
///
/// Interval by [`wilson`]. The verdict is about the interval, not the value: 9 of 20 is 45 %, but tells nothing yet.
/// [`NotEstimable::Empty`] without answers.
///
/// ```
/// use heedful_stats::{Confidence, PmfVerdict, Proportion, pmf};
///
/// assert_eq!(pmf(Proportion::new(9, 20)?, Confidence::P95)?.verdict, PmfVerdict::Unsure);
/// assert_eq!(pmf(Proportion::new(450, 1_000)?, Confidence::P95)?.verdict, PmfVerdict::Above);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn pmf(very_disappointed: Proportion, confidence: Confidence) -> Result<Pmf, NotEstimable> {
    let share = wilson(very_disappointed, confidence)?;
    let verdict = if share.low > PMF_LINE {
        PmfVerdict::Above
    } else if share.high < PMF_LINE {
        PmfVerdict::Below
    } else {
        PmfVerdict::Unsure
    };
    Ok(Pmf { share, verdict })
}

/// Customer satisfaction: the share of answers 4 and 5 on a scale of 1 to 5, a fraction with Wilson's interval.
///
/// `answers` counts the answers 1, 2, 3, 4 and 5, in this order. [`NotEstimable::Empty`] without answers.
///
/// ```
/// use heedful_stats::{Confidence, csat};
///
/// let satisfied = csat([2, 3, 5, 20, 10], Confidence::P95)?;
/// assert!((satisfied.value - 0.75).abs() < 1e-12);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn csat(answers: [u64; 5], confidence: Confidence) -> Result<Estimate, NotEstimable> {
    let mut share = Proportion::default();
    for (n, satisfied) in answers.into_iter().zip([false, false, false, true, true]) {
        share.merge(Proportion::new(if satisfied { n } else { 0 }, n)?)?;
    }
    wilson(share, confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(promoters: u64, passives: u64, detractors: u64) -> Estimate {
        nps(NpsCounts { promoters, passives, detractors }, Confidence::P95).unwrap()
    }

    /// The interval computed with numpy from the formula of the paper.
    #[test]
    fn nps_matches_its_formula() {
        let found = score(40, 30, 30);
        assert!((found.low + 6.271_937_087_850_213).abs() < 1e-9);
        assert!((found.high - 25.689_412_816_005_554).abs() < 1e-9);
    }

    #[test]
    fn unanimous_answers_leave_doubt() {
        let found = score(5, 0, 0);
        assert!(found.value >= 100.0 && found.high >= 100.0 && found.low < 50.0, "{found:?}");
        assert!(score(1, 0, 0).contains(100.0));
        assert!(nps(NpsCounts::default(), Confidence::P95).is_err());
    }

    #[test]
    fn the_line_is_judged_by_the_interval() {
        let verdict = |x, n| pmf(Proportion::new(x, n).unwrap(), Confidence::P95).unwrap().verdict;
        assert_eq!(verdict(40, 100), PmfVerdict::Unsure);
        assert_eq!(verdict(20, 100), PmfVerdict::Below);
        assert_eq!(verdict(60, 100), PmfVerdict::Above);
    }

    #[test]
    fn no_answer_is_no_score() {
        assert_eq!(csat([0; 5], Confidence::P95).unwrap_err().code(), "empty");
        assert_eq!(csat([u64::MAX; 5], Confidence::P95).unwrap_err().code(), "too_large");
        assert!(pmf(Proportion::default(), Confidence::P95).is_err());
    }
}
