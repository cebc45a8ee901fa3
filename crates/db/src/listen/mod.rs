//! Tables of the `listen` stage: who speaks, through which source, and what they said.

pub mod accounts;
pub mod erasure;
pub mod event_definitions;
pub mod event_imports;
pub mod event_rejects;
pub mod import_batches;
pub mod imports;
pub mod interviews;
pub mod people;
pub mod person_merges;
pub mod respondents;
pub mod responses;
pub mod scores;
pub mod segment_members;
pub mod segments;
pub mod signals;
pub mod sources;
pub mod surveys;
pub mod timelines;

/// What `LOWER(x) LIKE … ESCAPE '!'` needs to find `text` anywhere, with its own `%` and `_` meaning themselves.
fn contains_pattern(text: &str) -> String {
    let text = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{text}%")
}
