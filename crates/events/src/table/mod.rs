//! The table: events at rest, as Parquet files sorted by person and time.

pub mod delta;
pub mod file;
pub mod layout;
pub mod left_out;
pub mod merge;
pub mod remote;
pub mod rows;
