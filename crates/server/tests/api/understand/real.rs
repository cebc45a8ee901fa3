//! Real messages of bank customers, when the data folder beside the checkout is there.

use std::path::Path;

use heedful_db::listen::signals::{self, Signal};
use heedful_db::platform::{search_documents, search_queue};
use serde_json::json;

use super::id;
use crate::support::TestApp;

const MESSAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/text/banking77_test.csv");

#[tokio::test]
async fn three_thousand_bank_messages_are_searched_and_themed() {
    if !Path::new(MESSAGES).exists() {
        eprintln!("left out: {MESSAGES} is not here");
        return;
    }
    let app = TestApp::new().await;
    let source = app.editor().create("/sources", json!({"kind": "import", "name": "Bank"})).await;
    let mut tx = app.app.db.begin().await.unwrap();
    let mut n_cards = 0;
    let mut n = 0;
    for row in csv::Reader::from_path(MESSAGES).unwrap().records() {
        let row = row.unwrap();
        let signal = Signal {
            id: app.app.ids.new_id(app.app.now()),
            created_at: app.app.now(),
            occurred_at: app.app.now() - n * 1_000_000,
            source_id: id(&source).to_owned(),
            body: row[0].to_owned(),
            context: "{}".to_owned(),
            may_show: "team".to_owned(),
            ..Signal::default()
        };
        signals::insert(&mut tx, &app.ws, &signal).await.unwrap();
        n += 1;
        let has = |word: &str| {
            row[0].to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|other| other == word)
        };
        n_cards += i64::from(has("card") && has("payment"));
    }
    search_documents::queue_all(&mut tx, "signal", app.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.run_jobs().await;
    let mut conn = app.app.db.read().await.unwrap();
    assert_eq!(search_queue::count(&mut conn, 1).await.unwrap(), 0);
    drop(conn);

    let viewer = app.viewer();
    assert_eq!(viewer.get("/signals/facets").await.ok()["source"], json!([{"value": source["id"], "n": n}]));
    assert!(n_cards > 10);
    assert_eq!(viewer.get("/signals?q=card%20payment%20").await.ok()["total"], n_cards);
    assert_eq!(viewer.get("/search?q=payment%20card%20").await.ok()["total"], n_cards);
    let theme = app.editor().create("/themes", json!({"name": "Card payments go wrong"})).await;
    let path = format!("/themes/{}", id(&theme));
    let moved =
        app.editor().post(&format!("{path}/signals"), json!({"filter": "q=card%20payment%20"})).await.ok();
    assert_eq!(i64::try_from(moved["ids"].as_array().unwrap().len()).unwrap(), n_cards);
    assert_eq!(viewer.get(&path).await.ok()["numbers"]["n_signals"], n_cards);
    let summary = viewer.get(&format!("{path}/summary")).await.ok();
    assert_eq!(summary["quotes"].as_array().unwrap().len(), 8);
    // Nothing is left out silently: more signals than one change may take are refused.
    let all = app.editor().post(&format!("{path}/signals"), json!({"filter": ""})).await.ok();
    assert_eq!(i64::try_from(all["ids"].as_array().unwrap().len()).unwrap(), n - n_cards);
}
