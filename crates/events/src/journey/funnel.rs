//! Funnels: how far people come on a way of several steps.

use super::{Journey, Matches};
use crate::event::Micros;

/// A funnel has at most so many steps.
pub const STEPS_MAX: usize = 32;

/// How the steps must follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOrder {
    /// One after the other; anything may happen in between.
    Ordered,
    /// One right after the other: no event of the person in between.
    Strict,
    /// In whatever order.
    Any,
}

/// An event that must not happen on the way from one step to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The index of the step after which it counts.
    pub after: usize,
    /// The index of the step until which it counts.
    pub before: usize,
}

/// A way of several steps. Bit `i` of an event's [`Matches`] says that it is step `i`; the bits after those of the steps say
/// that it is one of the exclusions.
///
/// Someone has come as far as the longest row of steps of any attempt, all within the window of the attempt's first step, to
/// the microsecond and with both ends. One event is one step of an attempt at most. An excluded event ends the attempts that
/// are on that part of the way; a later attempt may still succeed. In any order the exclusions end whatever was begun, and an
/// event that is several steps is all of them.
///
/// ```
/// use heedful_events::journey::Journey;
/// use heedful_events::journey::funnel::{Funnel, StepOrder};
///
/// let mut funnel = Funnel::new(3, 100, StepOrder::Ordered, &[]).unwrap();
/// let (at, steps) = ([0, 50, 100, 101], [0b001, 0b010, 0b001, 0b100]);
/// // The third step came too late for the first attempt, and the second attempt has no second step.
/// assert_eq!(funnel.walk(Journey::new(&at, &steps)), [0, 50]);
/// ```
#[derive(Clone, Debug)]
pub struct Funnel {
    n_steps: usize,
    window: Micros,
    order: StepOrder,
    /// For each exclusion its bit, and the numbers of steps done at which it ends an attempt.
    exclusions: Vec<(Matches, std::ops::RangeInclusive<usize>)>,
    /// The latest attempt that has come to each step: when it took the steps up to there.
    attempts: Vec<Attempt>,
    best: Attempt,
}

/// When the steps were taken.
type Attempt = Vec<Micros>;

impl Funnel {
    /// A funnel of 1 to [`STEPS_MAX`] steps with a window of microseconds; nothing when there are more or fewer steps, or an
    /// exclusion is not between two of them.
    pub fn new(n_steps: usize, window: Micros, order: StepOrder, exclusions: &[Exclusion]) -> Option<Self> {
        let is_between = |one: &Exclusion| one.after < one.before && one.before < n_steps;
        let fits = (1..=STEPS_MAX).contains(&n_steps) && exclusions.len() <= 64 - STEPS_MAX;
        if !fits || !exclusions.iter().all(is_between) {
            return None;
        }
        let bit = |index: usize| 1 << (n_steps + index);
        let spans =
            exclusions.iter().enumerate().map(|(index, one)| (bit(index), one.after + 1..=one.before));
        Some(Self {
            n_steps,
            window,
            order,
            exclusions: spans.collect(),
            attempts: vec![Attempt::new(); n_steps],
            best: Attempt::new(),
        })
    }

    /// How many steps the person has come: the length of [`walk`](Self::walk), which takes longer because it tells the times.
    pub fn reach(&mut self, journey: Journey) -> usize {
        if self.order != StepOrder::Ordered || !self.exclusions.is_empty() {
            return self.walk(journey).len();
        }
        // When the latest attempt began that has come to each step; the first moment of all stands for none.
        let mut begun = [Micros::MIN; STEPS_MAX];
        let mut n_reached = 0;
        for (at, matches) in journey.events() {
            let earliest = at.saturating_sub(self.window);
            let mut left = matches & ((1 << self.n_steps) - 1);
            while left != 0 {
                let step = left.ilog2() as usize;
                left ^= 1 << step;
                let first_at = if step == 0 { at } else { begun[step - 1] };
                if first_at > Micros::MIN && first_at >= earliest {
                    begun[step] = first_at;
                    n_reached = n_reached.max(step + 1);
                }
            }
            if n_reached == self.n_steps {
                break;
            }
        }
        n_reached
    }

    /// When the person took the steps of the attempt that came furthest, the first such attempt; empty when there was none.
    /// In any order, these are the times at which there were one, two and more different steps.
    pub fn walk(&mut self, journey: Journey) -> &[Micros] {
        self.best.clear();
        self.attempts.iter_mut().for_each(Vec::clear);
        match self.order {
            StepOrder::Ordered => self.walk_ordered(journey),
            StepOrder::Strict => self.walk_strict(journey),
            StepOrder::Any => self.walk_in_any_order(journey),
        }
        &self.best
    }

    /// Of all attempts that have taken so many steps the latest to begin has the most time left, so no other is needed.
    fn walk_ordered(&mut self, journey: Journey) {
        for (at, matches) in journey.events().filter(|(_, matches)| *matches != 0) {
            self.exclude(matches);
            // From the last step to the first: an event that is two steps is not both in one attempt.
            for step in (0..self.n_steps).rev().filter(|step| matches & (1 << step) != 0) {
                self.advance(step, at);
            }
            if self.best.len() == self.n_steps {
                return;
            }
        }
    }

    /// The same, but an attempt that does not go on with an event is over.
    fn walk_strict(&mut self, journey: Journey) {
        for (at, matches) in journey.events() {
            self.exclude(matches);
            for step in (0..self.n_steps).rev() {
                if matches & (1 << step) != 0 {
                    self.advance(step, at);
                } else {
                    self.attempts[step].clear();
                }
            }
            if self.best.len() == self.n_steps {
                return;
            }
        }
    }

    /// Lets the attempts that have come to the step before take this one.
    fn advance(&mut self, step: usize, at: Micros) {
        let (before, from_here) = self.attempts.split_at_mut(step);
        let attempt = &mut from_here[0];
        match before.last() {
            None => attempt.clear(),
            Some(previous) if is_within(previous, at, self.window) => attempt.clone_from(previous),
            // In a strict order the event ends whatever was here; in the other the attempt here stays.
            Some(_) if self.order == StepOrder::Strict => return attempt.clear(),
            Some(_) => return,
        }
        attempt.push(at);
        if attempt.len() > self.best.len() {
            self.best.clone_from(attempt);
        }
    }

    fn exclude(&mut self, matches: Matches) {
        for (bit, n_done) in &self.exclusions {
            if matches & bit != 0 {
                for attempt in self.attempts.iter_mut().filter(|attempt| n_done.contains(&attempt.len())) {
                    attempt.clear();
                }
            }
        }
    }

    /// The latest time of each step tells how many different ones lie within the window that ends now.
    fn walk_in_any_order(&mut self, journey: Journey) {
        let mut latest: Vec<Option<Micros>> = vec![None; self.n_steps];
        for (at, matches) in journey.events().filter(|(_, matches)| *matches != 0) {
            if self.exclusions.iter().any(|(bit, _)| matches & bit != 0) {
                latest.fill(None);
            }
            for (step, time) in latest.iter_mut().enumerate() {
                if matches & (1 << step) != 0 {
                    *time = Some(at);
                }
            }
            let within = latest.iter().flatten().filter(|time| at - **time <= self.window);
            if within.clone().count() > self.best.len() {
                self.best = within.copied().collect();
                self.best.sort_unstable();
            }
        }
    }
}

fn is_within(attempt: &Attempt, at: Micros, window: Micros) -> bool {
    attempt.first().is_some_and(|first| at - first <= window)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The length of the longest attempt, found by trying all.
    fn longest(funnel: &Funnel, events: &[(Micros, Matches)]) -> usize {
        let is_step = |index: usize, step: usize| events[index].1 & (1 << step) != 0;
        let first = (0..events.len()).filter(|index| is_step(*index, 0));
        first.map(|index| 1 + go_on(funnel, events, index, index, 1)).max().unwrap_or(0)
    }

    /// How many more steps an attempt can take that began with one event, took its last step with another, and has taken `n`.
    fn go_on(funnel: &Funnel, events: &[(Micros, Matches)], first: usize, last: usize, n: usize) -> usize {
        let is_excluded = |index: usize| {
            let on_the_way = funnel.exclusions.iter().filter(|(_, n_done)| n_done.contains(&n));
            on_the_way.fold(0, |bits, (bit, _)| bits | bit) & events[index].1 != 0
        };
        let may_follow = |index: &usize| {
            events[*index].0 - events[first].0 <= funnel.window
                && events[*index].1 & (1 << n) != 0
                && n < funnel.n_steps
                && (funnel.order == StepOrder::Ordered || *index == last + 1)
                && !(last + 1..=*index).any(is_excluded)
        };
        let next = (last + 1..events.len()).filter(may_follow);
        next.map(|index| 1 + go_on(funnel, events, first, index, n + 1)).max().unwrap_or(0)
    }

    fn funnel() -> impl Strategy<Value = Funnel> {
        let order = prop_oneof![Just(StepOrder::Ordered), Just(StepOrder::Strict)];
        let exclusion = (0..3_usize, 0..4_usize).prop_map(|(after, before)| Exclusion { after, before });
        (1..5_usize, 0..15_i64, order, prop::collection::vec(exclusion, 0..2)).prop_map(
            |(n_steps, window, order, mut exclusions)| {
                exclusions.retain(|one| one.after < one.before && one.before < n_steps);
                Funnel::new(n_steps, window, order, &exclusions).unwrap()
            },
        )
    }

    fn events() -> impl Strategy<Value = (Vec<Micros>, Vec<Matches>)> {
        prop::collection::vec((0..6_i64, 0..128_u64), 0..12).prop_map(|events| {
            let mut now = 0;
            let later = |(gap, matches)| {
                now += gap;
                (now, matches)
            };
            events.into_iter().map(later).unzip()
        })
    }

    proptest! {
        #[test]
        fn nobody_comes_further_than_the_longest_of_all_attempts(
            mut funnel in funnel(),
            (at, matches) in events(),
        ) {
            let journey = Journey::new(&at, &matches);
            let expected = longest(&funnel, &journey.events().collect::<Vec<_>>());
            let times = funnel.walk(journey).to_vec();
            prop_assert_eq!(times.len(), expected);
            prop_assert_eq!(funnel.reach(journey), expected);
            prop_assert!(times.is_sorted());
            let took = times.last().zip(times.first()).map_or(0, |(last, first)| last - first);
            prop_assert!(took <= funnel.window);
        }

        #[test]
        fn in_any_order_the_most_different_steps_in_a_window_count(
            (at, matches) in events(),
            n_steps in 1..5_usize,
            window in 0..15_i64,
        ) {
            let journey = Journey::new(&at, &matches);
            let steps = (1 << n_steps) - 1;
            let within = |from: Micros| {
                let inside = journey.events().filter(move |(at, _)| (from..=from + window).contains(at));
                inside.fold(0, |all, (_, matches)| all | matches & steps).count_ones()
            };
            let expected = at.iter().map(|from| within(*from)).max().unwrap_or(0);
            let mut funnel = Funnel::new(n_steps, window, StepOrder::Any, &[]).unwrap();
            prop_assert_eq!(funnel.walk(journey).len(), usize::try_from(expected).unwrap());
        }
    }

    #[test]
    fn times_are_those_of_the_attempt_that_came_furthest() {
        let check = |order, exclusions: &[Exclusion], steps: &[(Micros, Matches)], expect: &[Micros]| {
            let (at, matches): (Vec<_>, Vec<_>) = steps.iter().copied().unzip();
            let mut funnel = Funnel::new(3, 10, order, exclusions).unwrap();
            assert_eq!(funnel.walk(Journey::new(&at, &matches)), expect, "{order:?} {steps:?}");
        };
        let between = [Exclusion { after: 0, before: 1 }];
        check(StepOrder::Ordered, &[], &[(0, 1), (5, 1), (12, 2), (15, 4)], &[5, 12, 15]);
        check(StepOrder::Ordered, &[], &[(0, 1), (5, 2), (12, 4), (13, 1)], &[0, 5]);
        check(StepOrder::Ordered, &between, &[(0, 1), (1, 8), (2, 2)], &[0]);
        check(StepOrder::Ordered, &between, &[(0, 1), (1, 8), (2, 1), (3, 2)], &[2, 3]);
        check(StepOrder::Strict, &[], &[(0, 1), (1, 0), (2, 2)], &[0]);
        check(StepOrder::Strict, &[], &[(0, 1), (1, 1), (2, 2), (3, 4)], &[1, 2, 3]);
        check(StepOrder::Any, &[], &[(0, 4), (1, 1), (11, 2)], &[0, 1]);
    }

    #[test]
    fn a_funnel_has_steps_and_exclusions_between_them() {
        let is_fine = |n_steps, after, before| {
            Funnel::new(n_steps, 1, StepOrder::Ordered, &[Exclusion { after, before }]).is_some()
        };
        assert!(is_fine(2, 0, 1) && !is_fine(2, 1, 1) && !is_fine(2, 0, 2));
        assert!(Funnel::new(0, 1, StepOrder::Any, &[]).is_none());
        assert!(Funnel::new(STEPS_MAX + 1, 1, StepOrder::Any, &[]).is_none());
    }
}
