//! What all questions have in common: which events they are about, in what time, and how they are broken down.

use std::sync::Arc;

use heedful_events::Micros;
use heedful_events::question::{Breakdown, Scope};
use heedful_events::scan::strip::{PersonWords, Word};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deed::{Filter, condition};
use super::moment::{self, Moment};
use crate::listen::segments::SegmentRule;
use crate::platform::invalid::Invalid;

const FILTERS_MAX: usize = 20;
const GROUPS_MAX: usize = 100;
const GROUPS_DEFAULT: usize = 10;
/// The property that stands for the name of the event in a breakdown.
const EVENT: &str = "$event";

/// What all questions have in common.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Frame {
    /// From when on: a time, a day (`2026-11-01`), or so long ago (`-30d`, also `h`, `w` and `m` for months). 30 days ago,
    /// when not given.
    #[schema(example = "-30d")]
    pub from: Option<String>,
    /// Until when: a time, which is not in it any more, a day, which is in it, or so long ago. Now, when not given.
    pub to: Option<String>,
    /// The time zone that days and weeks are counted in; that of the workspace, when not given.
    pub time_zone: Option<String>,
    /// All of these hold for every event that counts.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub filters: Vec<Filter>,
    /// Only people who are in this segment now.
    pub segment: Option<String>,
    /// Only people for whom this holds now, by what is known of them and of their accounts.
    pub people: Option<SegmentRule>,
    pub breakdown: Option<BreakdownIn>,
}

/// The same counts for each value of a property.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BreakdownIn {
    /// Of the events: a property, or `$event` for their names. Of people and accounts what rules of segments ask for, such as
    /// `plan` or `traits.role`.
    #[schema(min_length = 1, max_length = 200, example = "plan")]
    pub property: String,
    /// Whose property it is: of people and accounts as it is known now.
    #[serde(default)]
    pub of: PropertyOf,
    /// So many values, those with most in them; the others are one group. 10, when not given.
    #[schema(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PropertyOf {
    #[default]
    Event,
    Person,
    /// The first account of the person by name.
    Account,
}

/// Whom a question is about.
#[derive(Clone, Debug, Default)]
pub struct Whom {
    /// The numbers of the only people who count, in order; nothing for everybody.
    pub within: Option<Arc<[i64]>>,
    /// The word of each person that the breakdown asks for, if it asks for one of people.
    pub words: Option<Arc<PersonWords>>,
}

/// A frame that was checked, with its times.
#[derive(Clone, Debug)]
pub struct Framed {
    pub from: Micros,
    pub to: Micros,
    pub zone: TimeZone,
    pub scope: Scope,
    pub breakdown: Option<Breakdown>,
}

impl Frame {
    /// Whether the answer depends on what is known of people and accounts.
    pub fn asks_for_people(&self) -> bool {
        let by_people = |breakdown: &BreakdownIn| breakdown.of != PropertyOf::Event;
        self.segment.is_some() || self.people.is_some() || self.breakdown.as_ref().is_some_and(by_people)
    }

    /// What the frame means now, without the events of nobody, in the time zone of the workspace unless it names another.
    pub fn check(
        &self,
        (now, nobody): (Micros, i64),
        zone: &TimeZone,
        whom: Whom,
        invalid: &mut Invalid,
    ) -> Option<Framed> {
        let named = self.time_zone.as_deref().map(TimeZone::get);
        let is_known = named.as_ref().is_none_or(Result::is_ok);
        invalid.check("time_zone", is_known, "must be a time zone such as Europe/Berlin");
        let zone = named.transpose().ok()?.unwrap_or_else(|| zone.clone());
        let from = self.from.as_deref().unwrap_or("-30d");
        let from = moment::read(from, now, &zone).map(Moment::begin);
        invalid.check("from", from.is_some(), moment::EXPECTED);
        let to = self.to.as_deref().map(|to| moment::read(to, now, &zone).map(Moment::end));
        let to = to.unwrap_or(Some(now + 1));
        invalid.check("to", to.is_some(), moment::EXPECTED);
        let (from, to) = (from?, to?);
        invalid.check("to", from < to, "must be after `from`");
        invalid.check("filters", self.filters.len() <= FILTERS_MAX, "must be at most 20");
        let conditions =
            self.filters.iter().filter_map(|filter| condition(filter, "filters", invalid)).collect();
        let breakdown = self.breakdown.as_ref().map(|breakdown| breakdown.check(whom.words, invalid));
        let scope = Scope { from, to, conditions, without: vec![nobody], within: whom.within };
        Some(Framed { from, to, zone, scope, breakdown })
    }
}

impl BreakdownIn {
    fn check(&self, words: Option<Arc<PersonWords>>, invalid: &mut Invalid) -> Breakdown {
        invalid.check_text("breakdown.property", &self.property, 200);
        let limit = self.limit.unwrap_or(GROUPS_DEFAULT);
        invalid.check("breakdown.limit", (1..=GROUPS_MAX).contains(&limit), "must be between 1 and 100");
        let of_event =
            || if self.property == EVENT { Word::Event } else { Word::Property(self.property.clone()) };
        Breakdown { by: words.map_or_else(of_event, Word::Person), limit }
    }
}

impl Framed {
    /// The same question about all events up to its end, as questions need that look at a person's first event.
    pub fn scope_from_the_beginning(&self) -> Scope {
        Scope { from: Micros::MIN, ..self.scope.clone() }
    }
}

/// How a question was understood; with it the same answer can be computed again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Understood {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Not in it any more.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    pub time_zone: String,
    /// How people are told apart.
    pub identity: String,
}
