//! Who is who: what events tell of people and accounts, beside what was done.
//!
//! The log of events is where it comes from: nothing of it is sealed before it was learned here, and what was learned is written
//! in one transaction with the place in the log. Two people who are both known are never made one by a program.

mod accounts;
mod facts;
mod learn;
mod people;
mod record;
mod take;

pub use facts::tells;
pub use learn::learn;
