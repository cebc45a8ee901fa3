//! Answers that take long to add up, kept until something changes.
//!
//! Sums over a hundred thousand signals take a tenth of a second, and people open the same page again and again. An
//! answer is kept with the count of changes it was made at, which the database has and every commit increases: while the
//! count stands still the answer is exact, whichever node wrote last.

mod answer;
mod slots;

pub use answer::{answer, answer_at};
pub use slots::Kept;
