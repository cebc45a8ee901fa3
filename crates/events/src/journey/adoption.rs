//! Adoption of a feature: how many of those who were there used it, how often, and who used it again.

use super::{Journey, Matches, Periods};

/// The bit of an event that shows its person at it.
pub const ACTIVE: Matches = 1;
/// The bit of an event that uses the feature.
pub const USE: Matches = 2;

/// How a feature did in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// People who were there; who uses the feature is.
    pub n_active: u64,
    /// People who used the feature.
    pub n_users: u64,
    /// How often they did.
    pub n_uses: u64,
    /// Users who used it in the period before too.
    pub n_again: u64,
}

/// The adoption of a feature in each period.
///
/// ```
/// use heedful_events::journey::adoption::{ACTIVE, Adopted, Adoption, USE};
/// use heedful_events::journey::{Journey, Periods};
///
/// let mut adoption = Adoption::new(Periods::new(vec![0, 7, 14]).unwrap());
/// adoption.add(Journey::new(&[1, 2, 8], &[USE, USE, USE]));
/// adoption.add(Journey::new(&[9], &[ACTIVE]));
/// let second = Adopted { n_active: 2, n_users: 1, n_uses: 1, n_again: 1 };
/// assert_eq!(adoption.periods()[1], second);
/// ```
#[derive(Clone, Debug)]
pub struct Adoption {
    bounds: Periods,
    periods: Vec<Adopted>,
}

impl Adoption {
    /// Without people yet.
    pub fn new(bounds: Periods) -> Self {
        let periods = vec![Adopted::default(); bounds.count()];
        Self { bounds, periods }
    }

    /// Adds a person.
    pub fn add(&mut self, journey: Journey) {
        for period in self.bounds.indexes_of(journey.having(ACTIVE | USE)) {
            self.periods[period].n_active += 1;
        }
        let mut before = None;
        for period in self.bounds.indexes_of(journey.having(USE)) {
            self.periods[period].n_users += 1;
            self.periods[period].n_again +=
                u64::from(before.is_some_and(|before: usize| before + 1 == period));
            before = Some(period);
        }
        for period in journey.having(USE).filter_map(|at| self.bounds.index_of(at)) {
            self.periods[period].n_uses += 1;
        }
    }

    /// Adds the counts of the same question over other people.
    pub fn merge(&mut self, other: &Self) {
        for (one, of_others) in self.periods.iter_mut().zip(&other.periods) {
            one.n_active += of_others.n_active;
            one.n_users += of_others.n_users;
            one.n_uses += of_others.n_uses;
            one.n_again += of_others.n_again;
        }
    }

    /// Each period in order.
    pub fn periods(&self) -> &[Adopted] {
        &self.periods
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equals_looking_at_each_period_alone(
            people in prop::collection::vec(prop::collection::vec((-5..45_i64, 0..4_u64), 0..8), 0..6),
        ) {
            let bounds = [0, 7, 11, 30, 41];
            let mut adoption = Adoption::new(Periods::new(bounds.to_vec()).unwrap());
            let mut expected = vec![Adopted::default(); 4];
            for mut person in people {
                person.sort_unstable();
                let (at, matches): (Vec<_>, Vec<_>) = person.iter().copied().unzip();
                adoption.add(Journey::new(&at, &matches));
                let n_of = |index: usize, bits: Matches| {
                    let times = bounds[index]..bounds[index + 1];
                    let own = person.iter().filter(|(at, matches)| times.contains(at) && matches & bits != 0);
                    own.count() as u64
                };
                for (index, expected) in expected.iter_mut().enumerate() {
                    let n_uses = n_of(index, USE);
                    expected.n_active += u64::from(n_of(index, ACTIVE | USE) > 0);
                    expected.n_users += u64::from(n_uses > 0);
                    expected.n_uses += n_uses;
                    let was_before = index > 0 && n_of(index - 1, USE) > 0;
                    expected.n_again += u64::from(n_uses > 0 && was_before);
                }
            }
            prop_assert_eq!(adoption.periods(), expected);
        }
    }
}
