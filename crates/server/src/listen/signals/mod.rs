//! Signals: one thing a customer said, as it reached us.

mod change;
mod list;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::{
    archive_signal, change_signals, create_signal, get_signal, insert_signal, restore_signal, update_signal,
};
pub use list::{FacetValue, SignalQuery, count_signals, ids_of, list_signals};
pub use wire::{NextStep, SignalIn, SignalOut, SignalPatch};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_signals, change::create_signal))
        .routes(routes!(list::count_signals))
        .routes(routes!(change::change_signals))
        .routes(routes!(change::get_signal, change::update_signal, change::archive_signal))
        .routes(routes!(change::restore_signal))
}
