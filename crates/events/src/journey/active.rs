//! People who were active lately: within a window before the end of each period.

use super::{Journey, Periods};
use crate::event::Micros;

/// How many people did something within a time before the end of each period, as in "weekly active people" day by day.
///
/// ```
/// use heedful_events::journey::active::Active;
/// use heedful_events::journey::{Journey, Periods};
///
/// let mut active = Active::new(Periods::new(vec![0, 1, 2, 3, 4]).unwrap(), 2, 1).unwrap();
/// active.add(Journey::new(&[1], &[1]));
/// // Seen at the ends of the second and the third day.
/// assert_eq!(active.counts().collect::<Vec<_>>(), [[0], [1], [1], [0]]);
/// ```
#[derive(Clone, Debug)]
pub struct Active {
    periods: Periods,
    window: Micros,
    n_patterns: usize,
    /// By period, then by pattern: how many more people than in the period before.
    steps: Vec<i64>,
}

impl Active {
    /// Without people yet; of at most 64 patterns.
    pub fn new(periods: Periods, window: Micros, n_patterns: usize) -> Option<Self> {
        let steps = vec![0; (periods.count() + 1) * n_patterns];
        (n_patterns <= 64).then_some(Self { periods, window, n_patterns, steps })
    }

    /// Adds a person by what they did, from the window before the end of the first period on.
    pub fn add(&mut self, journey: Journey) {
        for pattern in 0..self.n_patterns {
            let mut counted_until = 0;
            for at in journey.having(1 << pattern) {
                let (first, end) =
                    (self.first_end_after(at), self.first_end_after(at.saturating_add(self.window)));
                let first = first.max(counted_until);
                if first < end {
                    self.steps[first * self.n_patterns + pattern] += 1;
                    self.steps[end * self.n_patterns + pattern] -= 1;
                    counted_until = end;
                }
            }
        }
    }

    /// The first period that ends after this moment.
    fn first_end_after(&self, at: Micros) -> usize {
        self.periods.n_ended_by(at)
    }

    /// Adds the counts of the same question over other people.
    pub fn merge(&mut self, other: &Self) {
        for (step, of_others) in self.steps.iter_mut().zip(&other.steps) {
            *step += of_others;
        }
    }

    /// The people of each period, one number for each pattern.
    pub fn counts(&self) -> impl Iterator<Item = Vec<u64>> {
        let mut now = vec![0_i64; self.n_patterns];
        self.steps.chunks(self.n_patterns.max(1)).take(self.periods.count()).map(move |steps| {
            now.iter_mut().zip(steps).for_each(|(count, step)| *count += step);
            now.iter().map(|count| count.cast_unsigned()).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equals_looking_back_from_every_end(
            people in prop::collection::vec(prop::collection::vec((-20..60_i64, 0..4_u64), 0..8), 0..6),
            window in 1..25_i64,
        ) {
            let bounds = vec![0, 7, 11, 30, 41];
            let mut active = Active::new(Periods::new(bounds.clone()).unwrap(), window, 2).unwrap();
            let mut expected = vec![vec![0, 0]; 4];
            for mut person in people {
                person.sort_unstable();
                let (at, matches): (Vec<_>, Vec<_>) = person.iter().copied().unzip();
                active.add(Journey::new(&at, &matches));
                for (counts, end) in expected.iter_mut().zip(&bounds[1..]) {
                    for (pattern, count) in counts.iter_mut().enumerate() {
                        let was = person.iter().any(|(at, matches)| {
                            matches & (1 << pattern) != 0 && *at < *end && *at + window >= *end
                        });
                        *count += u64::from(was);
                    }
                }
            }
            prop_assert_eq!(active.counts().collect::<Vec<_>>(), expected);
        }
    }
}
