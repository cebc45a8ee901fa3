//! Rules: thresholds agreed beforehand that ask for action, and the firings when they are crossed.

mod change;
mod firings;
mod job;
mod value;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::{archive_rule, create_rule, get_rule, list_rules, restore_rule, update_rule};
pub use firings::{FiringOut, handle_firing, list_firings};
pub use job::{EVALUATE_RULES, EvaluateRules};
pub use value::{measure, settle};
pub use wire::{RuleIn, RuleOut, RulePatch};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_rules, change::create_rule))
        .routes(routes!(change::get_rule, change::update_rule, change::archive_rule))
        .routes(routes!(change::restore_rule))
        .routes(routes!(firings::list_firings))
        .routes(routes!(firings::handle_firing))
}
