//! Real mail: sent through SMTP to a small server in this file.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::TestApp;

const MINUTE: i64 = 60_000_000;

/// Speaks enough SMTP to take a mail. It turns away the first `n_refused` with 451, as a busy server does.
struct Sink {
    url: String,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    async fn start(n_refused: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        tokio::spawn(async move {
            let mut left = n_refused;
            while let Ok((stream, _)) = listener.accept().await {
                if let Some(mail) = converse(stream, &mut left).await {
                    kept.lock().unwrap().push(mail);
                }
            }
        });
        Self { url, mails }
    }

    fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

async fn converse(stream: TcpStream, left: &mut usize) -> Option<String> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 sink\r\n").await.ok()?;
    let mut mail = None;
    while let Ok(Some(line)) = lines.next_line().await {
        let command = line.split(' ').next().unwrap_or_default().to_uppercase();
        let answer = match command.as_str() {
            "EHLO" => "250-sink\r\n250 8BITMIME\r\n",
            "MAIL" if *left > 0 => {
                *left -= 1;
                "451 try again later\r\n"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                mail = Some(text);
                "250 kept\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.ok()?;
                return mail;
            }
            _ => "250 fine\r\n",
        };
        write.write_all(answer.as_bytes()).await.ok()?;
    }
    mail
}

async fn invite(app: &TestApp) {
    app.owner().create("/invitations", json!({"email": "grace@new.test", "role": "editor"})).await;
}

#[tokio::test]
async fn a_mail_goes_out_with_its_headers_in_text_and_html() {
    let sink = Sink::start(0).await;
    let app = TestApp::with_smtp(&sink.url).await;
    invite(&app).await;
    app.run_jobs().await;
    let outbox = app.admin().get("/outbox").await.ok();
    assert_eq!(outbox["items"][0]["state"], "sent", "{outbox}");
    let id = outbox["items"][0]["id"].as_str().unwrap();
    let mails = wait_for(&sink, 1).await;
    for header in [
        "From: Heedful <heedful@heedful.test>",
        "To: grace@new.test",
        "Subject: owner invites you to Acme",
        "Date: Mon, 02 Mar 2026 09:00:00",
        &format!("Message-ID: <{id}@heedful>"),
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
    ] {
        assert!(mails[0].contains(header), "{header} in {}", mails[0]);
    }
    let message = app.admin().get(&format!("/outbox/{id}")).await.ok();
    assert!(message["text"].as_str().unwrap().contains("accept-invitation?token="));
    assert!(message["html"].as_str().unwrap().contains("accept-invitation?token="));
    app.stranger().get(&format!("/outbox/{id}")).await.refused(404);
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_gets_the_mail_once() {
    let sink = Sink::start(2).await;
    let app = TestApp::with_smtp(&sink.url).await;
    invite(&app).await;
    app.run_jobs().await;
    let entry = app.admin().get("/outbox").await.ok()["items"][0].clone();
    assert_eq!(entry["state"], "failed");
    assert!(entry["last_error"].as_str().unwrap().contains("451"), "{entry}");
    for _ in 0..4 {
        app.advance(MINUTE);
        app.run_jobs().await;
    }
    assert_eq!(app.admin().get("/outbox").await.ok()["items"][0]["state"], "sent");
    assert_eq!(wait_for(&sink, 1).await.len(), 1);
    let job = app.admin().get("/jobs").await.ok()["items"][0].clone();
    assert_eq!((&job["state"], &job["attempts"]), (&json!("done"), &json!(3)));
}

/// The sink notes a mail when the conversation ends, a moment after the sender has its answer.
async fn wait_for(sink: &Sink, n: usize) -> Vec<String> {
    for _ in 0..10_000 {
        let mails = sink.mails();
        if mails.len() >= n {
            return mails;
        }
        tokio::task::yield_now().await;
    }
    panic!("no mail came")
}
