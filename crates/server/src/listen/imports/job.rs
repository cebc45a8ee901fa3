//! The jobs that run and undo an import.

use serde::{Deserialize, Serialize};

pub const RUN_IMPORT: &str = "run_import";
pub const UNDO_IMPORT: &str = "undo_import";

#[derive(Debug, Serialize, Deserialize)]
pub struct ImportJob {
    pub workspace_id: String,
    pub import_id: String,
}
