//! Lifecycle and stickiness: how people come, stay, fall asleep and wake up, and how often they are there.

use super::{Journey, Matches, Periods};

/// The bit of an event that shows its person at it.
pub const ACTIVE: Matches = 1;

/// The people of a period by what they did before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Active for the first time ever.
    pub n_new: u64,
    /// Active, and in the period before too.
    pub n_returning: u64,
    /// Active, not in the period before, but earlier.
    pub n_resurrecting: u64,
    /// Not active, but in the period before.
    pub n_dormant: u64,
}

/// How many people are in which stage of their lives in each period.
///
/// The first period only tells who was there before the second, and has no stages.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    periods: Periods,
    stages: Vec<Stage>,
}

impl Lifecycle {
    /// Without people yet.
    pub fn new(periods: Periods) -> Self {
        let stages = vec![Stage::default(); periods.count() - 1];
        Self { periods, stages }
    }

    /// Adds a person by everything they did, also before the periods.
    pub fn add(&mut self, journey: Journey) {
        let first_at = journey.having(ACTIVE).next();
        let first = first_at.and_then(|at| self.periods.index_of(at));
        let mut before = None;
        for period in self.periods.indexes_of(journey.having(ACTIVE)) {
            if let Some(stage) = period.checked_sub(1).map(|index| &mut self.stages[index]) {
                match before {
                    _ if first == Some(period) => stage.n_new += 1,
                    Some(before) if before + 1 == period => stage.n_returning += 1,
                    _ => stage.n_resurrecting += 1,
                }
            }
            fall_asleep(&mut self.stages, before, period);
            before = Some(period);
        }
        fall_asleep(&mut self.stages, before, self.periods.count());
    }

    /// Adds the counts of the same question over other people.
    pub fn merge(&mut self, other: &Self) {
        for (stage, of_others) in self.stages.iter_mut().zip(&other.stages) {
            stage.n_new += of_others.n_new;
            stage.n_returning += of_others.n_returning;
            stage.n_resurrecting += of_others.n_resurrecting;
            stage.n_dormant += of_others.n_dormant;
        }
    }

    /// The stages of the second period and of those after it.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }
}

/// Someone is dormant once, in the period after one with activity, unless that is where they are next.
fn fall_asleep(stages: &mut [Stage], before: Option<usize>, next: usize) {
    if let Some(before) = before.filter(|before| before + 1 < next) {
        stages[before].n_dormant += 1;
    }
}

/// How many people were active in how many of the periods.
#[derive(Clone, Debug)]
pub struct Stickiness {
    periods: Periods,
    counts: Vec<u64>,
}

impl Stickiness {
    /// Without people yet.
    pub fn new(periods: Periods) -> Self {
        let counts = vec![0; periods.count()];
        Self { periods, counts }
    }

    /// Adds a person.
    pub fn add(&mut self, journey: Journey) {
        let n_active = self.periods.indexes_of(journey.having(ACTIVE)).count();
        if let Some(index) = n_active.checked_sub(1) {
            self.counts[index] += 1;
        }
    }

    /// Adds the counts of the same question over other people.
    pub fn merge(&mut self, other: &Self) {
        for (count, of_others) in self.counts.iter_mut().zip(&other.counts) {
            *count += of_others;
        }
    }

    /// How many were active in one period, in two, and so on up to all.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const BOUNDS: [i64; 7] = [0, 10, 20, 30, 40, 50, 60];

    fn journeys() -> impl Strategy<Value = Vec<Vec<i64>>> {
        let moments = prop::collection::btree_set(-20..70_i64, 0..6);
        prop::collection::vec(moments.prop_map(|moments| moments.into_iter().collect()), 0..5)
    }

    proptest! {
        #[test]
        fn everybody_is_in_the_stage_that_the_definition_says(people in journeys()) {
            let periods = Periods::new(BOUNDS.to_vec()).unwrap();
            let mut lifecycle = Lifecycle::new(periods.clone());
            let mut expected = vec![Stage::default(); BOUNDS.len() - 2];
            for moments in &people {
                lifecycle.add(Journey::new(moments, &vec![ACTIVE; moments.len()]));
                let active: BTreeSet<i64> = moments.iter().map(|at| at.div_euclid(10)).collect();
                for (stage, period) in expected.iter_mut().zip(1..) {
                    let (is, was) = (active.contains(&period), active.contains(&(period - 1)));
                    let is_new = active.first() == Some(&period);
                    stage.n_new += u64::from(is_new);
                    stage.n_returning += u64::from(is && was);
                    stage.n_resurrecting += u64::from(is && !was && !is_new);
                    stage.n_dormant += u64::from(!is && was);
                }
            }
            prop_assert_eq!(lifecycle.stages(), expected);
        }

        #[test]
        fn periods_with_activity_are_counted(people in journeys()) {
            let mut stickiness = Stickiness::new(Periods::new(BOUNDS.to_vec()).unwrap());
            let mut expected = vec![0; BOUNDS.len() - 1];
            for moments in &people {
                stickiness.add(Journey::new(moments, &vec![ACTIVE; moments.len()]));
                let inside = moments.iter().filter(|at| (0..60).contains(*at));
                let active: BTreeSet<i64> = inside.map(|at| at / 10).collect();
                if !active.is_empty() {
                    expected[active.len() - 1] += 1;
                }
            }
            prop_assert_eq!(stickiness.counts(), expected);
        }
    }
}
