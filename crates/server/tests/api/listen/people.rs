use heedful_db::platform::search_queue;
use serde_json::{Value, json};

use crate::support::{NOBODY, TestApp, add_signal};

fn path(person: &Value) -> String {
    format!("/people/{}", person["id"].as_str().unwrap())
}

/// A signal said by somebody.
async fn say(app: &TestApp, person: &Value, words: &str) -> Value {
    let signal = add_signal(app, words).await;
    let path = format!("/signals/{}", signal["id"].as_str().unwrap());
    app.editor().seen(1).patch(&path, json!({"person_id": person["id"]})).await.ok()
}

#[tokio::test]
async fn a_person_is_kept_with_traits_and_accounts() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let account = editor.create("/accounts", json!({"name": "Acme"})).await;
    let input = json!({"name": " Ada ", "email": "Ada@Example.org", "external_id": "u1",
                       "traits": {"role": "buyer", "seats": 3, "gone": null}, "account_ids": [account["id"]]});
    let ada = editor.create("/people", input).await;
    assert_eq!((&ada["name"], &ada["email"]), (&json!("Ada"), &json!("ada@example.org")));
    assert_eq!(ada["traits"], json!({"role": "buyer", "seats": 3}));
    assert_eq!(ada["accounts"], json!([{"id": account["id"], "name": "Acme"}]));
    assert_eq!(app.viewer().get(&path(&ada)).await.ok(), ada);
    let changed =
        editor.seen(1).patch(&path(&ada), json!({"external_id": null, "unsubscribed": true})).await.ok();
    assert_eq!((&changed["external_id"], &changed["name"]), (&Value::Null, &json!("Ada")));
    assert!(changed["unsubscribed_at"].is_string());
    let left =
        editor.seen(2).patch(&path(&ada), json!({"account_ids": [], "unsubscribed": false})).await.ok();
    assert_eq!((&left["accounts"], &left["unsubscribed_at"]), (&json!([]), &Value::Null));
    editor.seen(3).delete(&path(&ada)).await.ok();
    assert_eq!(app.viewer().get("/people").await.ok()["total"], 0);
    editor.seen(4).post(&format!("{}/restore", path(&ada)), json!({})).await.ok();
    assert_eq!(app.viewer().get("/people?archived=false").await.ok()["total"], 1);
}

#[tokio::test]
async fn refusals_name_the_field() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let ada = editor.create("/people", json!({"email": "ada@example.org", "external_id": "u1"})).await;
    let check = async |input: Value, expect: &[&str]| {
        assert_eq!(editor.post("/people", input).await.refused_fields(), expect);
    };
    check(json!({}), &["name"]).await;
    check(json!({"email": "ADA@example.org"}), &["email"]).await;
    check(json!({"name": "x", "external_id": "u1"}), &["external_id"]).await;
    check(json!({"email": "not an address"}), &["email"]).await;
    check(json!({"name": "x", "traits": {"a": {"b": 1}}}), &["traits.a"]).await;
    check(json!({"name": "x", "traits": []}), &["traits"]).await;
    check(json!({"name": "x", "account_ids": [NOBODY]}), &["reference"]).await;
    check(json!({"name": "zero \u{0} byte"}), &["name"]).await;
    let stale = editor.seen(9).patch(&path(&ada), json!({"name": "B"})).await.refused(409);
    assert_eq!(stale["current"]["version"], 1);
}

#[tokio::test]
async fn lists_find_people_by_part_of_name_or_address() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let account = editor.create("/accounts", json!({"name": "Acme"})).await;
    for (name, email) in
        [("Ada", "ada@example.org"), ("Grace 100%", "grace@example.org"), ("Édith", "e@acme.test")]
    {
        editor.create("/people", json!({"name": name, "email": email, "account_ids": [account["id"]]})).await;
    }
    let found = async |query: &str| app.viewer().get(&format!("/people?{query}")).await.ok()["total"].clone();
    assert_eq!(found("q=ADA").await, 1);
    assert_eq!(found("q=example.org").await, 2);
    assert_eq!(found("q=100%25").await, 1);
    assert_eq!(found("q=%25").await, 1);
    assert_eq!(found("q=_").await, 0);
    assert_eq!(found(&format!("account_id={}", account["id"].as_str().unwrap())).await, 3);
    assert_eq!(found("account_id=none").await, 0);
    assert_eq!(found("unsubscribed=true").await, 0);
    let page = app.viewer().get("/people?limit=2").await.ok();
    let next = format!("/people?limit=2&cursor={}", page["next"].as_str().unwrap());
    assert_eq!(app.viewer().get(&next).await.ok()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_timeline_holds_everything_heard_newest_first() {
    let app = TestApp::new().await;
    let ada = app.editor().create("/people", json!({"name": "Ada"})).await;
    for n in 0..5 {
        say(&app, &ada, &format!("Words {n}")).await;
        app.advance(1_000_000);
    }
    add_signal(&app, "Of somebody else").await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.viewer().get(&format!("{}/timeline?limit=2{cursor}", path(&ada))).await.ok();
        assert_eq!(page["total"], 5);
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["kind"], "signal");
            seen.push(item["words"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["Words 4", "Words 3", "Words 2", "Words 1", "Words 0"]);
    let read = app.viewer().get(&path(&ada)).await.ok();
    assert_eq!((&read["n_signals"], &read["heard_at"]), (&json!(5), &json!("2026-03-02T09:00:04Z")));
}

#[tokio::test]
async fn a_merge_moves_all_words_and_undoing_it_loses_nothing() {
    let app = TestApp::new().await;
    let (editor, admin) = (app.editor(), app.admin());
    let account = editor.create("/accounts", json!({"name": "Acme"})).await;
    let kept = editor.create("/people", json!({"name": "Ada", "traits": {"role": "buyer"}})).await;
    let input = json!({"name": "A. L.", "email": "ada@example.org", "traits": {"role": "x", "city": "Bath"},
                       "account_ids": [account["id"]]});
    let other = editor.create("/people", input).await;
    say(&app, &kept, "Mine").await;
    say(&app, &other, "Hers").await;
    let merges = format!("{}/merges", path(&kept));
    let merge = admin.seen(1).create(&merges, json!({"other_id": other["id"]})).await;
    let united = app.viewer().get(&path(&kept)).await.ok();
    assert_eq!((&united["email"], &united["n_signals"]), (&json!("ada@example.org"), &json!(2)));
    assert_eq!(united["traits"], json!({"role": "buyer", "city": "Bath"}));
    assert_eq!(united["accounts"][0]["name"], "Acme");
    let gone = app.viewer().get(&path(&other)).await.ok();
    assert_eq!((&gone["merged_into_id"], &gone["n_signals"]), (&kept["id"], &json!(0)));
    editor.seen(2).patch(&path(&other), json!({"name": "B"})).await.refused(409);
    assert_eq!(app.viewer().get(&merges).await.ok()["total"], 1);

    let undo = format!("{merges}/{}/undo", merge["id"].as_str().unwrap());
    admin.post(&undo, json!({})).await.ok();
    let strip = |mut person: Value| {
        for field in ["version", "updated_at", "n_signals", "heard_at"] {
            person.as_object_mut().unwrap().remove(field);
        }
        person
    };
    assert_eq!(strip(app.viewer().get(&path(&kept)).await.ok()), strip(kept.clone()));
    let back = app.viewer().get(&path(&other)).await.ok();
    assert_eq!(back["n_signals"], 1);
    assert_eq!(strip(back), strip(other.clone()));
    admin.post(&undo, json!({})).await.refused(409);
}

#[tokio::test]
async fn merges_are_for_admins_and_of_two_people_of_this_workspace() {
    let app = TestApp::new().await;
    let ada = app.editor().create("/people", json!({"name": "Ada"})).await;
    let merges = format!("{}/merges", path(&ada));
    let admin = app.admin();
    app.editor().seen(1).post(&merges, json!({"other_id": NOBODY})).await.refused(403);
    for other in [json!(NOBODY), ada["id"].clone()] {
        let answer = admin.seen(1).post(&merges, json!({"other_id": other})).await;
        assert_eq!(answer.refused_fields(), ["other_id"]);
    }
    app.stranger().seen(1).post(&merges, json!({"other_id": ada["id"]})).await.refused(404);
    let second = app.editor().create("/people", json!({"name": "B"})).await;
    let third = app.editor().create("/people", json!({"name": "C"})).await;
    let first = admin.seen(1).create(&merges, json!({"other_id": second["id"]})).await;
    let into_third = format!("{}/merges", path(&third));
    admin.seen(1).create(&into_third, json!({"other_id": ada["id"]})).await;
    assert_eq!(app.viewer().get(&path(&second)).await.ok()["merged_into_id"], third["id"]);
    let undo = format!("{merges}/{}/undo", first["id"].as_str().unwrap());
    admin.post(&undo, json!({})).await.refused(409);
}

#[tokio::test]
async fn erasing_takes_the_words_everywhere_and_leaves_a_certificate() {
    let app = TestApp::new().await;
    let (editor, admin) = (app.editor(), app.admin());
    let ada = editor.create("/people", json!({"name": "Ada", "email": "ada@example.org"})).await;
    let twin = editor.create("/people", json!({"name": "Twin"})).await;
    let signal = say(&app, &ada, "My secret words").await;
    admin.seen(1).create(&format!("{}/merges", path(&ada)), json!({"other_id": twin["id"]})).await;
    let erase = format!("{}/erase", path(&ada));
    assert_eq!(admin.seen(2).post(&erase, json!({"confirm": false})).await.refused_fields(), ["confirm"]);
    editor.seen(2).post(&erase, json!({"confirm": true})).await.refused(403);
    let certificate = admin.seen(2).post(&erase, json!({"confirm": true})).await.ok();
    assert_eq!(certificate["removed"]["signals"], 1);
    assert_eq!(
        (&certificate["removed"]["people"], &certificate["removed"]["merged_people"]),
        (&json!(1), &json!(1))
    );
    app.viewer().get(&path(&ada)).await.refused(404);
    app.viewer().get(&path(&twin)).await.refused(404);
    app.viewer().get(&format!("/signals/{}", signal["id"].as_str().unwrap())).await.refused(404);
    let mut conn = app.app.db.read().await.unwrap();
    let queued = search_queue::list(&mut conn, 100).await.unwrap();
    assert!(queued.iter().any(|(_, kind, id, _)| kind == "signal" && signal["id"] == json!(id)));
    let audit = heedful_db::platform::audit::Filter::default();
    let entries = heedful_db::platform::audit::list(&mut conn, &app.ws, &audit, None, 500).await.unwrap();
    let all = format!("{:?}", entries.items);
    assert!(
        !all.contains("secret words") && !all.contains("ada@example.org"),
        "the audit log still has the words"
    );
    assert!(all.contains("erase"));
}

#[tokio::test]
async fn people_of_another_workspace_do_not_exist() {
    let app = TestApp::new().await;
    let ada = app.editor().create("/people", json!({"name": "Ada"})).await;
    let stranger = app.stranger();
    stranger.get(&path(&ada)).await.refused(404);
    stranger.get(&format!("{}/timeline", path(&ada))).await.refused(404);
    stranger.get(&format!("{}/merges", path(&ada))).await.refused(404);
    stranger.seen(1).patch(&path(&ada), json!({"name": "B"})).await.refused(404);
    stranger.seen(1).delete(&path(&ada)).await.refused(404);
    stranger.seen(1).post(&format!("{}/erase", path(&ada)), json!({"confirm": true})).await.refused(404);
    assert_eq!(stranger.get("/people").await.ok()["total"], 0);
    let theirs = stranger.create("/accounts", json!({"name": "Theirs"})).await;
    let answer = app.editor().seen(1).patch(&path(&ada), json!({"account_ids": [theirs["id"]]})).await;
    assert_eq!(answer.refused_fields(), ["reference"]);
}
