//! How many people a test needs, what it can find, and how long it runs.
//!
//! All figures are per arm with equal arms, for two-sided tests of each treatment against the control. The chance of
//! deciding for the wrong side is left out of the power, as is customary.

use crate::distributions::{normal_cdf, normal_upper, t_upper};
use crate::error::{open_unit, positive};
use crate::inputs::{COUNT_MAX, count, whole_up};
use crate::{NotEstimable, Sample};

/// Most arms a design may have; with more, each comparison is left with next to no error rate.
const ARMS_MAX: u32 = 100;

/// Halvings when searching an effect: enough to exhaust the digits of a rate.
const BISECTIONS: usize = 100;

/// How strict the test is: its error rate and its number of arms.
///
/// With more than one treatment the error rate is shared among the comparisons with the control (Bonferroni; Dunn
/// 1961).
///
/// ```
/// use heedful_stats::Design;
///
/// let design = Design::new(0.05, 3)?;
/// assert_eq!(design.alpha_per_comparison(), 0.025);
/// assert!(Design::new(0.05, 1).is_err());
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    alpha: f64,
    arms: u32,
}

impl Design {
    /// A test with two-sided error rate `alpha` (strictly between 0 and 1) and `arms` arms, the control among them
    /// (2 to 100).
    pub fn new(alpha: f64, arms: u32) -> Result<Self, NotEstimable> {
        open_unit("The error rate", alpha)?;
        if !(2..=ARMS_MAX).contains(&arms) {
            let (what, value) = ("The number of arms", f64::from(arms));
            return Err(NotEstimable::OutOfRange { what, expected: "from 2 to 100", value });
        }
        Ok(Self { alpha, arms })
    }

    /// Number of arms, the control among them.
    pub fn arms(self) -> u32 {
        self.arms
    }

    /// The error rate left to each comparison of a treatment with the control.
    pub fn alpha_per_comparison(self) -> f64 {
        self.alpha / f64::from(self.arms - 1)
    }

    fn tail(self) -> f64 {
        self.alpha_per_comparison() / 2.0
    }
}

/// The smallest change worth acting on, upwards or downwards.
///
/// ```
/// use heedful_stats::{Design, Effect, sample_size_proportions};
///
/// let design = Design::new(0.05, 2)?;
/// let two_points = sample_size_proportions(0.10, Effect::Absolute(0.02), design, 0.8)?;
/// let a_fifth = sample_size_proportions(0.10, Effect::Relative(0.2), design, 0.8)?;
/// assert_eq!(two_points, a_fifth);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// In the metric's unit; a fraction for proportions, so 0.02 is two percentage points.
    Absolute(f64),
    /// A fraction of the baseline, which must then be above zero: 0.1 is +10 %.
    Relative(f64),
}

impl Effect {
    /// The effect in the metric's unit, refusing "no effect", which no test can be planned for.
    fn against(self, baseline: f64) -> Result<f64, NotEstimable> {
        let difference = match self {
            Self::Absolute(difference) => difference,
            Self::Relative(share) => share * positive("The baseline, for a relative change,", baseline)?,
        };
        if difference.abs() > 0.0 && difference.is_finite() {
            return Ok(difference);
        }
        let what = "The smallest worthwhile effect";
        Err(NotEstimable::OutOfRange { what, expected: "different from 0 and finite", value: difference })
    }
}

/// What a numeric metric looks like before the test.
///
/// ```
/// use heedful_stats::{MeanBaseline, Sample};
///
/// let history = Sample::from_values([4.0, 7.0, 13.0, 16.0])?;
/// let baseline = MeanBaseline::try_from(history)?;
/// assert_eq!(baseline.mean, 10.0);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanBaseline {
    /// Mean per person, in the metric's unit.
    pub mean: f64,
    /// Standard deviation between people, in the metric's unit; above zero.
    pub sd: f64,
}

impl TryFrom<Sample> for MeanBaseline {
    type Error = NotEstimable;

    /// The baseline a metric's own history shows; needs two values that differ.
    fn try_from(history: Sample) -> Result<Self, NotEstimable> {
        let (n, mean, variance_of_mean) =
            history.parts("the history", "the number of people in the history")?;
        if variance_of_mean <= 0.0 {
            return Err(NotEstimable::ZeroVariance);
        }
        Ok(Self { mean, sd: (variance_of_mean * n).sqrt() })
    }
}

/// People per arm needed to find `effect` on a share of `baseline` with probability `power`.
///
/// Fleiss, Levin and Paik (2003), *Statistical methods for rates and proportions*, equation 4.14, without continuity
/// correction, to match the test in [`compare_proportions`](crate::compare_proportions). `power` from 0.5 to below 1.
/// [`NotEstimable::OutOfRange`] names what lies outside its domain, the rate after the change among them.
///
/// ```
/// use heedful_stats::{Design, Effect, sample_size_proportions};
///
/// let design = Design::new(0.05, 2)?;
/// assert_eq!(sample_size_proportions(0.10, Effect::Absolute(0.02), design, 0.8)?, 3_841);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn sample_size_proportions(
    baseline: f64,
    effect: Effect,
    design: Design,
    power: f64,
) -> Result<u64, NotEstimable> {
    let change = RateChange::new(baseline, effect)?;
    let beta = 1.0 - planned_power(power)?;
    let root = (normal_upper(design.tail()) * change.sd_alike + normal_upper(beta) * change.sd_changed)
        / change.difference;
    Ok(whole_up("The number of people needed", root * root)?.max(2))
}

/// Probability that `n_per_arm` people in each arm show `effect` on a share of `baseline`.
///
/// The inversion of [`sample_size_proportions`]; same source and errors.
///
/// ```
/// use heedful_stats::{Design, Effect, power_proportions};
///
/// let power = power_proportions(0.10, Effect::Absolute(0.02), 3_841, Design::new(0.05, 2)?)?;
/// assert!((power - 0.8).abs() < 1e-4);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn power_proportions(
    baseline: f64,
    effect: Effect,
    n_per_arm: u64,
    design: Design,
) -> Result<f64, NotEstimable> {
    let n = group_size(n_per_arm)?;
    Ok(RateChange::new(baseline, effect)?.power(n, design))
}

/// Smallest increase of a share of `baseline`, as a fraction, found with probability `power` by `n_per_arm` people
/// per arm.
///
/// Solves [`power_proportions`] by bisection. For the smallest decrease ask with `1.0 - baseline`: failures then
/// rise by as much. [`NotEstimable::Undetectable`] when not even a rise to 100 % would be found.
///
/// ```
/// use heedful_stats::{Design, minimum_effect_proportions};
///
/// let found = minimum_effect_proportions(0.10, 3_841, Design::new(0.05, 2)?, 0.8)?;
/// assert!((found - 0.02).abs() < 1e-5);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn minimum_effect_proportions(
    baseline: f64,
    n_per_arm: u64,
    design: Design,
    power: f64,
) -> Result<f64, NotEstimable> {
    open_unit("The baseline rate", baseline)?;
    let power = planned_power(power)?;
    let n = group_size(n_per_arm)?;
    let reached = |difference| RateChange::between(baseline, difference).power(n, design) >= power;

    let (mut low, mut high) = (0.0, 1.0 - baseline);
    if !reached(high) {
        return Err(NotEstimable::Undetectable);
    }
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        if reached(middle) { high = middle } else { low = middle }
    }
    Ok(high)
}

/// People per arm needed to find `effect` on a mean with probability `power`.
///
/// The smallest size whose [`power_means`] reaches `power`; same source and errors. `power` from 0.5 to below 1.
///
/// ```
/// use heedful_stats::{Design, Effect, MeanBaseline, sample_size_means};
///
/// let baseline = MeanBaseline { mean: 10.0, sd: 2.0 };
/// let n = sample_size_means(baseline, Effect::Relative(0.1), Design::new(0.05, 2)?, 0.8)?;
/// assert_eq!(n, 64);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn sample_size_means(
    baseline: MeanBaseline,
    effect: Effect,
    design: Design,
    power: f64,
) -> Result<u64, NotEstimable> {
    let power = planned_power(power)?;
    let reached = |n| Ok::<bool, NotEstimable>(power_means(baseline, effect, n, design)? >= power);

    let mut enough = 2;
    while !reached(enough)? {
        enough *= 2;
        if enough > COUNT_MAX {
            return Err(NotEstimable::TooLarge { what: "The number of people needed" });
        }
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        if reached(middle)? { enough = middle } else { too_few = middle }
    }
    Ok(enough)
}

/// Probability that `n_per_arm` people in each arm show `effect` on a mean, by a t test with equal spreads.
///
/// The non-central t distribution is approximated by the normal, Abramowitz and Stegun (1964), *Handbook of
/// mathematical functions*, equation 26.7.10; within 0.005 of the exact power. [`NotEstimable::OutOfRange`] names
/// what lies outside its domain; [`NotEstimable::TooFew`] below two people per arm.
///
/// ```
/// use heedful_stats::{Design, Effect, MeanBaseline, power_means};
///
/// let baseline = MeanBaseline { mean: 5.0, sd: 1.0 };
/// let power = power_means(baseline, Effect::Absolute(1.0), 20, Design::new(0.05, 2)?)?;
/// assert!((power - 0.869).abs() < 1e-3);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn power_means(
    baseline: MeanBaseline,
    effect: Effect,
    n_per_arm: u64,
    design: Design,
) -> Result<f64, NotEstimable> {
    let n = group_size(n_per_arm)?;
    let difference = effect.against(baseline.mean)?.abs();
    let shift = difference / positive("The standard deviation", baseline.sd)? * (n / 2.0).sqrt();
    let (limit, spread) = t_limit(n, design)?;
    Ok(normal_cdf((shift - limit) / spread))
}

/// Smallest change of a mean, in the metric's unit, found with probability `power` by `n_per_arm` people per arm.
///
/// The inversion of [`power_means`]; same source and errors. Upwards and downwards are alike.
///
/// ```
/// use heedful_stats::{Design, MeanBaseline, minimum_effect_means};
///
/// let baseline = MeanBaseline { mean: 10.0, sd: 2.0 };
/// let found = minimum_effect_means(baseline, 64, Design::new(0.05, 2)?, 0.8)?;
/// assert!(found < 1.0 && found > 0.99);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn minimum_effect_means(
    baseline: MeanBaseline,
    n_per_arm: u64,
    design: Design,
    power: f64,
) -> Result<f64, NotEstimable> {
    let beta = 1.0 - planned_power(power)?;
    let n = group_size(n_per_arm)?;
    let sd = positive("The standard deviation", baseline.sd)?;
    let (limit, spread) = t_limit(n, design)?;
    Ok((limit + normal_upper(beta) * spread) * sd * (2.0 / n).sqrt())
}

/// Whole weeks until every arm has `n_per_arm` people when `people_per_week` new ones enter the test; at least one.
///
/// Whole weeks because weekdays differ: a test of nine days counts some of them twice. `people_per_week` is the
/// number of people who enter all arms together, so multiply the traffic by the share of it that takes part.
///
/// ```
/// use heedful_stats::{Design, duration_weeks};
///
/// assert_eq!(duration_weeks(3_841, Design::new(0.05, 2)?, 2_500.0)?, 4);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn duration_weeks(n_per_arm: u64, design: Design, people_per_week: f64) -> Result<u64, NotEstimable> {
    let people = group_size(n_per_arm)? * f64::from(design.arms());
    let weeks = people / positive("The number of people per week", people_per_week)?;
    Ok(whole_up("The number of weeks needed", weeks)?.max(1))
}

/// A change of a rate with the standard deviations it goes with: one person per arm, if nothing or if it changed.
struct RateChange {
    difference: f64,
    sd_alike: f64,
    sd_changed: f64,
}

impl RateChange {
    fn new(baseline: f64, effect: Effect) -> Result<Self, NotEstimable> {
        open_unit("The baseline rate", baseline)?;
        let difference = effect.against(baseline)?;
        let changed = baseline + difference;
        if !(0.0..=1.0).contains(&changed) {
            let (what, expected) = ("The rate after the smallest worthwhile change", "between 0 and 1");
            return Err(NotEstimable::OutOfRange { what, expected, value: changed });
        }
        Ok(Self::between(baseline, difference))
    }

    fn between(baseline: f64, difference: f64) -> Self {
        let changed = baseline + difference;
        let mean = f64::midpoint(baseline, changed);
        Self {
            difference: difference.abs(),
            sd_alike: (2.0 * mean * (1.0 - mean)).sqrt(),
            sd_changed: (baseline * (1.0 - baseline) + changed * (1.0 - changed)).max(0.0).sqrt(),
        }
    }

    fn power(&self, n: f64, design: Design) -> f64 {
        let distance = self.difference * n.sqrt() - normal_upper(design.tail()) * self.sd_alike;
        normal_cdf(distance / self.sd_changed)
    }
}

/// The limit a t test sets, on the scale of the shifted mean, and the spread of the test statistic around it.
fn t_limit(n: f64, design: Design) -> Result<(f64, f64), NotEstimable> {
    let freedom = 2.0 * n - 2.0;
    let t = t_upper(design.tail(), freedom)?;
    Ok((t * (1.0 - 1.0 / (4.0 * freedom)), (1.0 + t * t / (2.0 * freedom)).sqrt()))
}

fn group_size(n: u64) -> Result<f64, NotEstimable> {
    if n < 2 {
        return Err(NotEstimable::TooFew { what: "the number of people per group", found: n, needed: 2 });
    }
    count("The number of people per group", n)
}

fn planned_power(power: f64) -> Result<f64, NotEstimable> {
    if (0.5..1.0).contains(&power) {
        return Ok(power);
    }
    Err(NotEstimable::OutOfRange { what: "The power", expected: "from 0.5 to below 1", value: power })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(arms: u32) -> Design {
        Design::new(0.05, arms).unwrap()
    }

    const UNIT: MeanBaseline = MeanBaseline { mean: 1.0, sd: 1.0 };

    /// The first is the example of R's `power.prop.test` (n = 76.7); the others by equation 4.14 in scipy 1.17.1.
    #[test]
    fn sizes_for_proportions() {
        let check = |from, by, arms, power, expected| {
            assert_eq!(
                sample_size_proportions(from, Effect::Absolute(by), design(arms), power),
                Ok(expected)
            );
        };
        check(0.5, 0.25, 2, 0.9, 77);
        check(0.1, 0.02, 2, 0.8, 3_841);
        check(0.05, 0.005, 2, 0.8, 31_234);
        check(0.1, 0.02, 3, 0.8, 4_652);
        check(0.9, -0.02, 2, 0.8, 3_841);
    }

    /// statsmodels 0.15.0 `TTestIndPower` (exact, non-central t): 22.02, 63.77 and 1570.73 people.
    #[test]
    fn sizes_for_means() {
        let check = |effect, power, expected| {
            assert_eq!(sample_size_means(UNIT, Effect::Absolute(effect), design(2), power), Ok(expected));
        };
        check(1.0, 0.9, 23);
        check(0.5, 0.8, 64);
        check(-0.1, 0.8, 1_571);
    }

    /// statsmodels 0.15.0 `TTestIndPower().power`.
    #[test]
    fn power_for_means_is_near_the_exact_one() {
        let check = |effect, n, exact: f64, tolerance| {
            let found = power_means(UNIT, Effect::Absolute(effect), n, design(2)).unwrap();
            assert!((found - exact).abs() < tolerance, "found {found}, exact {exact}");
        };
        check(1.0, 20, 0.868_953_027_723_989_7, 0.002);
        check(0.2, 200, 0.514_081_637_480_328_9, 0.002);
        check(1.0, 5, 0.286_295_493_380_597_57, 0.01);
    }

    #[test]
    fn bad_input_is_refused() {
        let size =
            |from, effect, power| sample_size_proportions(from, effect, design(2), power).unwrap_err().code();
        for (from, effect, power) in [
            (0.0, Effect::Absolute(0.1), 0.8),
            (0.1, Effect::Absolute(0.0), 0.8),
            (0.1, Effect::Absolute(f64::NAN), 0.8),
            (0.1, Effect::Absolute(0.95), 0.8),
            (0.1, Effect::Relative(-1.5), 0.8),
            (0.1, Effect::Absolute(0.1), 1.0),
            (0.1, Effect::Absolute(0.1), 0.2),
        ] {
            assert_eq!(size(from, effect, power), "out_of_range", "{from} {effect:?} {power}");
        }
        let flat = MeanBaseline { mean: 1.0, sd: 0.0 };
        assert!(sample_size_means(flat, Effect::Absolute(1.0), design(2), 0.8).is_err());
        let no_baseline = MeanBaseline { mean: 0.0, sd: 1.0 };
        assert!(sample_size_means(no_baseline, Effect::Relative(0.1), design(2), 0.8).is_err());
        let too_many = sample_size_means(UNIT, Effect::Absolute(1e-12), design(2), 0.8);
        assert!(matches!(too_many, Err(NotEstimable::TooLarge { .. })));
        assert_eq!(minimum_effect_proportions(0.5, 3, design(2), 0.8), Err(NotEstimable::Undetectable));
        assert!(duration_weeks(100, design(2), 0.0).is_err());
        assert_eq!(duration_weeks(10, design(2), 1e9), Ok(1));
    }
}
