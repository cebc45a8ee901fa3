//! The job that makes the digests of a week and sends them, on Monday morning as each workspace lives it.

use anyhow::bail;
use heedful_db::WorkspaceId;
use heedful_db::platform::workspaces;
use heedful_db::share::digests::{self, Digest, Recipient};

use super::gather::gather;
use super::letter;
use super::weeks::{Week, last_and_running};
use super::wire::DigestOut;
use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::members::LENSES;
use crate::platform::{mail, periods};
use crate::share::unsubscribe::{self, Reader};

pub const SEND_DIGESTS: &str = "send_digests";

/// Visits every workspace in which somebody reads digests. One that fails does not keep the others waiting: the job
/// fails at the end, and runs again for what is missing.
pub async fn send_all(app: &App) -> anyhow::Result<()> {
    let ctx = Ctx::of(app);
    let read = digests::list_read_workspaces(&mut *app.db.read().await?).await?;
    let mut n_failed = 0;
    for ws in &read {
        if let Err(error) = send_due(&ctx, ws).await {
            tracing::error!(workspace = %ws, "the digest could not be sent: {error:#}");
            n_failed += 1;
        }
    }
    if n_failed > 0 {
        bail!("the digests of {n_failed} of {} workspaces could not be sent", read.len());
    }
    Ok(())
}

async fn send_due(ctx: &Ctx, ws: &WorkspaceId) -> Result<()> {
    let zone = periods::time_zone(&mut *ctx.read().await?, ws).await?;
    let [week, _] = last_and_running(ctx.now, &zone)?;
    if ctx.now < week.due_at {
        return Ok(());
    }
    make(ctx, ws, &week).await?;
    let recipients = digests::list_recipients(&mut *ctx.read().await?, ws, &week.name, week.due_at).await?;
    for recipient in &recipients {
        send(ctx, ws, &week, recipient).await?;
    }
    Ok(())
}

/// One digest for each lens, so that whoever changes theirs finds the weeks before.
async fn make(ctx: &Ctx, ws: &WorkspaceId, week: &Week) -> Result<()> {
    let facts = {
        let mut conn = ctx.read().await?;
        let last = LENSES.last().copied().unwrap_or_default();
        if digests::find_of_week(&mut conn, ws, last, &week.name).await?.is_some() {
            return Ok(());
        }
        gather(&mut conn, ws, week.period, ctx.now).await?
    };
    let mut tx = ctx.begin().await?;
    for lens in LENSES {
        let row = Digest {
            id: ctx.new_id(),
            lens: (*lens).to_owned(),
            week: week.name.clone(),
            period_from: week.period.from,
            period_to: week.period.to,
            body: serde_json::to_string(&facts.through(lens)).map_err(anyhow::Error::from)?,
            created_at: ctx.now,
        };
        digests::insert(&mut tx, ws, &row).await?;
    }
    ctx.commit(tx).await
}

/// The row and the mail are one transaction, and the row can be there only once.
async fn send(ctx: &Ctx, ws: &WorkspaceId, week: &Week, to: &Recipient) -> Result<()> {
    let mut tx = ctx.begin().await?;
    if !digests::insert_send(&mut tx, ws, &to.user_id, &week.name, ctx.now).await? {
        return Ok(());
    }
    let digest = digests::find_of_week(&mut tx, ws, &to.lens, &week.name).await?.ok_or(Error::NotFound)?;
    let workspace = workspaces::get(&mut tx, ws).await?.name;
    let url = unsubscribe::new_link(&mut tx, ctx, ws, Reader::Member, &to.user_id).await?;
    let public_url = &ctx.app.config.public_url;
    let letter = letter::write(&DigestOut::of(digest)?, &workspace, &to.email, public_url, &url)?;
    let mail_id = mail::push(&mut tx, ctx, Some(ws), letter).await?;
    digests::update_send(&mut tx, ws, &to.user_id, &week.name, &mail_id).await?;
    ctx.commit(tx).await
}
