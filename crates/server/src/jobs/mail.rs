//! Sending what the outbox holds.

use anyhow::Context;
use heedful_db::platform::mail::{self, Message};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message as Letter, Tokio1Executor};

use crate::app::App;
use crate::platform::mail::SendMail;

/// Sends a message once; without an SMTP server it is kept for the outbox page.
pub async fn send(app: &App, job: SendMail) -> anyhow::Result<()> {
    let message = mail::get(&mut *app.db.read().await?, &job.message_id).await?;
    if message.state == "sent" {
        return Ok(());
    }
    let outcome = match &app.config.smtp_url {
        Some(url) => deliver(app, url, &message).await.map(|()| "sent"),
        None => Ok("kept"),
    };
    let mut tx = app.db.begin().await?;
    let (state, error) = match &outcome {
        Ok(state) => (*state, None),
        Err(error) => ("failed", Some(format!("{error:#}"))),
    };
    mail::update_state(&mut tx, &message.id, state, error.as_deref(), app.now()).await?;
    tx.commit().await?;
    outcome.map(|_| ())
}

async fn deliver(app: &App, url: &str, message: &Message) -> anyhow::Result<()> {
    let from: Mailbox = app.config.mail_from.parse().context("the sender's address")?;
    let to: Mailbox = message.recipient.parse().context("the recipient's address")?;
    let mut letter = Letter::builder()
        .from(from)
        .to(to)
        .subject(&message.subject)
        .message_id(Some(format!("<{}@heedful>", message.id)));
    if let Some(url) = &message.unsubscribe_url {
        letter = letter.header(ListUnsubscribe(format!("<{url}>"))).header(ListUnsubscribePost);
    }
    let parts = MultiPart::alternative_plain_html(message.text_body.clone(), message.html_body.clone());
    let letter = letter.multipart(parts).context("putting the mail together")?;
    let transport =
        AsyncSmtpTransport::<Tokio1Executor>::from_url(url).context("the address of the SMTP server")?;
    transport.build().send(letter).await.context("the SMTP server")?;
    Ok(())
}

/// One click in the reader's mail program ends such mails (RFC 8058).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

#[derive(Clone)]
struct ListUnsubscribePost;

impl Header for ListUnsubscribePost {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}
