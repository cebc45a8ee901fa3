//! Sending what the outbox holds.

use std::time::{Duration, SystemTime};

use anyhow::Context;
use heedful_db::platform::mail::{self, Message};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message as Letter, Tokio1Executor};

use crate::app::App;
use crate::platform::mail::SendMail;

/// A server that does not answer for this long is asked again later.
const SMTP_WAIT: Duration = Duration::from_secs(30);

/// Sends a message once; without an SMTP server it is kept for the outbox page.
pub async fn send(app: &App, job: SendMail) -> anyhow::Result<()> {
    let message = mail::get(&mut *app.db.read().await?, &job.message_id).await?;
    if message.state == "sent" {
        return Ok(());
    }
    let outcome = match &app.config.smtp_url {
        Some(url) => deliver(app, url, &message).await.map(|()| "sent"),
        None => keep(app, &message).await.map(|()| "kept"),
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
    let letter = letter(app, message)?;
    let transport =
        AsyncSmtpTransport::<Tokio1Executor>::from_url(url).context("the address of the SMTP server")?;
    transport.timeout(Some(SMTP_WAIT)).build().send(letter).await.context("the SMTP server")?;
    Ok(())
}

/// Without an SMTP server a mail lies in the folder `outbox`, where whoever runs the server can open it.
async fn keep(app: &App, message: &Message) -> anyhow::Result<()> {
    let folder = app.config.data_dir.join("outbox");
    tokio::fs::create_dir_all(&folder).await.with_context(|| format!("the folder {}", folder.display()))?;
    let file = folder.join(format!("{}.eml", message.id));
    let bytes = letter(app, message)?.formatted();
    tokio::fs::write(&file, bytes).await.with_context(|| format!("the file {}", file.display()))
}

fn letter(app: &App, message: &Message) -> anyhow::Result<Letter> {
    let from: Mailbox = app.config.mail_from.parse().context("the sender's address")?;
    let to: Mailbox = message.recipient.parse().context("the recipient's address")?;
    let mut letter = Letter::builder()
        .from(from)
        .to(to)
        .subject(&message.subject)
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(app.now()).unwrap_or(0)))
        .message_id(Some(format!("<{}@heedful>", message.id)));
    if let Some(url) = &message.unsubscribe_url {
        letter = letter.header(ListUnsubscribe(format!("<{url}>"))).header(ListUnsubscribePost);
    }
    let parts = MultiPart::alternative_plain_html(message.text_body.clone(), message.html_body.clone());
    letter.multipart(parts).context("putting the mail together")
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
