//! Words that columns and the wire share, as types.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enum whose variants are words: the same in the database, on the wire and in the description.
macro_rules! words {
    ($(#[$meaning:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meaning])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        // The description cannot read a name that a macro passes on, so the words follow from the variants.
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($variant),+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// Reads what the database keeps.
            pub fn parse(text: &str) -> $crate::platform::error::Result<Self> {
                let found = Self::ALL.iter().find(|word| word.as_str() == text);
                found.copied().ok_or_else(|| anyhow::anyhow!("stored word {text:?}").into())
            }
        }
    };
}

pub(crate) use words;

words!(
    /// How far evidence can be trusted, from the weakest to the strongest.
    EvidenceStrength {
        Opinion = "opinion",
        StatedBehaviour = "stated_behaviour",
        ObservedBehaviour = "observed_behaviour",
        Commitment = "commitment",
        Randomised = "randomised",
    }
);

words!(
    /// Whether evidence speaks for or against a hypothesis.
    EvidenceSide {
        For = "for",
        Against = "against",
    }
);

words!(
    /// How an effect is measured: in the metric's unit, or as a share of what it was before.
    EffectKind {
        Absolute = "absolute",
        Relative = "relative",
    }
);

words!(
    HypothesisState {
        Draft = "draft",
        Open = "open",
        Confirmed = "confirmed",
        Refuted = "refuted",
        Expired = "expired",
    }
);

words!(
    /// The columns of the board.
    BetState {
        Backlog = "backlog",
        Scoring = "scoring",
        Ready = "ready",
        Running = "running",
        Decided = "decided",
        Dropped = "dropped",
    }
);

/// What we do in each case, agreed beforehand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DecisionRule {
    pub confirmed: String,
    pub refuted: String,
    pub inconclusive: String,
}

impl DecisionRule {
    /// Each outcome with what is done then.
    pub fn outcomes(&self) -> [(&'static str, &str); 3] {
        [
            ("confirmed", self.confirmed.as_str()),
            ("refuted", self.refuted.as_str()),
            ("inconclusive", self.inconclusive.as_str()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_and_the_database_use_the_same_words() {
        let wire = |word: Strength| serde_json::to_value(word).unwrap();
        for &word in Strength::ALL {
            assert_eq!(wire(word), word.as_str());
        }
        for &state in BetState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }
}
