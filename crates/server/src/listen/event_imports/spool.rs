//! Where the files of imports are.

use std::path::PathBuf;

use crate::app::App;

/// Within the data folder.
const UPLOADS: &str = "uploads";

/// Where the file of an import is.
pub fn path(app: &App, id: &str) -> PathBuf {
    folder(app).join(id)
}

pub fn folder(app: &App) -> PathBuf {
    app.config.data_dir.join(UPLOADS)
}
