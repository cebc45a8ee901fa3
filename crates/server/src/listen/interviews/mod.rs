//! Interviews: who was asked when, what they agreed to, and the transcript.

mod change;
pub mod parse;
mod transcript;
mod wire;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::insert_interview;
pub use transcript::write_transcript;
pub use wire::{InterviewIn, InterviewOut, InterviewPatch, PassageOut};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(transcript::put_transcript))
        .layer(DefaultBodyLimit::max(parse::BYTES_MAX));
    OpenApiRouter::new()
        .routes(routes!(change::list_interviews, change::create_interview))
        .routes(routes!(change::get_interview, change::update_interview, change::archive_interview))
        .routes(routes!(change::restore_interview))
        .routes(routes!(transcript::list_passages))
        .merge(uploads)
}
