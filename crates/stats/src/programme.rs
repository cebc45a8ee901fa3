//! Measures of how well a team forecasts and how fast it learns.

use crate::inputs::count;
use crate::{Confidence, Estimate, NotEstimable, Proportion, wilson};

/// Most bins a calibration may have.
pub const CALIBRATION_BINS_MAX: u32 = 50;

/// A forecast that has been settled.
///
/// ```
/// use heedful_stats::Forecast;
///
/// let bet = Forecast::new(0.7, true)?;
/// assert_eq!((bet.probability(), bet.happened()), (0.7, true));
/// assert!(Forecast::new(70.0, true).is_err());
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    probability: f64,
    happened: bool,
}

impl Forecast {
    /// A `probability` from 0 to 1, ends included, given beforehand to something that `happened` or not.
    pub fn new(probability: f64, happened: bool) -> Result<Self, NotEstimable> {
        if (0.0..=1.0).contains(&probability) {
            return Ok(Self { probability, happened });
        }
        Err(NotEstimable::OutOfRange { what: "A forecast", expected: "between 0 and 1", value: probability })
    }

    /// The probability given beforehand.
    pub fn probability(self) -> f64 {
        self.probability
    }

    /// What became of it.
    pub fn happened(self) -> bool {
        self.happened
    }

    fn outcome(self) -> f64 {
        if self.happened { 1.0 } else { 0.0 }
    }
}

/// How good settled forecasts were. Made by [`brier_score`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brier {
    /// Mean squared distance between forecast and outcome: 0 is perfect, 0.25 is what always saying 50 % earns, 1
    /// is worst.
    pub score: f64,
    /// 1 − score ÷ score of always forecasting the share that did happen: above 0 the forecasts knew something.
    ///
    /// [`NotEstimable::ZeroVariance`] when all or none happened: there was nothing to know.
    pub skill: Result<f64, NotEstimable>,
    /// Number of forecasts.
    pub n: u64,
}

/// Brier score of settled forecasts.
///
/// Brier (1950), *Verification of forecasts expressed in terms of probability*, equation 2, in its one-event form
/// (half of the original); skill after Murphy (1988). [`NotEstimable::Empty`] without forecasts.
///
/// ```
/// use heedful_stats::{Forecast, brier_score};
///
/// let forecasts = [Forecast::new(0.8, true)?, Forecast::new(0.4, false)?];
/// let brier = brier_score(&forecasts)?;
/// assert!((brier.score - 0.1).abs() < 1e-12 && (brier.skill? - 0.6).abs() < 1e-12);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn brier_score(forecasts: &[Forecast]) -> Result<Brier, NotEstimable> {
    let hits = tally(forecasts)?;
    let (_, n, base_rate) = hits.parts("the forecasts")?;
    let squares: f64 = forecasts.iter().map(|f| (f.probability - f.outcome()).powi(2)).sum();
    let score = squares / n;
    let reference = base_rate * (1.0 - base_rate);
    let skill = if reference > 0.0 { Ok(1.0 - score / reference) } else { Err(NotEstimable::ZeroVariance) };
    Ok(Brier { score, skill, n: hits.n() })
}

/// Forecasts of similar probability, and what became of them. Made by [`calibration`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationBin {
    /// Lower end of the bin, included.
    pub from: f64,
    /// Upper end of the bin, not included but for the last.
    pub to: f64,
    /// Mean of the forecasts in the bin.
    pub forecast: f64,
    /// Share of them that happened, a fraction with Wilson's interval; well calibrated when it holds `forecast`.
    pub outcome: Estimate,
    /// Number of forecasts in the bin.
    pub n: u64,
}

/// Calibration of settled forecasts: of what was given 70 %, did 70 % happen?
///
/// `bins` bins of equal width over 0..1 (1 to [`CALIBRATION_BINS_MAX`]), lowest first; those without a forecast are left
/// out. Murphy and Winkler (1977), *Reliability of subjective probability forecasts of precipitation and
/// temperature*. [`NotEstimable::Empty`] without forecasts.
///
/// ```
/// use heedful_stats::{Confidence, Forecast, calibration};
///
/// let forecasts = [Forecast::new(0.1, false)?, Forecast::new(0.75, true)?, Forecast::new(1.0, true)?];
/// let bins = calibration(&forecasts, 4, Confidence::P95)?;
/// assert_eq!(bins.iter().map(|bin| (bin.from, bin.n)).collect::<Vec<_>>(), [(0.0, 1), (0.75, 2)]);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn calibration(
    forecasts: &[Forecast],
    bins: u32,
    confidence: Confidence,
) -> Result<Vec<CalibrationBin>, NotEstimable> {
    if !(1..=CALIBRATION_BINS_MAX).contains(&bins) {
        let (what, value) = ("The number of bins", f64::from(bins));
        return Err(NotEstimable::OutOfRange { what, expected: "from 1 to 50", value });
    }
    if forecasts.is_empty() {
        return Err(NotEstimable::Empty { group: "the forecasts" });
    }
    let mut found = Vec::new();
    for bin in 0..bins {
        let from = f64::from(bin) / f64::from(bins);
        let to = f64::from(bin + 1) / f64::from(bins);
        let last = bin + 1 == bins;
        let inside: Vec<Forecast> = forecasts
            .iter()
            .copied()
            .filter(|f| from <= f.probability && (f.probability < to || last))
            .collect();
        if inside.is_empty() {
            continue;
        }
        let hits = tally(&inside)?;
        let sum: f64 = inside.iter().map(|f| f.probability).sum();
        let forecast = sum / count("The number of forecasts", hits.n())?;
        found.push(CalibrationBin { from, to, forecast, outcome: wilson(hits, confidence)?, n: hits.n() });
    }
    Ok(found)
}

/// The value below which the share `q` of `values` lies, in their own unit: `q` 0.8 is the 80th percentile.
///
/// Any order. Between two values it interpolates linearly at position (n − 1) q, counting from 0: Hyndman and Fan
/// (1996),
/// *Sample quantiles in statistical packages*, definition 7, the default of numpy, R and spreadsheets.
///
/// [`NotEstimable::Empty`] without values, [`NotEstimable::NotFinite`] if one is not finite, [`NotEstimable::OutOfRange`]
/// unless 0 ≤ `q` ≤ 1.
///
/// ```
/// use heedful_stats::quantile;
///
/// let days_to_learn = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
/// assert!((quantile(&days_to_learn, 0.8)? - 5.6).abs() < 1e-12);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn quantile(values: &[f64], q: f64) -> Result<f64, NotEstimable> {
    if !(0.0..=1.0).contains(&q) {
        return Err(NotEstimable::OutOfRange { what: "The quantile", expected: "between 0 and 1", value: q });
    }
    if values.iter().any(|value| !value.is_finite()) {
        return Err(NotEstimable::NotFinite { what: "A value" });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(gaps), Some(&greatest)) = (sorted.len().checked_sub(1), sorted.last()) else {
        return Err(NotEstimable::Empty { group: "this measure" });
    };
    let gaps = u64::try_from(gaps).map_err(|_| NotEstimable::TooLarge { what: "The number of values" })?;
    let mut left = count("The number of values", gaps)? * q;
    for pair in sorted.windows(2) {
        if left < 1.0 {
            return Ok(pair[0] * (1.0 - left) + pair[1] * left);
        }
        left -= 1.0;
    }
    Ok(greatest)
}

/// The middle value: [`quantile`] at ½.
///
/// ```
/// assert_eq!(heedful_stats::median(&[9.0, 1.0, 4.0])?, 4.0);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn median(values: &[f64]) -> Result<f64, NotEstimable> {
    quantile(values, 0.5)
}

fn tally(forecasts: &[Forecast]) -> Result<Proportion, NotEstimable> {
    let mut hits = Proportion::default();
    for forecast in forecasts {
        hits.push(forecast.happened)?;
    }
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecasts(settled: &[(f64, bool)]) -> Vec<Forecast> {
        settled.iter().map(|&(probability, happened)| Forecast::new(probability, happened).unwrap()).collect()
    }

    /// numpy 2: mean of squared distances, and 1 − score / (0.5 × 0.5).
    #[test]
    fn brier_matches_numpy() {
        let settled = [(0.9, true), (0.8, true), (0.7, false), (0.6, true), (0.3, false), (0.2, false)];
        let found = brier_score(&forecasts(&settled)).unwrap();
        assert!((found.score - 0.138_333_333_333_333_33).abs() < 1e-12);
        assert!((found.skill.unwrap() - 0.446_666_666_666_666_66).abs() < 1e-12);
        assert_eq!(brier_score(&forecasts(&[(0.9, true)])).unwrap().skill, Err(NotEstimable::ZeroVariance));
        assert_eq!(brier_score(&[]).unwrap_err().code(), "empty");
    }

    /// numpy 2: `quantile`, default method.
    #[test]
    fn quantiles_match_numpy() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        for (q, expected) in [(0.5, 3.5), (0.8, 5.6), (0.0, 1.0), (1.0, 9.0), (0.33, 2.31)] {
            let found = quantile(&values, q).unwrap();
            assert!((found - expected).abs() < 1e-12, "q {q}: found {found}, expected {expected}");
        }
    }

    #[test]
    fn bad_input_is_refused() {
        assert_eq!(median(&[]).unwrap_err().code(), "empty");
        assert_eq!(median(&[1.0, f64::NAN]).unwrap_err().code(), "not_finite");
        assert_eq!(quantile(&[1.0], 80.0).unwrap_err().code(), "out_of_range");
        assert_eq!(calibration(&[], 5, Confidence::P95).unwrap_err().code(), "empty");
        let one = forecasts(&[(0.5, true)]);
        assert_eq!(calibration(&one, 0, Confidence::P95).unwrap_err().code(), "out_of_range");
        assert_eq!(calibration(&one, 51, Confidence::P95).unwrap_err().code(), "out_of_range");
    }

    #[test]
    fn every_forecast_is_in_one_bin() {
        let settled: Vec<(f64, bool)> =
            (0..=100).map(|percent| (f64::from(percent) / 100.0, percent % 3 == 0)).collect();
        for bins in 1..=CALIBRATION_BINS_MAX {
            let found = calibration(&forecasts(&settled), bins, Confidence::P95).unwrap();
            assert_eq!(found.iter().map(|bin| bin.n).sum::<u64>(), 101, "{bins} bins");
        }
    }
}
