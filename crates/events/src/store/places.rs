//! Where everything is in the folder of a store.

/// The folder of tables.
pub const TABLES: &str = "tables";
/// The folder of the log.
pub const LOG: &str = "log";
/// The file with the name of the log.
pub const LOG_NAME: &str = "log-name";
