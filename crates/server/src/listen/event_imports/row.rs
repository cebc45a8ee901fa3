//! One row of a file of events.

use std::borrow::Cow;

/// A row as the file has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// One object.
    Json(String),
    /// In the order of the columns.
    Cells(Vec<String>),
    /// The start of what cannot be read.
    Broken(String),
}

impl Row {
    /// As people read it.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Json(text) | Self::Broken(text) => Cow::Borrowed(text),
            Self::Cells(cells) => Cow::Owned(cells.join(", ")),
        }
    }
}
