use std::io::Write;

use axum::http::Method;
use flate2::Compression;
use flate2::write::GzEncoder;
use heedful_db::platform::jobs;
use serde_json::{Value, json};

use crate::support::{Answer, Client, NOBODY, TestApp};

async fn upload(client: &Client, name: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/imports?file_name={name}&source_name=Import");
    client.send_raw(Method::POST, &path, Some(("application/octet-stream", bytes.to_vec()))).await
}

fn path(import: &Value) -> String {
    format!("/imports/{}", import["id"].as_str().unwrap())
}

/// Uploads, starts with the proposed mapping, and waits for the end.
async fn run(app: &TestApp, bytes: &[u8]) -> Value {
    let answer = upload(&app.editor(), "words.csv", bytes).await.ok();
    start(app, &answer["import"]).await
}

async fn start(app: &TestApp, import: &Value) -> Value {
    let version = import["version"].as_i64().unwrap();
    app.editor().seen(version).post(&format!("{}/start", path(import)), json!({})).await.ok();
    app.run_jobs().await;
    app.viewer().get(&path(import)).await.ok()
}

fn counts(import: &Value) -> [i64; 4] {
    ["n_rows", "n_created", "n_unchanged", "n_refused"].map(|field| import[field].as_i64().unwrap())
}

#[tokio::test]
async fn a_file_is_previewed_mapped_imported_and_undone() {
    let app = TestApp::new().await;
    let text = "Id,Feedback,Stars,Mail,Firm,When,Browser,Labels\n\
        1,\"Slow, very\nslow\",2,Ada@x.org,Acme,31/01/2026 10:00,Firefox,\"speed; export\"\n\
        2,<script>alert(1)</script>,9,bob@x.org,Acme,01/02/2026,,\n\
        3,=HYPERLINK(\"x\"),4,ada@x.org,,01/02/2026,,\n\
        4,,,,,01/02/2026,,\n";
    let preview = upload(&app.editor(), "words.csv", text.as_bytes()).await.ok();
    let import = &preview["import"];
    assert_eq!(import["columns"].as_array().unwrap().len(), 8);
    assert_eq!(import["mapping"]["body"], json!(["Feedback"]));
    assert_eq!((&import["state"], &import["file_encoding"]), (&json!("previewed"), &json!("UTF-8")));

    let editor = app.editor();
    let mut mapping = import["mapping"].clone();
    let more = json!({"score": "Stars", "score_kind": "rating", "person_email": "Mail", "account_name": "Firm",
                      "occurred_at": "When", "date_format": "dmy", "time_zone": "Europe/Berlin", "tags": "Labels"});
    mapping.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mapping_path = format!("{}/mapping", path(import));
    let preview = editor.seen(2).put(&mapping_path, json!({"mapping": mapping})).await.ok();
    let rows = preview["rows"].as_array().unwrap();
    assert_eq!(rows[0]["signal"]["body"], "Slow, very\nslow");
    assert_eq!(rows[0]["signal"]["occurred_at"], "2026-01-31T09:00:00Z");
    assert_eq!(rows[0]["signal"]["context"], json!({"Browser": "Firefox"}));
    assert_eq!((&rows[1]["refusal"]["field"], &rows[1]["number"]), (&json!("Stars"), &json!(3)));
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 0, "a preview imports nothing");
    editor.seen(2).post(&format!("{}/start", path(import)), json!({})).await.refused(409);

    let done = start(&app, &preview["import"]).await;
    assert_eq!((&done["state"], counts(&done)), (&json!("done"), [4, 2, 0, 2]));
    assert_eq!(done["bytes_done"], done["file_bytes"]);
    let signals = app.viewer().get("/signals").await.ok();
    let bodies: Vec<_> =
        signals["items"].as_array().unwrap().iter().map(|item| item["body"].clone()).collect();
    assert_eq!(bodies, ["=HYPERLINK(\"x\")", "Slow, very\nslow"]);
    assert_eq!(signals["items"][1]["tags"], json!(["export", "speed"]));
    assert_eq!(app.viewer().get("/people").await.ok()["total"], 1);
    let people = app.viewer().get("/people").await.ok();
    assert_eq!(people["items"][0]["accounts"][0]["name"], "Acme");
    let found = async |q: &str| app.viewer().get(&format!("/search?q={q}")).await.ok()["total"].clone();
    assert_eq!((found("ada").await, found("acme").await), (json!(1), json!(1)));
    let refusals = app.viewer().get(&format!("{}/refusals", path(&done))).await.ok();
    assert_eq!(refusals["items"][1]["field"], "Feedback");
    let csv = app.viewer().get(&format!("{}/refusals.csv", path(&done))).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(csv.text().starts_with("row,column,reason,text\n3,Stars,"), "{}", csv.text());

    let version = done["version"].as_i64().unwrap();
    editor.seen(version).post(&format!("{}/undo", path(&done)), json!({})).await.ok();
    app.run_jobs().await;
    let undone = app.viewer().get(&path(&done)).await.ok();
    assert_eq!(
        (&undone["state"], &undone["n_removed"], &undone["n_kept"]),
        (&json!("undone"), &json!(2), &json!(0))
    );
    for list in ["/signals", "/people", "/accounts"] {
        assert_eq!(app.viewer().get(list).await.ok()["total"], 0, "{list}");
    }
    assert_eq!((found("ada").await, found("acme").await), (json!(0), json!(0)));
}

#[tokio::test]
async fn the_same_rows_again_are_unchanged_with_ids_and_without() {
    let app = TestApp::new().await;
    let with_ids = b"id,text\n1,One\n2,Two\n2,Two again\n";
    assert_eq!(counts(&run(&app, with_ids).await), [3, 2, 1, 0]);
    assert_eq!(counts(&run(&app, with_ids).await), [3, 0, 3, 0]);
    let without = b"text\nSame\nSame\nOther\n";
    assert_eq!(counts(&run(&app, without).await), [3, 3, 0, 0]);
    assert_eq!(counts(&run(&app, without).await), [3, 0, 3, 0]);
}

#[tokio::test]
async fn every_common_encoding_and_delimiter_is_understood() {
    let app = TestApp::new().await;
    let text = "text;größe\nGrüße an alle – schön;1\n";
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let le: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let be: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    for (name, bytes, encoding) in [
        ("utf8", text.as_bytes().to_vec(), "UTF-8"),
        ("bom", [b"\xef\xbb\xbf", text.as_bytes()].concat(), "UTF-8"),
        ("le", [b"\xff\xfe".to_vec(), le.clone()].concat(), "UTF-16LE"),
        ("be", [b"\xfe\xff".to_vec(), be].concat(), "UTF-16BE"),
        ("le-without-mark", le, "UTF-16LE"),
        ("latin", latin, "windows-1252"),
        ("gz", packed.finish().unwrap(), "UTF-8"),
    ] {
        let preview = upload(&app.editor(), name, &bytes).await.ok();
        assert_eq!(preview["import"]["file_encoding"], encoding, "{name}");
        assert_eq!(preview["import"]["columns"], json!(["text", "größe"]), "{name}");
        assert_eq!(preview["rows"][0]["signal"]["body"], "Grüße an alle – schön", "{name}");
    }
    let tabs = upload(&app.editor(), "tabs.tsv", b"text\tn\nHello, world\t1\n").await.ok();
    assert_eq!(tabs["import"]["delimiter"], "\t");
}

#[tokio::test]
async fn json_lines_keep_what_they_do_not_map() {
    let app = TestApp::new().await;
    let text = "{\"id\": 7, \"body\": \"Hello\", \"requester\": {\"email\": \"a@b.org\"}, \"os\": {\"name\": \"Linux\"}}\n\
                not json\n\
                {\"id\": 8, \"body\": \"Later\", \"extra\": [1, 2]}\n";
    let preview = upload(&app.editor(), "words.jsonl", text.as_bytes()).await.ok();
    assert_eq!(preview["import"]["file_format"], "jsonl");
    assert_eq!(preview["import"]["mapping"]["person_email"], "requester.email");
    let done = start(&app, &preview["import"]).await;
    assert_eq!(counts(&done), [3, 2, 0, 1]);
    let signals = app.viewer().get("/signals").await.ok();
    assert_eq!(signals["items"][1]["context"]["os.name"], "Linux");
    assert_eq!(signals["items"][0]["context"]["extra"], "1, 2");
    let refusals = app.viewer().get(&format!("{}/refusals", path(&done))).await.ok();
    assert_eq!(
        (&refusals["items"][0]["row_number"], &refusals["items"][0]["field"]),
        (&json!(2), &json!("row"))
    );
}

#[tokio::test]
async fn hostile_files_are_refused_and_leave_nothing() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let wide = format!("{}\n{}\n", vec!["c"; 10_000].join(","), vec!["1"; 10_000].join(","));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(b"text\n").unwrap();
    for _ in 0..30 {
        bomb.write_all(&vec![b'a'; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let torn = &bomb[..bomb.len() / 2];
    let files: [(&str, &[u8]); 7] = [
        ("empty", b""),
        ("header", b"text,id\n"),
        ("wide", wide.as_bytes()),
        ("excel", b"PK\x03\x04aaaaaaaaaaaa"),
        ("bomb", &bomb),
        ("torn", &torn[..torn.len().min(2_000)]),
        ("no-objects", b"{broken\n{also broken\n"),
    ];
    for (name, bytes) in files {
        let answer = upload(&editor, name, bytes).await;
        assert_eq!(answer.refused_fields(), ["file"], "{name}");
    }
    assert_eq!(app.viewer().get("/imports").await.ok()["total"], 0);
    let raw = |query: &'static str| {
        let editor = editor.clone();
        async move {
            let path = format!("/api/v1/imports?{query}");
            editor
                .send_raw(Method::POST, &path, Some(("text/csv", b"text\nHi\n".to_vec())))
                .await
                .refused_fields()
        }
    };
    assert_eq!(raw("").await, ["file_name"]);
    assert_eq!(raw("file_name=x").await, ["source_name"]);
    assert_eq!(raw("file_name=x&source_id=none").await, ["source_id"]);
}

#[tokio::test]
async fn bad_rows_name_their_field_and_spare_the_others() {
    let app = TestApp::new().await;
    let huge = "x".repeat(10 << 20);
    let text = format!(
        "text,n\nFine,1\n{huge},2\nToo,many,cells\nzero \0 byte,4\n{},5\nAlso fine,6\n\"open quote,7\n",
        "y".repeat(100_001)
    );
    let done = run(&app, text.as_bytes()).await;
    assert_eq!((&done["state"], counts(&done)), (&json!("done"), [7, 3, 0, 4]));
    let refusals = app.viewer().get(&format!("{}/refusals", path(&done))).await.ok();
    let found: Vec<_> = refusals["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["row_number"].as_i64().unwrap(), item["field"].as_str().unwrap().to_owned()))
        .collect();
    let expect = [(3, "text"), (4, "row"), (5, "text"), (6, "text")].map(|(n, field)| (n, field.to_owned()));
    assert_eq!(found, expect);
    assert_eq!(app.viewer().get(&format!("{}/refusals?limit=1", path(&done))).await.ok()["total"], 4);
}

#[tokio::test]
async fn mappings_name_what_is_wrong_with_them() {
    let app = TestApp::new().await;
    let preview = upload(&app.editor(), "words.csv", b"a,b\nHello there,1\n").await.ok();
    let mapping_path = format!("{}/mapping", path(&preview["import"]));
    let check = async |mapping: Value, expect: &[&str]| {
        let answer = app.editor().seen(2).put(&mapping_path, json!({"mapping": mapping})).await;
        assert_eq!(answer.refused_fields(), expect);
    };
    check(json!({}), &["mapping.body"]).await;
    check(json!({"body": ["z"]}), &["mapping.body"]).await;
    check(json!({"body": ["a"], "external_id": "z"}), &["mapping.external_id"]).await;
    check(json!({"body": ["a"], "score": "b"}), &["mapping.score_kind"]).await;
    check(json!({"body": ["a"], "date_format": "x"}), &["mapping.date_format"]).await;
    check(json!({"body": ["a"], "time_zone": "Mars"}), &["mapping.time_zone"]).await;
    let input = json!({"mapping": {"body": ["a"]}, "file_encoding": "klingon", "delimiter": "x"});
    let answer = app.editor().seen(2).put(&mapping_path, input).await;
    assert_eq!(answer.refused_fields(), ["delimiter", "file_encoding"]);
}

#[tokio::test]
async fn an_import_can_be_cancelled_and_goes_on_after_a_crash() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let rows = (0..2_500).map(|n| format!("Words {n}")).collect::<Vec<_>>().join("\n");
    let text = format!("text\n{rows}");
    let first = upload(&editor, "a.csv", text.as_bytes()).await.ok()["import"].clone();
    let cancelled = editor.post(&format!("{}/cancel", path(&first)), json!({})).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    editor.seen(3).post(&format!("{}/start", path(&first)), json!({})).await.refused(409);

    // A worker dies after the job was claimed: when its lock is over, another does the work once.
    let second = upload(&editor, "b.csv", text.as_bytes()).await.ok()["import"].clone();
    editor.seen(2).post(&format!("{}/start", path(&second)), json!({})).await.ok();
    let mut tx = app.app.db.begin().await.unwrap();
    let now = app.app.now();
    jobs::claim(&mut tx, now, now + 1_000).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    app.advance(2_000);
    app.run_jobs().await;
    let done = app.viewer().get(&path(&second)).await.ok();
    assert_eq!(counts(&done), [2_500, 2_500, 0, 0]);
    editor.post(&format!("{}/cancel", path(&second)), json!({})).await.refused(409);

    let third = upload(&editor, "c.csv", text.as_bytes()).await.ok()["import"].clone();
    editor.seen(2).post(&format!("{}/start", path(&third)), json!({})).await.ok();
    assert_eq!(editor.post(&format!("{}/cancel", path(&third)), json!({})).await.ok()["state"], "cancelling");
    app.run_jobs().await;
    assert_eq!(app.viewer().get(&path(&third)).await.ok()["state"], "cancelled");
}

#[tokio::test]
async fn undoing_keeps_what_others_changed_or_speak_of() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let done = run(&app, b"text,email,company\nHello,ada@x.org,Acme\nBye,bob@x.org,Acme\n").await;
    let people = app.viewer().get("/people?q=ada").await.ok();
    let ada = people["items"][0].clone();
    editor
        .seen(1)
        .patch(&format!("/people/{}", ada["id"].as_str().unwrap()), json!({"name": "Ada"}))
        .await
        .ok();
    let version = done["version"].as_i64().unwrap();
    editor.seen(version).post(&format!("{}/undo", path(&done)), json!({})).await.ok();
    app.run_jobs().await;
    let left = app.viewer().get("/people").await.ok();
    assert_eq!((&left["total"], &left["items"][0]["name"]), (&json!(1), &json!("Ada")));
    assert_eq!(app.viewer().get("/accounts").await.ok()["total"], 1, "Ada belongs to it");
    let again = run(&app, b"text,email,company\nHello,ada@x.org,Acme\nBye,bob@x.org,Acme\n").await;
    assert_eq!(counts(&again), [2, 2, 0, 0]);
    assert_eq!(app.viewer().get("/people").await.ok()["total"], 2);
}

#[tokio::test]
async fn imports_of_another_workspace_do_not_exist() {
    let app = TestApp::new().await;
    let import = upload(&app.editor(), "a.csv", b"text\nHello\n").await.ok()["import"].clone();
    let stranger = app.stranger();
    for part in ["", "/preview", "/refusals", "/refusals.csv"] {
        stranger.get(&format!("{}{part}", path(&import))).await.refused(404);
    }
    for part in ["/start", "/cancel", "/undo"] {
        stranger.seen(2).post(&format!("{}{part}", path(&import)), json!({})).await.refused(404);
    }
    let mapping = json!({"mapping": {"body": ["text"]}});
    stranger.seen(2).put(&format!("{}/mapping", path(&import)), mapping).await.refused(404);
    assert_eq!(stranger.get("/imports").await.ok()["total"], 0);
    upload(&app.viewer(), "a.csv", b"text\nHello\n").await.refused(403);
    app.viewer().get(&format!("/imports/{NOBODY}")).await.refused(404);
}

/// 3,080 messages of bank customers (see the data's own licence): read where they lie, never copied.
#[tokio::test]
async fn real_messages_import_once_and_can_be_undone() {
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/text/banking77_test.csv");
    let Ok(bytes) = std::fs::read(&file) else {
        eprintln!("skipped: {} is not there", file.display());
        return;
    };
    let app = TestApp::new().await;
    let done = run(&app, &bytes).await;
    assert_eq!((&done["state"], counts(&done)), (&json!("done"), [3_080, 3_080, 0, 0]));
    let found = app.viewer().get("/signals?tag=card_arrival").await.ok();
    assert_eq!(found["total"], 40);
    assert_eq!(counts(&run(&app, &bytes).await), [3_080, 0, 3_080, 0]);
    let version = done["version"].as_i64().unwrap();
    app.editor().seen(version).post(&format!("{}/undo", path(&done)), json!({})).await.ok();
    app.run_jobs().await;
    let undone = app.viewer().get(&path(&done)).await.ok();
    assert_eq!((&undone["state"], &undone["n_removed"]), (&json!("undone"), &json!(3_080)));
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 0);
}
