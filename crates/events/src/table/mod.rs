//! The table: events at rest, as Parquet files sorted by person and time.

pub mod compact;
pub mod delta;
pub mod file;
pub mod layout;
pub mod rows;
