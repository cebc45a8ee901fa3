//! Periods: the hours, days, weeks or months that answers are told by.

use crate::event::Micros;

/// Stretches of time that follow one another without a gap. Whoever asks makes them, in a time zone of the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Periods {
    /// Where each begins, and where the last ends.
    bounds: Vec<Micros>,
}

impl Periods {
    /// Periods from each bound to the next, which is not in it any more; nothing when the bounds do not rise or there are
    /// fewer than two.
    pub fn new(bounds: Vec<Micros>) -> Option<Self> {
        let rises = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        (rises && bounds.len() > 1).then_some(Self { bounds })
    }

    /// How many there are: one at least.
    pub fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// The index of the period that a moment is in.
    pub fn index_of(&self, at: Micros) -> Option<usize> {
        let n_begun = self.bounds.partition_point(|bound| *bound <= at);
        n_begun.checked_sub(1).filter(|index| *index < self.count())
    }

    /// How many periods have ended when it is this moment.
    pub fn n_ended_by(&self, at: Micros) -> usize {
        self.bounds[1..].partition_point(|end| *end <= at)
    }

    /// Where a period ends; the moment itself is in the next.
    pub fn end_of(&self, index: usize) -> Micros {
        self.bounds[index + 1]
    }

    /// The periods that rising moments are in, each once.
    pub fn indexes_of(&self, moments: impl Iterator<Item = Micros>) -> impl Iterator<Item = usize> {
        // Every moment before this one is in a period that was told, or in none.
        let mut told_until = self.bounds[0];
        moments.filter_map(move |at| {
            let index = if at < told_until { None } else { self.index_of(at) };
            told_until = index.map_or(told_until, |index| self.end_of(index));
            index
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_in_one_period_or_in_none() {
        let periods = Periods::new(vec![0, 10, 30]).unwrap();
        let found: Vec<_> = [-1, 0, 9, 10, 29, 30].map(|at| periods.index_of(at)).to_vec();
        assert_eq!(found, [None, Some(0), Some(0), Some(1), Some(1), None]);
        let rising = [-5, 0, 3, 10, 11, 29, 30, 40];
        assert_eq!(periods.indexes_of(rising.into_iter()).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn bounds_rise() {
        assert!(Periods::new(vec![]).is_none() && Periods::new(vec![1]).is_none());
        assert!(Periods::new(vec![1, 1]).is_none() && Periods::new(vec![2, 1]).is_none());
    }
}
