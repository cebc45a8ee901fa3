use axum::http::Method;

use crate::support::TestApp;

#[tokio::test]
async fn the_page_tells_every_operation_and_needs_no_script() {
    let app = TestApp::new().await;
    let answer = app.anonymous().send_raw(Method::GET, "/api/docs", None).await;
    assert_eq!(answer.status, 200);
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let page = answer.text();
    assert!(!page.contains("<script"));
    for said in [
        "id=\"create_signal\"",
        "/api/v1/signals/{id}",
        "Editors and above",
        "curl -X POST",
        "id=\"schema-SignalIn\"",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let api = app.anonymous().send_raw(Method::GET, "/api/openapi.json", None).await.json();
    for item in api["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty(), "{id} has no summary");
        }
    }
}
