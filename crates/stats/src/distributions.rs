//! Tails and quantiles of the three reference distributions, total and quick for every argument used here.

use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, Normal, StudentsT};

use crate::NotEstimable;

/// Above this many degrees of freedom Student's t is computed through the normal distribution: the incomplete beta
/// function loses digits there, while Wallace's transformation is right to 1e-7 of the tail and gains digits.
const FREEDOM_EXACT_MAX: f64 = 10_000.0;

/// Newton steps for a t quantile. Cauchy tails double the argument each step, so this reaches any representable tail.
const QUANTILE_STEPS_MAX: usize = 1_100;

/// P(|Z| > |z|) for a standard normal Z.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    (2.0 * Normal::standard().sf(z.abs())).min(1.0)
}

/// P(Z ≤ z) for a standard normal Z.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// z with P(Z > z) = `tail`, for 0 < `tail` < 1. Taking the tail keeps digits that `1 − tail` would lose.
pub(crate) fn normal_upper(tail: f64) -> f64 {
    -Normal::standard().inverse_cdf(tail)
}

/// P(|T| > |t|) for Student's T with `freedom` degrees of freedom, whole or not.
pub(crate) fn t_two_sided(t: f64, freedom: f64) -> Result<f64, NotEstimable> {
    if freedom > FREEDOM_EXACT_MAX {
        // Wallace (1959), Bounds on normal approximations to Student's and the chi-square distributions.
        let z = wallace_factor(freedom) * (freedom * (t * t / freedom).ln_1p()).sqrt();
        return Ok(normal_two_sided(z));
    }
    Ok((2.0 * student(freedom)?.sf(t.abs())).min(1.0))
}

/// t with P(T > t) = `tail`, for 0 < `tail` < ½.
///
/// Not `StudentsT::inverse_cdf`: that one is off in the fifth digit at a million degrees of freedom and does not
/// return at all at a hundred million.
pub(crate) fn t_upper(tail: f64, freedom: f64) -> Result<f64, NotEstimable> {
    let z = normal_upper(tail);
    if freedom > FREEDOM_EXACT_MAX {
        let w = z / wallace_factor(freedom);
        return Ok((freedom * (w * w / freedom).exp_m1()).sqrt());
    }
    // The survival function is convex and t's tail is heavier than the normal's, so Newton's steps from z only rise.
    let t = student(freedom)?;
    let mut x = z;
    for _ in 0..QUANTILE_STEPS_MAX {
        let step = (t.sf(x) - tail) / t.pdf(x);
        x += step;
        if step.abs() <= x.abs() * 1e-14 {
            break;
        }
    }
    Ok(x)
}

/// P(X > x) for chi-square X with `freedom` degrees of freedom.
pub(crate) fn chi_square_upper(x: f64, freedom: f64) -> Result<f64, NotEstimable> {
    let distribution =
        ChiSquared::new(freedom).map_err(|_| NotEstimable::NotFinite { what: "The degrees of freedom" })?;
    Ok(distribution.sf(x))
}

fn wallace_factor(freedom: f64) -> f64 {
    (8.0 * freedom + 1.0) / (8.0 * freedom + 3.0)
}

fn student(freedom: f64) -> Result<StudentsT, NotEstimable> {
    StudentsT::new(0.0, 1.0, freedom).map_err(|_| NotEstimable::NotFinite { what: "The degrees of freedom" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_relative(found: f64, expected: f64, tolerance: f64) {
        assert!((found / expected - 1.0).abs() < tolerance, "found {found}, expected {expected}");
    }

    /// scipy 1.17.1: `stats.t.ppf`.
    #[test]
    fn t_quantiles_match_scipy() {
        let check = |freedom, tail, expected| check_relative(t_upper(tail, freedom).unwrap(), expected, 1e-8);
        check(1.0, 0.025, 12.706_204_736_174_694);
        check(1.0, 0.0005, 636.619_248_768_789_7);
        check(2.5, 0.025, 3.574_654_842_003_681_7);
        check(2.5, 0.0005, 18.277_893_528_131_457);
        check(30.0, 0.025, 2.042_272_456_301_237_8);
        check(9_999.0, 0.0005, 3.291_500_063_300_963);
        check(10_001.0, 0.025, 1.960_201_216_164_641);
        check(1e8, 0.025, 1.959_964_008_262_766_3);
        check(1e8, 0.0005, 3.290_526_828_789_235);
    }

    /// scipy 1.17.1: `2 * stats.t.sf`, `2 * stats.norm.sf`, `stats.chi2.sf`.
    #[test]
    fn tails_match_scipy() {
        let check = |freedom, t, expected| check_relative(t_two_sided(t, freedom).unwrap(), expected, 1e-7);
        check(1.0, 4.0, 0.155_958_260_754_738_65);
        check(2.5, -0.5, 0.657_697_919_869_714_8);
        check(30.0, 4.0, 0.000_381_845_636_083_756_4);
        check(9_999.0, 4.0, 6.379_871_456_258_758e-5);
        check(10_001.0, 4.0, 6.379_862_309_286_2e-5);
        check(1e8, 0.5, 0.617_075_078_552_178_4);
        check_relative(normal_two_sided(22.486_040_827_192_82), 5.685_165_482_802_317e-112, 1e-9);
        check_relative(chi_square_upper(44.0, 2.0).unwrap(), 2.789_468_092_868_925e-10, 1e-12);
    }

    #[test]
    fn t_quantile_and_tail_invert_each_other() {
        for freedom in [0.5, 1.0, 1.7, 3.0, 12.5, 400.0, 8_000.0, 20_000.0, 1e9, 1e15] {
            for tail in [0.4, 0.25, 0.05, 0.005, 1e-6] {
                let t = t_upper(tail, freedom).unwrap();
                check_relative(t_two_sided(t, freedom).unwrap(), 2.0 * tail, 1e-8);
            }
        }
    }
}
