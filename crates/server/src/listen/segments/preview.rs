//! What a rule would find, before it is saved.

use axum::Json;
use heedful_db::listen::segment_members as table;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::{Asked, accounts_in, next_accounts, next_people, people_in};
use super::rule::SegmentRule;
use super::wire::SegmentCounts;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Body;
use crate::platform::invalid::Invalid;

/// Enough to see whether the rule means what it should.
const SAMPLE_MAX: usize = 10;

#[derive(Debug, Deserialize, ToSchema)]
pub struct SegmentPreviewIn {
    pub rule: SegmentRule,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentPreview {
    pub counts: SegmentCounts,
    /// The first few people.
    pub people: Vec<SampleMember>,
    /// The first few accounts.
    pub accounts: Vec<SampleMember>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SampleMember {
    pub id: String,
    pub name: String,
}

/// Try a rule: how many people, accounts and signals it would find. Nothing is saved.
#[utoipa::path(post, path = "/segments/preview", tag = "listen", request_body = SegmentPreviewIn,
    responses((status = 200, body = SegmentPreview)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn preview_segment(
    viewer: Viewer,
    ctx: Ctx,
    Body(input): Body<SegmentPreviewIn>,
) -> Result<Json<SegmentPreview>> {
    let mut invalid = Invalid::default();
    input.rule.check("rule", &mut invalid);
    let rule = invalid.or(input.rule)?.into_inner();
    let asked = [Asked { id: String::new(), rule: rule.into() }];
    let mut conn = ctx.read().await?;
    let mut found =
        SegmentPreview { counts: SegmentCounts::default(), people: Vec::new(), accounts: Vec::new() };
    let mut after = Some(String::new());
    while let Some(from) = after {
        let (people, last) = next_people(&mut conn, &viewer.ws, &from).await?;
        let members = people_in(&mut conn, &viewer.ws, &asked, &people).await?.pop().unwrap_or_default();
        found.counts.n_people += count(&members);
        found.counts.n_signals += table::count_signals_of_people(&mut conn, &viewer.ws, &members).await?;
        let known = people.into_iter().filter(|person| members.contains(&person.id));
        let room = SAMPLE_MAX - found.people.len();
        found.people.extend(known.take(room).map(|person| SampleMember {
            id: person.id,
            name: if person.name.is_empty() { person.email.unwrap_or_default() } else { person.name },
        }));
        after = last;
    }
    let mut after = Some(String::new());
    while let Some(from) = after {
        let (accounts, last) = next_accounts(&mut conn, &viewer.ws, &from).await?;
        let members = accounts_in(&mut conn, &viewer.ws, &asked[0].rule, &accounts).await?;
        found.counts.n_accounts += count(&members);
        found.counts.n_signals += table::count_signals_of_accounts(&mut conn, &viewer.ws, &members).await?;
        for account in accounts.into_iter().filter(|account| members.contains(&account.id)) {
            found.counts.revenue_cents += account.revenue_cents.unwrap_or(0);
            if found.accounts.len() < SAMPLE_MAX {
                found.accounts.push(SampleMember { id: account.id, name: account.name });
            }
        }
        after = last;
    }
    Ok(Json(found))
}

fn count(members: &[String]) -> i64 {
    i64::try_from(members.len()).unwrap_or(i64::MAX)
}
