//! Who the customers are: the accounts and people of `crowd.txt`.

use anyhow::{Context, bail};
use serde_json::json;

use super::files;
use super::team::{Team, id_of};

/// Who keeps the list of customers.
const KEEPER: &str = "tom";

/// Somebody who can speak.
#[derive(Clone, Debug)]
pub struct Speaker {
    pub id: String,
    pub account_id: String,
    pub account: String,
    pub name: String,
    pub email: String,
    pub language: String,
}

/// Adds all of them. The story calls people by first name: `$person.helen`; accounts by the first part of their address.
pub async fn arrive(team: &mut Team) -> anyhow::Result<Vec<Speaker>> {
    let mut speakers = Vec::new();
    let mut account: Option<Account> = None;
    for line in files::text("crowd.txt")?.lines().filter(|line| !line.starts_with('#')) {
        if let Some(line) = line.strip_prefix("= ") {
            account = Some(add_account(team, line).await.with_context(|| line.to_owned())?);
        } else {
            let account = account.as_ref().context("people belong to an account")?;
            speakers.push(add_person(team, account, line).await.with_context(|| line.to_owned())?);
        }
    }
    Ok(speakers)
}

struct Account {
    id: String,
    name: String,
    domain: String,
    country: String,
}

async fn add_account(team: &mut Team, line: &str) -> anyhow::Result<Account> {
    let [name, plan, revenue, country, crews, seasonal, trade, domain] = fields(line)?;
    let revenue_cents = revenue.parse::<i64>()? * 100;
    let traits = json!({"country": country, "crews": crews.parse::<i64>()?,
                        "seasonal_staff": seasonal.parse::<i64>()?, "trade": trade});
    let (nick, _) = domain.split_once('.').context("a domain")?;
    let input = json!({"name": name, "external_id": nick, "plan": plan, "revenue_cents": revenue_cents,
                       "traits": traits});
    let out = team.post(KEEPER, "/api/v1/accounts", input).await?;
    let id = id_of(&out)?.to_owned();
    team.name(&format!("account.{nick}"), &id);
    let [name, domain, country] = [name, domain, country].map(str::to_owned);
    Ok(Account { id, name, domain, country })
}

async fn add_person(team: &mut Team, account: &Account, line: &str) -> anyhow::Result<Speaker> {
    let [name, role, language] = fields(line)?;
    let plain: String = name.to_lowercase().chars().map(plain).collect();
    let email = format!("{}@{}", plain.replace(' ', "."), account.domain);
    let traits = json!({"role": role, "language": language, "country": account.country});
    let input = json!({"name": name, "email": email, "traits": traits, "account_ids": [account.id]});
    let out = team.post(KEEPER, "/api/v1/people", input).await?;
    let id = id_of(&out)?.to_owned();
    let first = plain.split(' ').next().unwrap_or_default();
    team.name(&format!("person.{first}"), &id);
    Ok(Speaker {
        id,
        account_id: account.id.clone(),
        account: account.name.clone(),
        name: name.to_owned(),
        email,
        language: language.to_owned(),
    })
}

fn fields<const N: usize>(line: &str) -> anyhow::Result<[&str; N]> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let n = parts.len();
    match parts.try_into() {
        Ok(fields) => Ok(fields),
        Err(_) => bail!("{n} parts instead of {N}"),
    }
}

/// Letters as they stand in addresses.
fn plain(letter: char) -> char {
    match letter {
        'ä' | 'å' | 'ą' | 'á' => 'a',
        'é' | 'è' => 'e',
        'í' => 'i',
        'ö' | 'ó' => 'o',
        'ü' => 'u',
        other => other,
    }
}
