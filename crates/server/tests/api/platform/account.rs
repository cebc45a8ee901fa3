use heedful_server::platform::auth::Role;
use serde_json::json;

use super::{PASSWORD, in_person};
use crate::support::TestApp;

#[tokio::test]
async fn a_name_is_changed_for_every_workspace() {
    let app = TestApp::new().await;
    let me = in_person(&app, Role::Viewer).await;
    assert_eq!(me.patch("/account", json!({"name": " "})).await.refused_fields(), ["name"]);
    assert_eq!(me.patch("/account", json!({"name": " Vera "})).await.ok()["name"], "Vera");
    assert_eq!(me.get("/session").await.ok()["user"]["name"], "Vera");
    app.viewer().patch("/account", json!({"name": "By token"})).await.refused(401);
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_other_sessions() {
    let app = TestApp::new().await;
    let phone = in_person(&app, Role::Editor).await;
    let desk = in_person(&app, Role::Editor).await;
    let change = |current: &str, new: &str| json!({"current_password": current, "password": new});
    let put = async |body| desk.put("/account/password", body).await;
    assert_eq!(put(change("wrong", "another password")).await.refused_fields(), ["current_password"]);
    assert_eq!(put(change(PASSWORD, "short")).await.refused_fields(), ["password"]);
    assert_eq!(put(change(PASSWORD, PASSWORD)).await.refused_fields(), ["password"]);
    assert_eq!(put(change(PASSWORD, "another password")).await.status, 204);
    desk.get("/session").await.ok();
    phone.get("/session").await.refused(401);
    let sign_in = json!({"email": "editor@acme.test", "password": "another password"});
    app.anonymous().post("/session", sign_in).await.ok();
}
