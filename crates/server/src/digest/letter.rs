//! A digest as a mail; text and HTML say the same.

use askama::Template;
use jiff::civil::Date;

use super::wire::DigestOut;
use crate::platform::error::Result;
use crate::platform::letters;
use crate::platform::mail::Letter;

/// The sections alone, as mails and feeds show them.
#[derive(Template)]
#[template(path = "mail/digest_body.html")]
pub struct Body<'a> {
    pub digest: &'a DigestOut,
    pub public_url: &'a str,
}

struct View<'a> {
    workspace: &'a str,
    headline: String,
    body: Body<'a>,
    unsubscribe_url: &'a str,
}

#[derive(Template)]
#[template(path = "mail/digest.html")]
struct DigestHtml<'a>(&'a View<'a>);

#[derive(Template)]
#[template(path = "mail/digest.txt")]
struct DigestText<'a>(&'a View<'a>);

pub fn write(
    digest: &DigestOut,
    workspace: &str,
    recipient: &str,
    public_url: &str,
    unsubscribe_url: &str,
) -> Result<Letter> {
    let headline = headline(digest);
    let subject = format!("{workspace}: {headline}");
    let view = View { workspace, headline, body: Body { digest, public_url }, unsubscribe_url };
    let letter = letters::letter(recipient, &subject, &DigestText(&view), &DigestHtml(&view))?;
    Ok(Letter { unsubscribe_url: Some(unsubscribe_url.to_owned()), ..letter })
}

/// The week in words.
pub fn headline(digest: &DigestOut) -> String {
    let monday = digest.week.parse::<Date>();
    let week = monday.map_or(digest.week.clone(), |day| day.strftime("%-d %B %Y").to_string());
    let quiet = if digest.body.quiet { ", a quiet one" } else { "" };
    format!("The week of {week}{quiet}")
}
