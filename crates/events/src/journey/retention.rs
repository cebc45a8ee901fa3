//! Retention: who came back, and when.

use super::{Journey, Matches, Periods};

/// The bit of an event that puts its person into a cohort.
pub const START: Matches = 1;
/// The bit of an event that is a coming back.
pub const RETURN: Matches = 2;

/// Which cohorts a person is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cohorts {
    /// That of the first start event ever, and in none when it was before the periods.
    FirstTime,
    /// That of every period with a start event.
    Recurring,
}

/// When coming back counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returning {
    /// In the period itself.
    On,
    /// In the period or in a later one.
    OnOrAfter,
}

/// How many people of each cohort came back after how many periods.
///
/// ```
/// use heedful_events::journey::retention::{Cohorts, RETURN, Retention, Returning, START};
/// use heedful_events::journey::{Journey, Periods};
///
/// let weeks = Periods::new(vec![0, 7, 14, 21]).unwrap();
/// let mut retention = Retention::new(weeks, Cohorts::FirstTime, Returning::On);
/// retention.add(Journey::new(&[1, 16], &[START, RETURN]));
/// retention.add(Journey::new(&[2, 8], &[START, START]));
/// assert_eq!(retention.counts(), [vec![2, 0, 1], vec![0, 0], vec![0]]);
/// ```
#[derive(Clone, Debug)]
pub struct Retention {
    periods: Periods,
    cohorts: Cohorts,
    returning: Returning,
    counts: Vec<Vec<u64>>,
}

impl Retention {
    /// Without people yet.
    pub fn new(periods: Periods, cohorts: Cohorts, returning: Returning) -> Self {
        let n = periods.count();
        Self { periods, cohorts, returning, counts: (0..n).map(|cohort| vec![0; n - cohort]).collect() }
    }

    /// Adds a person by everything they did, also before the periods.
    pub fn add(&mut self, journey: Journey) {
        let starts = || journey.having(START);
        let returns: Vec<usize> = self.periods.indexes_of(journey.having(RETURN)).collect();
        match self.cohorts {
            Cohorts::FirstTime => {
                if let Some(cohort) = starts().next().and_then(|at| self.periods.index_of(at)) {
                    self.add_to(cohort, &returns);
                }
            }
            Cohorts::Recurring => {
                for cohort in self.periods.indexes_of(starts()).collect::<Vec<_>>() {
                    self.add_to(cohort, &returns);
                }
            }
        }
    }

    /// Adds the counts of the same question over other people.
    pub fn merge(&mut self, other: &Self) {
        for (count, of_others) in self.counts.iter_mut().flatten().zip(other.counts.iter().flatten()) {
            *count += of_others;
        }
    }

    /// For each cohort how many are in it, and how many of them came back one, two and more periods later.
    pub fn counts(&self) -> &[Vec<u64>] {
        &self.counts
    }

    fn add_to(&mut self, cohort: usize, returns: &[usize]) {
        let counts = &mut self.counts[cohort];
        counts[0] += 1;
        let mut later = returns.iter().filter(|period| **period > cohort).map(|period| period - cohort);
        match self.returning {
            Returning::On => later.for_each(|after| counts[after] += 1),
            Returning::OnOrAfter => {
                let last = later.next_back().unwrap_or(0);
                counts[1..=last].iter_mut().for_each(|count| *count += 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(cohorts: Cohorts, returning: Returning, events: &[(i64, Matches)]) -> Vec<Vec<u64>> {
        let (at, matches): (Vec<_>, Vec<_>) = events.iter().copied().unzip();
        let periods = Periods::new(vec![0, 10, 20, 30, 40]).unwrap();
        let mut retention = Retention::new(periods, cohorts, returning);
        retention.add(Journey::new(&at, &matches));
        retention.counts().to_vec()
    }

    #[test]
    fn a_person_is_in_the_cohorts_that_were_asked_for() {
        let events = [(5, START), (12, RETURN), (13, START | RETURN), (35, RETURN)];
        let first = counts(Cohorts::FirstTime, Returning::On, &events);
        assert_eq!(first, [vec![1, 1, 0, 1], vec![0, 0, 0], vec![0, 0], vec![0]]);
        let each = counts(Cohorts::Recurring, Returning::On, &events);
        assert_eq!(each, [vec![1, 1, 0, 1], vec![1, 0, 1], vec![0, 0], vec![0]]);
        let later = counts(Cohorts::FirstTime, Returning::OnOrAfter, &events);
        assert_eq!(later[0], [1, 1, 1, 1]);
    }

    #[test]
    fn who_started_before_the_periods_is_no_newcomer() {
        let events = [(-3, START), (5, START), (15, RETURN)];
        assert_eq!(counts(Cohorts::FirstTime, Returning::On, &events).concat().iter().sum::<u64>(), 0);
        assert_eq!(counts(Cohorts::Recurring, Returning::On, &events)[0], [1, 1, 0, 0]);
    }
}
