mod account;
mod api_tokens;
mod audit_log;
mod backup;
mod docs;
mod export;
mod idempotency;
mod invitations;
mod jobs;
mod kept;
mod mail;
mod members;
mod password_resets;
mod permissions;
mod saved_views;
mod sessions;
mod shared;
mod workspaces;

use axum::http::header;
use heedful_db::platform::users;
use heedful_server::platform::auth::Role;
use heedful_server::platform::password;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

pub const PASSWORD: &str = "correct horse battery";

/// Gives the member with a role a password and signs them in with it.
pub async fn in_person(app: &TestApp, role: Role) -> Client {
    let hash = password::hash(PASSWORD.to_owned()).await.unwrap();
    let id = app.user_id(role).await;
    let mut tx = app.app.db.begin().await.unwrap();
    users::update_password(&mut tx, &id, &hash, app.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    let email = format!("{}@acme.test", role.as_str());
    let answer = app.anonymous().post("/session", json!({"email": email, "password": PASSWORD})).await;
    answer.ok();
    with_cookie(app, &answer)
}

/// Somebody with the session that an answer opened.
pub fn with_cookie(app: &TestApp, answer: &Answer) -> Client {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    app.anonymous().with("cookie", cookie.split(';').next().unwrap())
}

/// The newest mail in the folder of kept ones.
pub async fn newest_mail(app: &TestApp) -> String {
    let mut files: Vec<_> = std::fs::read_dir(app.app.config.data_dir.join("outbox"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let text = std::fs::read_to_string(files.last().unwrap()).unwrap();
    // Quoted-printable: broken lines and escaped equals signs.
    text.replace("=\r\n", "").replace("=3D", "=")
}

/// What follows `token=` in a text.
pub fn token_in(text: &str) -> String {
    let rest = text.split("token=").nth(1).unwrap();
    rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect()
}

pub fn names(list: &Value, field: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}
