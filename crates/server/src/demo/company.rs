//! The made-up company of the demo.

/// How the demo's owner signs in. Everybody knows it, so the demo is for one's own machine.
pub const EMAIL: &str = "maya@hedgerow.example";
pub const PASSWORD: &str = "hedges-and-lawns";
pub const WORKSPACE: &str = "Hedgerow";
/// The half year that is played, up to the midnight before today.
pub const DAYS: i64 = 182;
