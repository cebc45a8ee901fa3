//! By what found signals can be counted and narrowed.

/// Stands for "none" where that is counted; no id, kind or source is called so.
pub const NOTHING: &str = "-";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    Source,
    Segment,
    Assignee,
    NextStep,
    Theme,
    Tag,
    Person,
    Account,
    Import,
}

impl Facet {
    pub const ALL: [Self; 9] = [
        Self::Source,
        Self::Segment,
        Self::Assignee,
        Self::NextStep,
        Self::Theme,
        Self::Tag,
        Self::Person,
        Self::Account,
        Self::Import,
    ];

    pub fn field(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Segment => "segment",
            Self::Assignee => "assignee",
            Self::NextStep => "next_step",
            Self::Theme => "theme",
            Self::Tag => "tag",
            Self::Person => "person",
            Self::Account => "account",
            Self::Import => "import",
        }
    }
}
