use heedful_server::platform::auth::Role;
use serde_json::json;

use super::in_person;
use crate::support::TestApp;

#[tokio::test]
async fn a_workspace_has_a_name_a_time_zone_and_a_currency() {
    let app = TestApp::new().await;
    let before = app.viewer().get("/workspace").await.ok();
    assert_eq!((&before["name"], &before["time_zone"]), (&json!("Acme"), &json!("UTC")));
    let patch = json!({"name": " Acme Ltd ", "time_zone": "Europe/Berlin", "currency": "CHF"});
    let after = app.admin().seen(1).patch("/workspace", patch).await.ok();
    assert_eq!(
        (&after["name"], &after["currency"], &after["version"]),
        (&json!("Acme Ltd"), &json!("CHF"), &json!(2))
    );
    let error = app.admin().seen(1).patch("/workspace", json!({"name": "Mine"})).await.refused(409);
    assert_eq!(error["current"]["name"], "Acme Ltd");
    let wrong = json!({"name": "", "time_zone": "Mars/Olympus", "currency": "euro"});
    let fields = app.admin().seen(2).patch("/workspace", wrong).await.refused_fields();
    assert_eq!(fields, ["currency", "name", "time_zone"]);
    assert_eq!(app.stranger().get("/workspace").await.ok()["name"], "Other");
}

#[tokio::test]
async fn whoever_makes_another_workspace_owns_it() {
    let app = TestApp::new().await;
    let viewer = in_person(&app, Role::Viewer).await;
    let made = viewer.create("/workspaces", json!({"name": "Mine", "time_zone": "Asia/Tokyo"})).await;
    assert_eq!((&made["time_zone"], &made["currency"]), (&json!("Asia/Tokyo"), &json!("EUR")));
    let there = viewer.with("heedful-workspace", made["id"].as_str().unwrap());
    assert_eq!(there.get("/session").await.ok()["role"], "owner");
    assert_eq!(there.get("/sources").await.ok()["total"], 0);
    assert_eq!(viewer.post("/workspaces", json!({"name": ""})).await.refused_fields(), ["name"]);
}
