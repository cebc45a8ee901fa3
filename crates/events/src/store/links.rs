//! Links: which numbers stand for the same person.
//!
//! Each distinct id has a number of its own. When it is learned that two are one person, one number stands for both: for good,
//! or as long as two people are held to be one. What is written into files afterwards has the numbers that stand for good.

use std::collections::HashMap;

/// Which numbers stand for other numbers.
#[derive(Clone, Debug, Default)]
pub struct Links {
    for_good: HashMap<i64, i64>,
    for_now: HashMap<i64, i64>,
    /// Numbers that began or ceased to stand for themselves, in the order in which it became known.
    changed: Vec<i64>,
}

impl Links {
    /// The number that stands for this one in answers.
    pub fn current(&self, number: i64) -> i64 {
        let mut number = self.lasting(number);
        // People who are held to be one are told as pairs, and are no circle.
        for _ in 0..=self.for_now.len() {
            match self.for_now.get(&number) {
                Some(other) => number = self.lasting(*other),
                None => break,
            }
        }
        number
    }

    /// The number that stands for this one in files.
    pub fn lasting(&self, number: i64) -> i64 {
        self.chain(number).last().unwrap_or(number)
    }

    /// This number and all that stood or stand for it in files.
    pub fn chain(&self, number: i64) -> impl Iterator<Item = i64> + '_ {
        std::iter::successors(Some(number), |number| self.for_good.get(number).copied())
    }

    /// Lets `to` stand for `from`, for good; unless it does.
    pub fn link(&mut self, from: i64, to: i64) {
        let (from, to) = (self.lasting(from), self.lasting(to));
        if from != to {
            self.for_good.insert(from, to);
            self.changed.push(from);
        }
    }

    /// Replaces the pairs of which the second stands for the first for now.
    pub fn hold_as_one(&mut self, pairs: HashMap<i64, i64>) {
        let differs = |number: &&i64| self.for_now.get(*number) != pairs.get(*number);
        let mut changed: Vec<i64> =
            self.for_now.keys().chain(pairs.keys()).filter(differs).copied().collect();
        changed.sort_unstable();
        changed.dedup();
        self.changed.extend(changed);
        self.for_now = pairs;
    }

    /// How often anything changed.
    pub fn version(&self) -> usize {
        self.changed.len()
    }

    /// What changed since a version.
    pub fn changed_since(&self, version: usize) -> &[i64] {
        self.changed.get(version..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_one_number_whatever_their_order() {
        for order in [[(1, 2), (2, 3), (4, 3)], [(4, 3), (1, 2), (2, 3)], [(2, 3), (4, 3), (1, 2)]] {
            let mut links = Links::default();
            for (from, to) in order {
                links.link(from, to);
            }
            assert_eq!([1, 2, 3, 4, 5].map(|number| links.lasting(number)), [3, 3, 3, 3, 5]);
            // What is known is no change, and there are no circles.
            let version = links.version();
            links.link(3, 1);
            assert_eq!(links.changed_since(version), &[] as &[i64]);
        }
    }

    #[test]
    fn people_are_one_as_long_as_somebody_says_so() {
        let mut links = Links::default();
        links.link(1, 2);
        links.hold_as_one([(2, 5), (7, 5)].into());
        assert_eq!(
            [1, 2, 7, 5].map(|number| (links.current(number), links.lasting(number))),
            [(5, 2), (5, 2), (5, 7), (5, 5)]
        );
        let version = links.version();
        links.hold_as_one([(7, 5)].into());
        assert_eq!(
            (links.current(1), links.current(7), links.changed_since(version)),
            (2, 5, [2].as_slice())
        );
        // Pairs that make no sense do no harm.
        links.hold_as_one([(1, 2), (2, 1)].into());
        links.current(1);
    }
}
