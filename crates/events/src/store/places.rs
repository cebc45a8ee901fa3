//! Where everything is in the folder of a store.

/// The folder of tables.
pub const TABLES: &str = "tables";
/// The folder of the log.
pub const LOG: &str = "log";
/// The file with the name of the log.
pub const LOG_NAME: &str = "log-name";
/// Where Delta has what belongs to a table, in its folder.
pub const COMMITS: &str = "_delta_log";
