//! Who reads what first. Each lens leaves out what others need more.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A part of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Signals,
    Themes,
    Sources,
    Rules,
    Results,
    Tests,
    Decisions,
    Outcomes,
    Critiques,
    Scores,
    Learning,
    Overdue,
}

impl Part {
    pub fn title(self) -> &'static str {
        match self {
            Self::Signals => "What customers said",
            Self::Themes => "Themes that rose or fell",
            Self::Sources => "Out of the ordinary",
            Self::Rules => "Rules that fired",
            Self::Results => "Results that wait for a decision",
            Self::Tests => "Tests under way",
            Self::Decisions => "What was decided",
            Self::Outcomes => "What we learned and published",
            Self::Critiques => "Objections that wait for an answer",
            Self::Scores => "Scores",
            Self::Learning => "How fast we learn",
            Self::Overdue => "Overdue",
        }
    }

    /// Whether an item in it means that something happened in the week, and does not merely stand or wait.
    pub fn is_news(self) -> bool {
        use Part::{Decisions, Outcomes, Rules, Signals, Sources, Themes};
        matches!(self, Signals | Themes | Sources | Rules | Decisions | Outcomes)
    }
}

/// The parts that a lens shows, in its order. An unknown lens, which settings refuse, reads as product does.
pub fn parts(lens: &str) -> &'static [Part] {
    use Part::{
        Critiques, Decisions, Learning, Outcomes, Overdue, Results, Rules, Scores, Signals, Sources, Tests,
        Themes,
    };
    match lens {
        "design" => &[Themes, Signals, Tests, Results, Outcomes, Critiques, Decisions, Learning],
        "engineering" => &[Decisions, Tests, Results, Overdue, Themes, Sources, Rules, Outcomes],
        "marketing" => &[Outcomes, Scores, Themes, Signals, Sources, Critiques],
        "sales" => &[Outcomes, Themes, Rules, Decisions, Signals, Scores],
        "leadership" => &[Learning, Decisions, Outcomes, Scores, Results, Overdue, Rules, Critiques],
        _ => &[
            Signals, Themes, Sources, Rules, Results, Tests, Decisions, Outcomes, Scores, Critiques, Overdue,
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::members::LENSES;

    #[test]
    fn each_lens_has_its_own_order_and_names_nothing_twice() {
        let mut orders: Vec<&[Part]> = Vec::new();
        for lens in LENSES {
            let order = parts(lens);
            let mut sorted = order.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), order.len(), "{lens}");
            assert!(order.iter().any(|part| part.is_news()), "{lens}");
            assert!(!orders.contains(&order), "{lens}");
            orders.push(order);
        }
    }
}
