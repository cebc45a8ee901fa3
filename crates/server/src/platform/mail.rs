//! Mail: written to the outbox in the transaction of its cause, sent by a job.

use heedful_db::platform::mail::{self, Message};
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};

use super::ctx::Ctx;
use super::error::Result;
use super::queue;

pub const SEND_MAIL: &str = "send_mail";

#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub message_id: String,
}

/// What a mail says; text and HTML say the same.
#[derive(Clone, Debug)]
pub struct Letter {
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// For mails that nobody asked for one by one: offered in the header `List-Unsubscribe`.
    pub unsubscribe_url: Option<String>,
}

/// Queues a letter and returns the id of its message.
pub async fn push(conn: &mut Conn, ctx: &Ctx, ws: Option<&WorkspaceId>, letter: Letter) -> Result<String> {
    let message = Message {
        id: ctx.new_id(),
        workspace_id: ws.map(ToString::to_string),
        recipient: letter.recipient,
        subject: one_line(&letter.subject),
        text_body: letter.text,
        html_body: letter.html,
        unsubscribe_url: letter.unsubscribe_url,
        state: "queued".to_owned(),
        created_at: ctx.now,
        sent_at: None,
        last_error: None,
    };
    mail::insert(conn, &message).await?;
    let payload = SendMail { message_id: message.id };
    queue::push(conn, ctx, ws, SEND_MAIL, &payload).await?;
    Ok(payload.message_id)
}

/// Names and titles stand in the subject; a line break there would begin another header.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_name_cannot_begin_another_header() {
        assert_eq!(one_line("Ada\r\nBcc: eve@example.com"), "Ada  Bcc: eve@example.com");
    }
}
