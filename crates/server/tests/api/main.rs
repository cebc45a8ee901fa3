//! Tests of the API, on the real router and a real database. Folders mirror the URL tree.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod bet;
mod decide;
mod experiment;
mod listen;
mod measure;
mod platform;
mod share;
mod support;
mod understand;
