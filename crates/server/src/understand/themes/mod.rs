//! Themes: recurring patterns on three axes, what they amount to, and moving signals between them.

mod assign;
mod change;
mod facts;
mod list;
mod merge;
mod moved;
mod numbers;
mod split;
mod summary;
mod trend;
mod undo;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use assign::assign;
pub use change::insert_theme;
pub use trend::ThemeTrend;
pub use wire::{ThemeIn, ThemeOut};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_themes, change::create_theme))
        .routes(routes!(summary::get_theme_matrix))
        .routes(routes!(undo::undo_theme_change))
        .routes(routes!(change::get_theme, change::update_theme, change::archive_theme))
        .routes(routes!(change::restore_theme))
        .routes(routes!(summary::get_theme_summary))
        .routes(routes!(assign::assign_signals))
        .routes(routes!(assign::unassign_signals))
        .routes(routes!(merge::merge_theme))
        .routes(routes!(split::split_theme))
        .routes(routes!(undo::list_theme_changes))
}
