use heedful_db::{Db, migrate};
use heedful_events::store::copy::Place;
use heedful_server::app::{App, Config};
use heedful_server::cli::backup;
use heedful_server::jobs;
use heedful_server::listen::identity;
use heedful_server::platform::clock::Clock;
use heedful_server::platform::ctx::Ctx;
use heedful_server::platform::ids::IdSource;
use heedful_server::platform::time;
use std::io::{Read, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{NOW, TestApp, add_signal};

fn events(app: &TestApp) -> Place {
    Place { dir: app.app.config.data_dir.join("events"), remote: None }
}

async fn back_up(app: &TestApp) -> PathBuf {
    let file = app.app.config.data_dir.join("everything.zip");
    backup::write(&app.app.db, &events(app), &file, time::out(NOW)).await.unwrap();
    file
}

#[tokio::test]
async fn everything_is_as_before_in_another_database() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "Slow; \"quoted\" 😤\nnext line").await;
    let id = signal["id"].as_str().unwrap();
    let scored = json!({"source_id": signal["source_id"], "body": "x", "score": 0.1, "score_kind": "nps", "tags": ["a"]});
    let scored = app.editor().with("idempotency-key", "bytes").create("/signals", scored).await;
    let file = back_up(&app).await;

    // Always SQLite: a backup of either engine can be read into the other.
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&Db::sqlite_url(&folder.path().join("heedful.db"))).await.unwrap();
    backup::read(
        &db,
        &Place { dir: folder.path().join("events"), remote: None },
        backup::open(&file).unwrap(),
        false,
    )
    .await
    .unwrap();
    let config = app.app.config.clone();
    let restored = App::new(db.clone(), config, Clock::manual(NOW), IdSource::seeded(9));
    let viewer = app.viewer().at(heedful_server::routes::router(&restored));
    assert_eq!(viewer.get(&format!("/signals/{id}")).await.ok(), signal);
    let path = format!("/signals/{}", scored["id"].as_str().unwrap());
    assert_eq!(viewer.get(&path).await.ok(), scored);
    assert!(migrate::pending(&db).await.unwrap().is_empty());
}

#[tokio::test]
async fn events_come_along_sealed_or_not_and_with_who_is_who() {
    let app = TestApp::new().await;
    let did = |id: &str, n: u32| json!({"event": format!("did {n}"), "distinct_id": id, "id": n.to_string()});
    let named = |set: Value| {
        let properties = json!({"$anon_distinct_id": "nameless", "$set": set});
        json!({"event": "$identify", "distinct_id": "ada", "properties": properties})
    };
    app.editor().post("/events", json!([did("nameless", 1), did("bob", 2)])).await.ok();
    jobs::events::seal(&app.app).await;
    app.editor().post("/events", json!([named(json!({"name": "Ada"})), did("ada", 3)])).await.ok();
    identity::learn(&Ctx::of(&app.app)).await.unwrap();
    // The backup is made while the server goes on: what it has not learned yet is learned after it was read.
    app.editor().post("/events", json!([named(json!({"name": "Ada L."}))])).await.ok();
    let file = back_up(&app).await;

    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&Db::sqlite_url(&folder.path().join("heedful.db"))).await.unwrap();
    let target = Place { dir: folder.path().join("events"), remote: None };
    backup::read(&db, &target, backup::open(&file).unwrap(), false).await.unwrap();
    let refused = backup::read(&db, &target, backup::open(&file).unwrap(), false).await.unwrap_err();
    assert!(refused.to_string().contains("--force"), "{refused}");
    backup::read(&db, &target, backup::open(&file).unwrap(), true).await.unwrap();
    let config = Config { data_dir: folder.path().to_owned(), ..app.app.config.clone() };
    let restored = App::new(db.clone(), config, Clock::manual(NOW), IdSource::seeded(9));
    let (viewer, editor) = (app.viewer(), app.editor());
    let (viewer, editor) = (
        viewer.at(heedful_server::routes::router(&restored)),
        editor.at(heedful_server::routes::router(&restored)),
    );
    let theirs = async |query: &str| viewer.get(&format!("/events{query}")).await.ok()["total"].clone();
    assert_eq!((theirs("").await, theirs("?distinct_id=nameless").await), (json!(5), json!(4)));
    identity::learn(&Ctx::of(&restored)).await.unwrap();
    assert_eq!(viewer.get("/people").await.ok()["items"][0]["name"], "Ada L.");
    let again = editor.post("/events", json!([did("nameless", 1), did("ada", 3), did("ada", 4)])).await.ok();
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(1), &json!(2)));
    jobs::events::seal(&restored).await;
    assert_eq!(theirs("").await, 6);
}

#[tokio::test]
async fn a_database_with_content_is_replaced_only_by_force() {
    let app = TestApp::new().await;
    add_signal(&app, "Kept").await;
    let file = back_up(&app).await;
    add_signal(&app, "Made later").await;
    let refused =
        backup::read(&app.app.db, &events(&app), backup::open(&file).unwrap(), false).await.unwrap_err();
    assert!(refused.to_string().contains("--force"), "{refused}");
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 2);
    backup::read(&app.app.db, &events(&app), backup::open(&file).unwrap(), true).await.unwrap();
    assert_eq!(app.viewer().get("/signals").await.ok()["items"][0]["body"], "Kept");
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 1);
}

#[tokio::test]
async fn a_damaged_backup_is_refused() {
    let app = TestApp::new().await;
    let file = back_up(&app).await;
    let damaged = app.app.config.data_dir.join("damaged.zip");
    rewrite(
        &file,
        &damaged,
        |name, text| if name == "users.jsonl" { text.replace("owner", "enemy") } else { text },
    );
    let refused = backup::open(&damaged).unwrap_err();
    assert!(refused.to_string().contains("users is not as it was written"), "{refused:#}");
    let text = app.app.config.data_dir.join("no-backup");
    std::fs::write(&text, "hello").unwrap();
    assert!(backup::open(&text).unwrap_err().to_string().contains("no backup"));
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&text, &whole[..whole.len() / 2]).unwrap();
    assert!(backup::open(&text).unwrap_err().to_string().contains("cut short"));
}

#[tokio::test]
async fn an_existing_file_is_not_overwritten_and_only_its_owner_may_read_a_backup() {
    let app = TestApp::new().await;
    let file = back_up(&app).await;
    let again = backup::write(&app.app.db, &events(&app), &file, time::out(NOW)).await.unwrap_err();
    assert!(again.to_string().contains("exists already"), "{again}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// Copies a backup with the text of its files changed, checksums left as they are.
fn rewrite(from: &PathBuf, to: &PathBuf, change: impl Fn(&str, String) -> String) {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(from).unwrap()).unwrap();
    let mut out = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let name = entry.name().unwrap().to_string();
        out.start_file(name.clone(), zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(change(&name, text).as_bytes()).unwrap();
    }
    out.finish().unwrap();
}
