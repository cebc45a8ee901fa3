//! The answers as a file for spreadsheets.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response as HttpResponse};
use heedful_db::listen::responses::{self, Response};
use heedful_db::listen::surveys::{self, Survey};
use heedful_db::{Conn, WorkspaceId};

use super::answers::{ResponseQuery, answers};
use super::wire::{FollowUp, follow_ups};
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::time;

/// Rows of one file, the newest; whoever has more narrows by time.
const ROWS_MAX: usize = 100_000;
const PAGE: i64 = 500;

/// The answers to a survey as CSV, newest first, at most 100,000. Cells that a spreadsheet would run as a formula start with '.
#[utoipa::path(get, path = "/surveys/{id}/responses.csv", tag = "listen", params(("id" = String, Path), ResponseQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn export_responses(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<ResponseQuery>,
) -> Result<HttpResponse> {
    let mut conn = ctx.read().await?;
    let survey = surveys::get(&mut conn, &viewer.ws, &id).await?;
    let filter = query.filter(&survey)?;
    let bytes = write(&mut conn, &viewer.ws, &survey, &filter).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"responses.csv\""),
    ];
    Ok((headers, bytes).into_response())
}

async fn write(
    conn: &mut Conn,
    ws: &WorkspaceId,
    survey: &Survey,
    filter: &responses::Filter,
) -> Result<Vec<u8>> {
    let questions = follow_ups(&survey.follow_ups);
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(heading(survey, &questions)).map_err(anyhow::Error::from)?;
    let mut cursor = None;
    let mut n = 0;
    loop {
        let page = responses::list(conn, ws, &survey.id, filter, cursor.as_ref(), PAGE).await?;
        for row in &page.items {
            file.write_record(record(row, survey, &questions)).map_err(anyhow::Error::from)?;
        }
        n += page.items.len();
        cursor = page.next;
        if cursor.is_none() || n >= ROWS_MAX {
            return Ok(file.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?);
        }
    }
}

fn heading(survey: &Survey, questions: &[FollowUp]) -> Vec<String> {
    let mut heading: Vec<String> =
        ["Answered at", "Response", "Person", "Score"].into_iter().map(str::to_owned).collect();
    heading.push(safe(&survey.question));
    heading.extend(questions.iter().map(|question| safe(&question.prompt)));
    heading.extend(["Name", "May be shown", "Reference", "Page"].into_iter().map(str::to_owned));
    heading
}

fn record(row: &Response, survey: &Survey, questions: &[FollowUp]) -> Vec<String> {
    let given = answers(row, survey, questions);
    let answer = |id: &str| {
        let found = given.iter().find(|answer| answer.question_id == id);
        safe(found.map_or("", |answer| &answer.text))
    };
    let mut record = vec![
        time::out(row.created_at).to_string(),
        row.id.clone(),
        row.person_id.clone().unwrap_or_default(),
        row.score.map(|score| score.to_string()).unwrap_or_default(),
        answer("main"),
    ];
    record.extend(questions.iter().map(|question| answer(&question.id)));
    record.push(answer("name"));
    record.push(row.may_show.clone());
    record.push(safe(row.reference.as_deref().unwrap_or_default()));
    record.push(safe(row.page_url.as_deref().unwrap_or_default()));
    record
}

/// Spreadsheets run cells that start like this; a quote in front makes them text.
fn safe(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}
