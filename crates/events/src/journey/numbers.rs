//! Numbers of events: their sum, mean and quantiles in each period.

use std::collections::HashMap;

use super::Periods;
use crate::event::Micros;

/// The numbers of a property in each period, every different one with how often it came: sums and quantiles are exact.
///
/// ```
/// use heedful_events::journey::Periods;
/// use heedful_events::journey::numbers::Numbers;
///
/// let mut numbers = Numbers::new(Periods::new(vec![0, 10]).unwrap());
/// numbers.add([(1, 5.0), (2, 7.0), (3, 5.0), (99, 1.0)].into_iter());
/// let sample = &numbers.samples()[0];
/// assert_eq!((sample.count(), sample.sum(), sample.quantile(0.5)), (3, 17.0, Some(5.0)));
/// ```
#[derive(Clone, Debug)]
pub struct Numbers {
    periods: Periods,
    samples: Vec<Sample>,
}

/// Numbers, each with how often it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// By the bits of the number.
    counts: HashMap<u64, u64>,
    count: u64,
    sum: f64,
}

impl Numbers {
    /// Without numbers yet.
    pub fn new(periods: Periods) -> Self {
        let samples = vec![Sample::default(); periods.count()];
        Self { periods, samples }
    }

    /// Adds events, each by when it was and its number; how many numbers are new. What is not a number is left out.
    pub fn add(&mut self, events: impl Iterator<Item = (Micros, f64)>) -> usize {
        let numbers = events.filter(|(_, number)| number.is_finite());
        let add = |(at, number)| Some(self.samples[self.periods.index_of(at)?].add(number, 1));
        numbers.filter_map(add).filter(|is_new| *is_new).count()
    }

    /// Adds the numbers of the same question over other people.
    pub fn merge(&mut self, other: &Self) {
        for (sample, of_others) in self.samples.iter_mut().zip(&other.samples) {
            sample.merge(of_others);
        }
    }

    /// The numbers of each period.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }
}

impl AsMut<Self> for Numbers {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

impl Sample {
    fn add(&mut self, number: f64, n: u64) -> bool {
        // The two zeros are one number.
        let number = if number == 0.0 { 0.0 } else { number };
        self.count += n;
        #[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^53")]
        let times = n as f64;
        self.sum += number * times;
        let count = self.counts.entry(number.to_bits()).or_default();
        *count += n;
        *count == n
    }

    fn merge(&mut self, other: &Self) {
        for (bits, n) in &other.counts {
            self.add(f64::from_bits(*bits), *n);
        }
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// All of them together.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The number below which the share `q` of them lies, between two of them in proportion (Hyndman & Fan 1996, type 7);
    /// nothing when there are none.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let mut sorted: Vec<(f64, u64)> =
            self.counts.iter().map(|(bits, n)| (f64::from_bits(*bits), *n)).collect();
        sorted.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let last = self.count.checked_sub(1)?;
        #[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^53")]
        let place = last as f64 * q.clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not below zero, floored"
        )]
        let below = place.floor() as u64;
        let (low, high) = (nth(&sorted, below)?, nth(&sorted, (below + 1).min(last))?);
        Some(low + (high - low) * place.fract())
    }
}

fn nth(sorted: &[(f64, u64)], index: u64) -> Option<f64> {
    let mut n_before = 0;
    let found = sorted.iter().find(|(_, n)| {
        n_before += n;
        index < n_before
    });
    found.map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equals_sorting_all_numbers(
            events in prop::collection::vec((0..30_i64, -4..4_i32), 0..60),
            n_first in 0..60_usize,
            q in 0.0..=1.0_f64,
        ) {
            let periods = Periods::new(vec![0, 10, 20]).unwrap();
            let events: Vec<(Micros, f64)> =
                events.into_iter().map(|(at, number)| (at, f64::from(number) / 2.0)).collect();
            let (first, rest) = events.split_at(n_first.min(events.len()));
            let mut numbers = Numbers::new(periods.clone());
            numbers.add(first.iter().copied());
            let mut others = Numbers::new(periods);
            others.add(rest.iter().copied().chain([(5, f64::NAN)]));
            numbers.merge(&others);
            for (index, sample) in numbers.samples().iter().enumerate() {
                let start = 10 * i64::try_from(index).unwrap();
                let own = events.iter().filter(|(at, _)| (start..start + 10).contains(at));
                let mut own: Vec<f64> = own.map(|(_, number)| *number).collect();
                own.sort_by(f64::total_cmp);
                prop_assert_eq!(sample.count(), own.len() as u64);
                prop_assert!((sample.sum() - own.iter().sum::<f64>()).abs() < 1e-9);
                let expected = u32::try_from(own.len()).unwrap().checked_sub(1).map(|last| {
                    let (place, last) = (f64::from(last) * q, own.len() - 1);
                    let low = (0..=last).filter(|index| f64::from(u32::try_from(*index).unwrap()) <= place);
                    let low = low.max().unwrap();
                    own[low] + (own[(low + 1).min(last)] - own[low]) * place.fract()
                });
                prop_assert_eq!(sample.quantile(q), expected);
            }
        }
    }
}
