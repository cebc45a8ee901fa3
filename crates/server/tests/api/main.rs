//! Tests of the API, on the real router and a real database. Folders mirror the URL tree.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod bet;
mod chain;
mod decide;
mod demo;
mod digest;
mod experiment;
mod home;
mod listen;
mod measure;
mod platform;
mod share;
mod support;
mod support_rows;
mod understand;
