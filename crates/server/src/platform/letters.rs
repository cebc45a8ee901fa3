//! The mails of the ground: what they say, in text and in HTML.

use askama::Template;

use super::error::Result;
use super::mail::Letter;

pub struct InvitationLetter {
    pub workspace: String,
    pub inviter: String,
    pub email: String,
    pub role: String,
    pub days: i64,
    pub url: String,
}

pub struct ResetLetter {
    pub name: String,
    pub email: String,
    pub minutes: i64,
    pub url: String,
}

#[derive(Template)]
#[template(path = "mail/invitation.html")]
struct InvitationHtml<'a>(&'a InvitationLetter);

#[derive(Template)]
#[template(path = "mail/invitation.txt")]
struct InvitationText<'a>(&'a InvitationLetter);

#[derive(Template)]
#[template(path = "mail/password_reset.html")]
struct ResetHtml<'a>(&'a ResetLetter);

#[derive(Template)]
#[template(path = "mail/password_reset.txt")]
struct ResetText<'a>(&'a ResetLetter);

impl InvitationLetter {
    pub fn write(&self) -> Result<Letter> {
        let subject = format!("{} invites you to {}", self.inviter, self.workspace);
        letter(&self.email, &subject, &InvitationText(self), &InvitationHtml(self))
    }
}

impl ResetLetter {
    pub fn write(&self) -> Result<Letter> {
        letter(&self.email, "Choose a new password for Heedful", &ResetText(self), &ResetHtml(self))
    }
}

/// A letter from its two templates.
pub fn letter(recipient: &str, subject: &str, text: &impl Template, html: &impl Template) -> Result<Letter> {
    Ok(Letter {
        recipient: recipient.to_owned(),
        subject: subject.to_owned(),
        text: text.render().map_err(anyhow::Error::from)?,
        html: html.render().map_err(anyhow::Error::from)?,
        unsubscribe_url: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation(inviter: &str) -> Letter {
        let letter = InvitationLetter {
            workspace: "Harbour & Co".to_owned(),
            inviter: inviter.to_owned(),
            email: "grace@example.com".to_owned(),
            role: "editor".to_owned(),
            days: 14,
            url: "https://heedful.example/accept-invitation?token=x".to_owned(),
        };
        letter.write().unwrap()
    }

    #[test]
    fn text_and_html_say_the_same() {
        let letter = invitation("Ada");
        for said in ["Ada", "editor", "14 days", "https://heedful.example/accept-invitation?token=x"] {
            assert!(letter.text.contains(said), "{said} in {}", letter.text);
            assert!(letter.html.contains(said), "{said} in {}", letter.html);
        }
        assert!(letter.text.contains("Harbour & Co") && letter.html.contains("Harbour &#38; Co"));
    }

    #[test]
    fn names_are_not_html() {
        assert!(!invitation("<img src=x>").html.contains("<img"));
    }
}
