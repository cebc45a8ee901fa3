//! Bets: small reversible changes that test a hypothesis.

mod board;
mod change;
mod load;
mod moves;
mod scoring;
mod tally;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use load::{BetFields, BetOut, read};
pub use moves::move_row;
pub use tally::{BetScoring, ScoreDisagreement};
pub use wire::{BetIn, BetPatch};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_bets, change::create_bet))
        .routes(routes!(board::get_bet_board))
        .routes(routes!(board::set_board_limits))
        .routes(routes!(change::get_bet, change::update_bet, change::archive_bet))
        .routes(routes!(change::restore_bet))
        .routes(routes!(moves::move_bet))
        .routes(routes!(change::note_undo_drill))
        .routes(routes!(scoring::set_scorers))
        .routes(routes!(scoring::set_my_score))
}
