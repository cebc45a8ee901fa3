//! Which events a question is about.

use std::sync::Arc;

use super::groups::Breakdown;
use crate::event::Micros;
use crate::scan::pattern::{Condition, Pattern};
use crate::scan::strip::Reading;

/// Which events count, whatever else a question asks for.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Events from this time on.
    pub from: Micros,
    /// Events before this time.
    pub to: Micros,
    /// All of these hold for them.
    pub conditions: Vec<Condition>,
    /// People who do not count, by their numbers in order.
    pub without: Vec<i64>,
    /// The only people who count, by their numbers in order; everybody when nothing.
    pub within: Option<Arc<[i64]>>,
}

impl Scope {
    /// The events of all time.
    pub fn everything() -> Self {
        Self { from: Micros::MIN, to: Micros::MAX, conditions: Vec::new(), without: Vec::new(), within: None }
    }

    pub(super) fn reading(&self, patterns: &[Pattern], breakdown: Option<&Breakdown>) -> Reading {
        let within = |pattern: &Pattern| {
            let mut pattern = pattern.clone();
            pattern.conditions.extend(self.conditions.iter().cloned());
            pattern
        };
        Reading {
            patterns: patterns.iter().map(within).collect(),
            from: self.from,
            to: self.to,
            without: self.without.clone(),
            within: self.within.clone(),
            word: breakdown.map(|breakdown| breakdown.by.clone()),
            ..Reading::default()
        }
    }
}
