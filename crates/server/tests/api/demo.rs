//! The demo: built as `heedful demo` does, and looked at as its owner would.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use axum::http::header;
use heedful_db::testing::TestDb;
use heedful_events::store::copy::Place;
use heedful_server::app::{App, Config};
use heedful_server::cli::backup;
use heedful_server::demo::{self, EMAIL, Holds, PASSWORD};
use heedful_server::jobs;
use heedful_server::platform::clock::Clock;
use heedful_server::platform::ids::IdSource;
use heedful_server::platform::time;
use heedful_server::routes::router;
use serde_json::{Value, json};

use crate::support::{Client, NOW, TestApp};

/// Nobody listens there: a mail that is sent instead of kept fails.
const SMTP: &str = "smtp://127.0.0.1:9";

async fn build(seed: u64) -> (TestDb, Config) {
    let db = TestDb::embedded().await.unwrap();
    db.db.hurry().await.unwrap();
    let config = Config {
        data_dir: db.folder.path().to_owned(),
        object_store: None,
        public_url: "http://demo.test".to_owned(),
        smtp_url: Some(SMTP.to_owned()),
        mail_from: "Hedgerow <hello@hedgerow.example>".to_owned(),
        trust_proxy: false,
    };
    demo::build(&db.db, config.clone(), NOW, seed).await.unwrap();
    (db, config)
}

/// The owner, signed in with what the command prints.
async fn owner(db: &TestDb, config: Config) -> (App, Client) {
    let config = Config { smtp_url: None, ..config };
    let app = App::new(db.db.clone(), config, Clock::manual(NOW), IdSource::seeded(2));
    let visitor = Client { router: router(&app), headers: header::HeaderMap::new() };
    let answer = visitor.post("/session", json!({"email": EMAIL, "password": PASSWORD})).await;
    answer.ok();
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    (app, visitor.with("cookie", &cookie))
}

#[tokio::test]
async fn every_page_has_something_to_show() {
    let (db, config) = build(1).await;
    assert_eq!(demo::look(&db.db).await.unwrap(), Holds::Demo);
    let (app, owner) = owner(&db, config).await;
    for (path, least) in [
        ("accounts", 25),
        ("people", 80),
        ("segments", 5),
        ("sources", 8),
        ("signals", 390),
        ("surveys", 4),
        ("interviews", 10),
        ("imports", 4),
        ("codes", 6),
        ("highlights", 12),
        ("themes", 10),
        ("insights", 12),
        ("insights?tags=missing", 2),
        ("metrics", 8),
        ("objectives", 3),
        ("opportunities", 6),
        ("hypotheses", 10),
        ("bets", 12),
        ("bets?state=scoring", 2),
        ("bets?state=dropped", 1),
        ("experiments?state=finished", 4),
        ("experiments?state=running", 3),
        ("decisions?state=decided", 5),
        ("decisions?state=open", 3),
        ("actions?state=done", 6),
        ("actions?state=overdue", 2),
        ("rules", 5),
        ("firings?open=true", 1),
        ("reviews", 10),
        ("outcomes?audience=public", 3),
        ("outcomes?audience=link", 1),
        ("outcomes?audience=team", 1),
        ("critiques?unanswered=true", 2),
        ("audit-entries", 1_000),
        ("outbox", 20),
        ("members", 5),
        ("invitations", 1),
        ("saved-views?page=signals", 4),
        ("themes?trend=rising", 1),
        ("themes?trend=falling", 1),
    ] {
        let list = owner.get(&format!("/{path}")).await.ok();
        let n = list["total"]
            .as_i64()
            .unwrap_or_else(|| i64::try_from(list["items"].as_array().unwrap().len()).unwrap());
        assert!(n >= least, "{path}: {n} instead of {least} or more");
    }
    check_home(&owner).await;
    check_verdicts(&owner).await;
    jobs::run_due(&app).await.unwrap();
    assert_eq!(owner.get("/jobs?state=failed").await.ok()["total"], 0);
}

async fn check_home(owner: &Client) {
    let home = owner.get("/home").await.ok();
    for list in ["themes", "outliers", "running_tests", "undecided_tests"] {
        assert!(!home[list].as_array().unwrap().is_empty(), "{list}");
    }
    for waiting in ["overdue_actions", "overdue_decisions"] {
        assert!(home[waiting]["total"].as_i64().unwrap() > 0, "{waiting}");
    }
    assert!(home["n_firings_open"].as_i64().unwrap() > 0);
    assert!(home["open_review_id"].is_string());
    assert!(home["signals"]["n_this_week"].as_i64().unwrap() > 10);
    assert!(home["nps"]["value"].as_f64().unwrap() > 0.0);
    assert!(home["pmf"]["value"].as_f64().unwrap() > 30.0);
    let days = home["time_to_learning"]["median_days"]["value"].as_f64().unwrap();
    assert!((21.0..=42.0).contains(&days), "{days} days to validated learning");
}

/// What was decided is what the result of its experiment says.
async fn check_verdicts(owner: &Client) {
    let decisions = owner.get("/decisions?state=decided").await.ok();
    let mut seen = BTreeMap::<String, usize>::new();
    for decision in decisions["items"].as_array().unwrap() {
        let experiment = decision["experiment_id"].as_str().unwrap();
        let result = owner.get(&format!("/experiments/{experiment}/result")).await.ok();
        let said = result["proposal"]["verdict"].as_str().unwrap();
        let hypothesis = decision["hypothesis_id"].as_str().unwrap();
        let hypothesis = owner.get(&format!("/hypotheses/{hypothesis}")).await.ok();
        let expect = match said {
            "inconclusive" => (json!(false), "open"),
            verdict => (json!(true), verdict),
        };
        assert_eq!(decision["conclusive"], expect.0, "{}", decision["question"]);
        assert_eq!(hypothesis["state"], expect.1, "{}", decision["question"]);
        *seen.entry(said.to_owned()).or_default() += 1;
    }
    assert!(seen.keys().map(String::as_str).eq(["confirmed", "inconclusive", "refuted"]), "{seen:?}");
}

#[tokio::test]
async fn a_seed_gives_the_same_demo_on_the_same_day() {
    let (one, other) = (everything(7).await, everything(7).await);
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (table, rows) in &one {
        let other = &other[table];
        let difference = rows.iter().zip(other).find(|(one, other)| one != other);
        assert_eq!(difference, None, "{table}");
        assert_eq!(rows.len(), other.len(), "{table}");
    }
}

/// All rows by table, but for what is salted: the hashes of passwords.
async fn everything(seed: u64) -> BTreeMap<String, Vec<String>> {
    let (db, _config) = build(seed).await;
    let file = db.folder.path().join("everything.zip");
    backup::write(
        &db.db,
        &Place { dir: db.folder.path().join("no events"), remote: None },
        &file,
        time::out(NOW),
    )
    .await
    .unwrap();
    let mut archive = zip::ZipArchive::new(File::open(&file).unwrap()).unwrap();
    let mut tables = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        if Path::new(&name).extension().is_some_and(|ending| ending == "jsonl") {
            tables.insert(name, text.lines().map(without_password).collect());
        }
    }
    tables
}

fn without_password(line: &str) -> String {
    let mut row: Value = serde_json::from_str(line).unwrap();
    if let Some(row) = row.as_object_mut() {
        row.remove("password_hash");
    }
    row.to_string()
}

#[tokio::test]
async fn another_workspace_is_not_taken_for_the_demo() {
    assert_eq!(demo::look(&TestDb::new().await.unwrap().db).await.unwrap(), Holds::Nothing);
    let acme = TestApp::new().await;
    assert_eq!(demo::look(&acme.app.db).await.unwrap(), Holds::SomethingElse);
}
