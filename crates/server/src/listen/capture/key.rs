//! Whose events a request has: by the key that stands in it somewhere.

use heedful_db::WorkspaceId;

use super::event::Reason;
use super::json::Json;
use super::taking::Taking;
use crate::platform::capture_keys;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};

pub struct Keyed<'b> {
    pub ws: WorkspaceId,
    pub json: Json<'b>,
}

/// Reads a body and finds the workspace of its key: that in the body before the others. A body that is no JSON shows among
/// the rejected events of the workspace that another key names.
pub async fn parse<'b>(
    ctx: &Ctx,
    protocol: &'static str,
    bytes: &'b [u8],
    others: impl IntoIterator<Item = Option<String>>,
    in_body: impl for<'j> Fn(&'j Json) -> Option<&'j str>,
) -> Result<Keyed<'b>> {
    let other = others.into_iter().flatten().next();
    let json = match Json::parse(bytes) {
        Ok(json) => json,
        Err(error) => {
            if let Some(ws) = find(ctx, other.as_deref()).await? {
                let mut taking = Taking::open(ctx, ws, protocol).await?;
                taking.refuse(Reason::NotJson, &String::from_utf8_lossy(bytes));
                taking.finish().await?;
            }
            return Err(Error::Malformed(format!("the body is not JSON: {error}")));
        }
    };
    let key = in_body(&json).or(other.as_deref());
    let ws = find(ctx, key).await?.ok_or(Error::Unauthorized)?;
    Ok(Keyed { ws, json })
}

async fn find(ctx: &Ctx, key: Option<&str>) -> Result<Option<WorkspaceId>> {
    match key {
        Some(key) => capture_keys::find_workspace(ctx, key).await,
        None => Ok(None),
    }
}
