use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use super::{PASSWORD, in_person, names, newest_mail, token_in, with_cookie};
use crate::support::TestApp;

const DAY: i64 = 86_400_000_000;

async fn invite(app: &TestApp, email: &str, role: &str) -> (Value, String) {
    let made = app.owner().create("/invitations", json!({"email": email, "role": role})).await;
    let key = token_in(made["accept_url"].as_str().unwrap());
    (made["invitation"].clone(), key)
}

fn newcomer() -> Value {
    json!({"name": "Grace", "password": PASSWORD})
}

#[tokio::test]
async fn a_newcomer_follows_the_link_in_the_mail_and_is_in() {
    let app = TestApp::new().await;
    invite(&app, " Grace@New.test", "editor").await;
    app.run_jobs().await;
    let mail = newest_mail(&app).await;
    assert!(mail.contains("To: grace@new.test") && mail.contains("invites you to Acme"), "{mail}");
    let path = format!("/invitations/{}", token_in(&mail));
    let brief = app.anonymous().get(&path).await.ok();
    let expect =
        json!({"workspace": "Acme", "email": "grace@new.test", "role": "editor", "has_account": false});
    assert_eq!(brief, expect);
    let accept = format!("{path}/accept");
    let empty = json!({"name": "", "password": "short"});
    assert_eq!(app.anonymous().post(&accept, empty).await.refused_fields(), ["name", "password"]);
    let answer = app.anonymous().post(&accept, newcomer()).await;
    assert_eq!(
        (&answer.ok()["workspace"]["name"], &answer.json()["role"]),
        (&json!("Acme"), &json!("editor"))
    );
    let grace = with_cookie(&app, &answer);
    grace.post("/sources", json!({"kind": "inbox", "name": "Inbox"})).await.ok();
    app.anonymous().post(&accept, newcomer()).await.refused(403);
    assert!(names(&app.viewer().get("/members").await.ok(), "email").contains(&"grace@new.test".to_owned()));
}

#[tokio::test]
async fn somebody_with_an_account_proves_it_with_their_password() {
    let app = TestApp::new().await;
    in_person(&app, Role::Editor).await;
    let input = json!({"email": "editor@acme.test", "role": "admin"});
    let made = app.stranger().create("/invitations", input).await;
    let path = format!("/invitations/{}", token_in(made["accept_url"].as_str().unwrap()));
    assert_eq!(app.anonymous().get(&path).await.ok()["has_account"], true);
    let accept = format!("{path}/accept");
    let wrong = json!({"name": "Eve", "password": "not the password"});
    assert_eq!(app.anonymous().post(&accept, wrong).await.refused_fields(), ["password"]);
    let session = app.anonymous().post(&accept, json!({"password": PASSWORD})).await.ok();
    assert_eq!((&session["workspace"]["name"], &session["role"]), (&json!("Other"), &json!("admin")));
    assert_eq!(session["workspaces"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_link_ends_when_taken_back_replaced_or_old() {
    let app = TestApp::new().await;
    let accept =
        async |key: &str| app.anonymous().post(&format!("/invitations/{key}/accept"), newcomer()).await;
    let (invitation, taken_back) = invite(&app, "a@new.test", "viewer").await;
    let path = format!("/invitations/{}", invitation["id"].as_str().unwrap());
    app.stranger().delete(&path).await.refused(404);
    assert_eq!(app.admin().delete(&path).await.status, 204);
    accept(&taken_back).await.refused(403);
    let (_, replaced) = invite(&app, "b@new.test", "viewer").await;
    let (_, newer) = invite(&app, "b@new.test", "viewer").await;
    accept(&replaced).await.refused(403);
    assert_eq!(app.admin().get("/invitations").await.ok()["total"], 1);
    app.advance(14 * DAY);
    accept(&newer).await.refused(403);
    assert_eq!(app.admin().get("/invitations").await.ok()["total"], 0);
}

#[tokio::test]
async fn only_owners_invite_owners_and_admins_never_see_that_link() {
    let app = TestApp::new().await;
    let owner = json!({"email": "boss@new.test", "role": "owner"});
    app.admin().post("/invitations", owner.clone()).await.refused(403);
    app.owner().create("/invitations", owner).await;
    app.owner().create("/invitations", json!({"email": "x@new.test", "role": "editor"})).await;
    let outbox = app.admin().get("/outbox").await.ok();
    assert_eq!(names(&outbox, "recipient"), ["x@new.test"]);
}

#[tokio::test]
async fn members_and_nonsense_are_refused() {
    let app = TestApp::new().await;
    let invite =
        async |email: &str| app.admin().post("/invitations", json!({"email": email, "role": "viewer"})).await;
    assert_eq!(invite("Viewer@acme.test").await.refused_fields(), ["email"]);
    assert_eq!(invite("no address").await.refused_fields(), ["email"]);
    assert_eq!(invite("a@b.test\r\nBcc: c@d.test").await.refused_fields(), ["email"]);
}
