//! Trends: how often something was done, and by how many people.

use super::{Journey, Periods};
use crate::event::Micros;

/// How often the patterns of a question were matched in each period, and by how many people.
#[derive(Clone, Debug)]
pub struct Trend {
    periods: Periods,
    n_patterns: usize,
    /// By period, then by pattern.
    counts: Vec<Count>,
    /// For each pattern until when the person at hand was counted.
    counted_until: Vec<Micros>,
}

/// How often a pattern was matched, and by how many people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Events.
    pub n_events: u64,
    /// People, each once.
    pub n_people: u64,
}

impl Trend {
    /// A trend of at most 64 patterns, without people yet; nothing when there are more.
    pub fn new(periods: Periods, n_patterns: usize) -> Option<Self> {
        let counts = vec![Count::default(); periods.count() * n_patterns];
        (n_patterns <= 64).then_some(Self { periods, n_patterns, counts, counted_until: vec![0; n_patterns] })
    }

    /// Adds a person.
    pub fn add(&mut self, journey: Journey) {
        self.counted_until.fill(Micros::MIN);
        // The period of the event before, with its end: most events are in the same one.
        let mut period: Option<(usize, Micros)> = None;
        for (at, matches) in journey.events() {
            let index = match period {
                Some((index, until)) if at < until => index,
                _ => match self.periods.index_of(at) {
                    Some(index) => index,
                    None => continue,
                },
            };
            let until = self.periods.end_of(index);
            period = Some((index, until));
            let mut left = matches;
            while left != 0 {
                let pattern = left.trailing_zeros() as usize;
                left &= left - 1;
                if pattern >= self.n_patterns {
                    break;
                }
                let count = &mut self.counts[index * self.n_patterns + pattern];
                count.n_events += 1;
                if self.counted_until[pattern] < until {
                    self.counted_until[pattern] = until;
                    count.n_people += 1;
                }
            }
        }
    }

    /// Adds the counts of the same question over other people.
    pub fn merge(&mut self, other: &Self) {
        for (count, of_others) in self.counts.iter_mut().zip(&other.counts) {
            count.n_events += of_others.n_events;
            count.n_people += of_others.n_people;
        }
    }

    /// The counts of each period, one for each pattern.
    pub fn counts(&self) -> impl Iterator<Item = &[Count]> {
        self.counts.chunks(self.n_patterns.max(1))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn events_and_people_are_counted(people in prop::collection::vec(
            prop::collection::btree_map(-20..70_i64, 0..8_u64, 0..10), 0..5,
        )) {
            let periods = Periods::new(vec![0, 10, 30, 50]).unwrap();
            let mut trend = Trend::new(periods.clone(), 3).unwrap();
            let mut expected = vec![[Count::default(); 3]; 3];
            for events in &people {
                let (at, matches): (Vec<_>, Vec<_>) = events.iter().unzip();
                trend.add(Journey::new(&at, &matches));
                let mut by_cell: BTreeMap<(usize, usize), u64> = BTreeMap::new();
                for (at, matches) in events {
                    let patterns = (0..3).filter(|pattern| matches & (1 << pattern) != 0);
                    for cell in patterns.filter_map(|pattern| Some((periods.index_of(*at)?, pattern))) {
                        *by_cell.entry(cell).or_default() += 1;
                    }
                }
                for ((period, pattern), n) in by_cell {
                    expected[period][pattern].n_events += n;
                    expected[period][pattern].n_people += 1;
                }
            }
            let found: Vec<Vec<Count>> = trend.counts().map(<[Count]>::to_vec).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
