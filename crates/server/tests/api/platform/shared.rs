//! Servers that share a database and an object store: what one takes all of them answer with.

use std::path::Path;

use heedful_db::Db;
use heedful_db::types::HOUR;
use heedful_server::app::{App, Config};
use heedful_server::cli::backup;
use heedful_server::listen::identity;
use heedful_server::platform::clock::Clock;
use heedful_server::platform::ctx::Ctx;
use heedful_server::platform::event_store::place;
use heedful_server::platform::ids::IdSource;
use heedful_server::platform::time;
use heedful_server::{jobs, routes};
use serde_json::{Value, json};

use crate::support::{Client, NOW, TestApp};

const BUCKET: &str = "of-servers";

/// A server with a folder of its own, and the object store of all.
fn node(app: &TestApp, db: &Db, folder: &Path, object_store: &str) -> App {
    std::fs::create_dir_all(folder).unwrap();
    let object_store = Some(object_store.to_owned());
    let config = Config { data_dir: folder.to_owned(), object_store, ..app.app.config.clone() };
    App::new(db.clone(), config, Clock::manual(NOW), IdSource::seeded(7))
}

async fn make_bucket() {
    let address = std::env::var("AWS_ENDPOINT_URL").unwrap();
    let made = reqwest::Client::new().put(format!("{address}/{BUCKET}")).send().await.unwrap();
    assert!(made.status().is_success());
}

fn did(who: &str, event: &str, hour: u32) -> Value {
    let timestamp = format!("2026-02-20T{hour:02}:00:00Z");
    json!({"event": event, "distinct_id": who, "timestamp": timestamp})
}

/// What a server answers: how many events and people there are, and how far people come.
async fn answers(client: &Client) -> Value {
    let series = json!([{"aggregate": "count"}, {"aggregate": "people"}]);
    let trend = json!({"kind": "trend", "interval": "all", "from": "2026-02-01", "to": "2026-02-28", "series": series});
    let trend = client.post("/analytics/query", trend).await.ok();
    let funnel =
        json!({"kind": "funnel", "steps": ["looked", "bought"], "from": "2026-02-01", "to": "2026-02-28"});
    let funnel = client.post("/analytics/query", funnel).await.ok();
    json!([trend["series"][0]["values"][0], trend["series"][1]["values"][0], funnel["steps"][1]["people"]])
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_share_a_real_object_store() {
    if std::env::var_os("HEEDFUL_S3").is_none() {
        eprintln!("left out: HEEDFUL_S3 names no server of objects");
        return;
    }
    make_bucket().await;
    let app = TestApp::new().await;
    let folder = app.app.config.data_dir.clone();
    let shared = format!("s3://{BUCKET}/shared");
    let nodes = ["a", "b"].map(|name| node(&app, &app.app.db, &folder.join(name), &shared));
    let [a, b] = nodes.each_ref().map(|node| app.admin().at(routes::router(node)));
    // Ada looks around without a name at one server, and buys by name at the other; a sender asks both for one event.
    let twice = did("bob", "looked", 11);
    a.post("/events", json!([did("nameless", "looked", 9), did("cyd", "looked", 9), twice])).await.ok();
    let named = json!({"event": "$identify", "distinct_id": "ada", "timestamp": "2026-02-20T10:00:00Z",
        "properties": {"$anon_distinct_id": "nameless", "$set": {"email": "ada@example.org"}}});
    b.post("/events", json!([named, did("ada", "bought", 12), twice])).await.ok();
    for node in &nodes {
        identity::learn(&Ctx::of(node)).await.unwrap();
        jobs::events::seal(node).await;
    }
    for node in &nodes {
        node.events.follow_others(node.now()).await.unwrap();
        node.events.follow_people().await.unwrap();
    }
    // Five events of three people, of whom one comes through.
    assert_eq!((answers(&a).await, answers(&b).await), (json!([5.0, 3.0, 1]), json!([5.0, 3.0, 1])));

    let file = folder.join("backup.zip");
    let there = place(&folder.join("a/events"), Some(&shared)).unwrap();
    backup::write(&app.app.db, &there, &file, time::out(NOW)).await.unwrap();
    // The other server has more of her, in its log only.
    b.post("/events", json!([did("ada", "bought", 13)])).await.ok();
    let ada = a.get("/people").await.ok()["items"][0].clone();
    let path = format!("/people/{}/erase", ada["id"].as_str().unwrap());
    let erased = a.seen(ada["version"].as_i64().unwrap()).post(&path, json!({"confirm": true})).await.ok();
    assert_eq!(erased["removed"]["events"], 3);
    jobs::events::seal(&nodes[1]).await;
    nodes[1].events.follow_others(nodes[1].now()).await.unwrap();
    assert_eq!(answers(&b).await, json!([3.0, 3.0, 0]), "what only the other had is brought");
    nodes[0].clock.set(NOW + 2 * HOUR);
    jobs::run_due(&nodes[0]).await.unwrap();
    nodes[1].events.follow_others(nodes[1].now()).await.unwrap();
    assert_eq!(answers(&b).await, json!([2.0, 2.0, 0]), "and is erased once more");

    // The backup has all of it, for a server alone and for others that share.
    for (name, object_store) in [("alone", None), ("others", Some(format!("s3://{BUCKET}/others")))] {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let db = Db::open(&Db::sqlite_url(&folder.join("heedful.db"))).await.unwrap();
        let target = place(&folder.join("events"), object_store.as_deref()).unwrap();
        backup::read(&db, &target, backup::open(&file).unwrap(), false).await.unwrap();
        let config = Config { data_dir: folder.clone(), object_store, ..app.app.config.clone() };
        let restored = App::new(db, config, Clock::manual(NOW), IdSource::seeded(8));
        let viewer = app.viewer().at(routes::router(&restored));
        assert_eq!(answers(&viewer).await, json!([5.0, 3.0, 1]), "{name}");
    }
    let taken = backup::read(&app.app.db, &there, backup::open(&file).unwrap(), true).await.unwrap_err();
    assert!(taken.to_string().contains("is not empty"), "{taken}");
}
