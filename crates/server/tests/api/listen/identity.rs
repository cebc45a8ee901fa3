//! Who is who: what SDKs say leads to people and accounts, and counts for what was done before.

use heedful_server::jobs;
use heedful_server::listen::identity;
use heedful_server::platform::ctx::Ctx;
use serde_json::{Value, json};

use super::capture::{all, first_key, rejected};
use crate::support::TestApp;

/// Sends events as an SDK of PostHog does, and has learned what they tell.
async fn tell(app: &TestApp, events: Value) {
    let body = json!({"api_key": first_key(app).await, "batch": events});
    app.anonymous()
        .send_raw(
            axum::http::Method::POST,
            "/batch",
            Some(("application/json", body.to_string().into_bytes())),
        )
        .await
        .ok();
    identity::learn(&Ctx::of(&app.app)).await.unwrap();
}

fn did(id: &str, event: &str) -> Value {
    let profile = !id.starts_with("nameless");
    json!({"event": event, "distinct_id": id, "properties": {"$process_person_profile": profile}})
}

fn is(id: &str, other: &str, set: &Value) -> Value {
    json!({"event": "$identify", "distinct_id": id, "$set": set, "properties": {"$anon_distinct_id": other}})
}

async fn people(app: &TestApp) -> Vec<Value> {
    app.viewer().get("/people").await.ok()["items"].as_array().unwrap().clone()
}

async fn person(app: &TestApp, external_id: &str) -> Value {
    let all = people(app).await;
    all.into_iter().find(|person| person["external_id"] == external_id).unwrap()
}

async fn ids_of(app: &TestApp, person: &Value) -> Vec<String> {
    let path = format!("/people/{}/distinct-ids", person["id"].as_str().unwrap());
    all(app.viewer().get(&path).await.ok()["items"].as_array().unwrap(), "distinct_id")
}

/// How many people did this.
async fn n_people(app: &TestApp, event: &str) -> Value {
    let series = json!([{"event": event, "aggregate": "people"}]);
    let question = json!({"kind": "trend", "from": "-7d", "interval": "all", "series": series});
    app.viewer().post("/analytics/query", question).await.ok()["series"][0]["values"][0].clone()
}

async fn seal(app: &TestApp) {
    jobs::events::seal(&app.app).await;
}

#[tokio::test]
async fn whoever_was_nameless_is_somebody_also_in_what_they_did_before() {
    let app = TestApp::new().await;
    tell(&app, json!([did("nameless-1", "visit"), did("nameless-2", "visit"), did("ada", "visit")])).await;
    seal(&app).await;
    assert_eq!((people(&app).await.len(), n_people(&app, "visit").await), (0, json!(3.0)));
    let set = json!({"email": "Ada@example.org", "name": "Ada", "plan": "pro"});
    tell(&app, json!([is("ada", "nameless-1", &set)])).await;
    assert_eq!(n_people(&app, "visit").await, 2.0);
    let ada = person(&app, "ada").await;
    assert_eq!((&ada["name"], &ada["email"]), (&json!("Ada"), &json!("ada@example.org")));
    assert_eq!(ada["traits"], json!({"plan": "pro"}));
    assert_eq!(ids_of(&app, &ada).await, ["ada", "nameless-1"]);
    tell(&app, json!([is("ada", "nameless-2", &json!({"plan": "team"})), did("nameless-2", "visit")])).await;
    for _ in 0..2 {
        assert_eq!(n_people(&app, "visit").await, 1.0);
        seal(&app).await;
    }
    assert_eq!(person(&app, "ada").await["traits"], json!({"plan": "team"}));
    assert_eq!(app.stranger().get("/people").await.ok()["total"], 0);
}

#[tokio::test]
async fn two_people_who_are_both_known_stay_two() {
    let app = TestApp::new().await;
    let nobody = json!({});
    tell(&app, json!([is("ada", "nameless", &nobody), is("bob", "nameless", &nobody)])).await;
    tell(
        &app,
        json!([is("cyd", "ada", &nobody), did("ada", "visit"), did("bob", "visit"), did("cyd", "visit")]),
    )
    .await;
    let alias = json!({"event": "$create_alias", "distinct_id": "ada", "properties": {"alias": "bob"}});
    tell(&app, json!([alias])).await;
    assert_eq!((people(&app).await.len(), n_people(&app, "visit").await), (3, json!(3.0)));
    assert_eq!(ids_of(&app, &person(&app, "ada").await).await, ["ada", "nameless"]);
    let disputes = rejected(&app).await;
    assert_eq!((disputes.len(), disputes[0].1), (1, 3), "{disputes:?}");
    assert!(disputes[0].0.contains("merge them by hand"));
}

#[tokio::test]
async fn an_alias_is_a_link_in_both_directions() {
    let app = TestApp::new().await;
    let alias = |id: &str, other: &str| json!({"event": "$create_alias", "distinct_id": id, "properties": {"alias": other}});
    tell(&app, json!([did("nameless", "visit"), did("ada", "visit")])).await;
    // As Python sends it: the id from before first.
    tell(
        &app,
        json!([
            alias("nameless", "ada"),
            is("ada", "ada", &json!({"name": "Ada"})),
            alias("ada", "ada-phone")
        ]),
    )
    .await;
    assert_eq!((people(&app).await.len(), n_people(&app, "visit").await), (1, json!(1.0)));
    let ada = person(&app, "ada").await;
    assert_eq!((&ada["name"], ids_of(&app, &ada).await.len()), (&json!("Ada"), 3));
}

#[tokio::test]
async fn whoever_is_known_from_elsewhere_is_the_same_person() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let by_id = editor.create("/people", json!({"name": "Ada", "external_id": "ada"})).await;
    let by_email = editor.create("/people", json!({"name": "Bob", "email": "bob@example.org"})).await;
    let other =
        editor.create("/people", json!({"name": "Cy", "external_id": "cy", "email": "cy@example.org"})).await;
    tell(
        &app,
        json!([
            is("ada", "nameless-1", &json!({"plan": "pro"})),
            is("b7", "nameless-2", &json!({"email": "BOB@example.org"}))
        ]),
    )
    .await;
    tell(
        &app,
        json!([
            is("dee", "nameless-3", &json!({"email": "cy@example.org"})),
            is("eve@example.org", "nameless-4", &json!({}))
        ]),
    )
    .await;
    assert_eq!(people(&app).await.len(), 5);
    let ada = person(&app, "ada").await;
    assert_eq!(
        (&ada["id"], &ada["name"], &ada["traits"]),
        (&by_id["id"], &json!("Ada"), &json!({"plan": "pro"}))
    );
    let bob = person(&app, "b7").await;
    assert_eq!(
        (&bob["id"], ids_of(&app, &bob).await),
        (&by_email["id"], vec!["b7".to_owned(), "nameless-2".to_owned()])
    );
    assert_eq!(person(&app, "dee").await["email"], Value::Null);
    assert_eq!(person(&app, "cy").await["id"], other["id"]);
    assert_eq!(person(&app, "eve@example.org").await["email"], "eve@example.org");
    assert_eq!(rejected(&app).await.len(), 1, "the address of Cy");
}

#[tokio::test]
async fn groups_lead_to_accounts_and_members() {
    let app = TestApp::new().await;
    let about = json!({"event": "$groupidentify", "distinct_id": "$company_acme", "properties":
        {"$group_type": "company", "$group_key": "acme", "$group_set": {"name": "Acme Ltd", "plan": "team", "seats": 7}}});
    let of_acme = json!({"event": "visit", "distinct_id": "ada", "properties": {"$groups": {"company": "acme", "project": "x"}}});
    tell(&app, json!([of_acme, about])).await;
    let accounts = app.viewer().get("/accounts").await.ok();
    assert_eq!(accounts["total"], 1);
    let acme = &accounts["items"][0];
    assert_eq!(
        (&acme["name"], &acme["plan"], &acme["external_id"]),
        (&json!("Acme Ltd"), &json!("team"), &json!("acme"))
    );
    assert_eq!(acme["traits"], json!({"seats": 7}));
    let ada = person(&app, "ada").await;
    assert_eq!(ada["accounts"], json!([{"id": acme["id"], "name": "Acme Ltd"}]));
    assert_eq!(people(&app).await.len(), 1);
}

#[tokio::test]
async fn merging_people_counts_them_once_until_it_is_undone() {
    let app = TestApp::new().await;
    tell(
        &app,
        json!([
            is("ada", "n1", &json!({})),
            is("bob", "n2", &json!({})),
            did("ada", "visit"),
            did("n2", "visit")
        ]),
    )
    .await;
    seal(&app).await;
    assert_eq!(n_people(&app, "visit").await, 2.0);
    let (ada, bob) = (person(&app, "ada").await, person(&app, "bob").await);
    let path = format!("/people/{}", ada["id"].as_str().unwrap());
    let version = ada["version"].as_i64().unwrap();
    let merged = app
        .admin()
        .seen(version)
        .post(&format!("{path}/merges"), json!({"other_id": bob["id"]}))
        .await
        .json();
    identity::learn(&Ctx::of(&app.app)).await.unwrap();
    assert_eq!(n_people(&app, "visit").await, 1.0);
    let timeline = app.viewer().get(&format!("{path}/timeline?part=deeds")).await.ok();
    assert_eq!(timeline["total"], 4);
    seal(&app).await;
    let undo = format!("{path}/merges/{}/undo", merged["id"].as_str().unwrap());
    app.admin().post(&undo, json!({})).await.ok();
    identity::learn(&Ctx::of(&app.app)).await.unwrap();
    assert_eq!(n_people(&app, "visit").await, 2.0);
    assert_eq!(app.viewer().get(&format!("{path}/timeline?part=deeds")).await.ok()["total"], 2);
}

#[tokio::test]
async fn words_and_deeds_stand_in_one_timeline() {
    let app = TestApp::new().await;
    let event = |n: u32| json!({"event": format!("did {n}"), "distinct_id": "ada", "timestamp": format!("2026-02-0{n}T10:00:00Z")});
    tell(&app, json!([is("ada", "n", &json!({"name": "Ada"})), event(1), event(2), event(3)])).await;
    let ada = person(&app, "ada").await;
    let source = app.editor().create("/sources", json!({"kind": "inbox", "name": "Inbox"})).await;
    for at in ["2026-02-02T10:00:00Z", "2026-02-02T12:00:00Z"] {
        let signal = json!({"source_id": source["id"], "body": "It is slow.", "person_id": ada["id"], "occurred_at": at});
        app.editor().create("/signals", signal).await;
    }
    let path = format!("/people/{}/timeline", ada["id"].as_str().unwrap());
    let mut kinds = Vec::new();
    let mut next = Value::Null;
    loop {
        let cursor = next.as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
        let page = app.viewer().get(&format!("{path}?limit=2{cursor}")).await.ok();
        assert_eq!(page["total"], 6);
        kinds.extend(all(page["items"].as_array().unwrap(), "words"));
        next = page["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(kinds, ["$identify", "did 3", "It is slow.", "It is slow.", "did 2", "did 1"]);
    assert_eq!(app.viewer().get(&format!("{path}?part=words")).await.ok()["total"], 2);
    // Her account has the same, with who it was, and what others in it did.
    let account = app.editor().create("/accounts", json!({"name": "Acme"})).await;
    let joined = json!({"account_ids": [account["id"]]});
    app.editor()
        .seen(person(&app, "ada").await["version"].as_i64().unwrap())
        .patch(&format!("/people/{}", ada["id"].as_str().unwrap()), joined)
        .await
        .ok();
    let of_account = format!("/accounts/{}/timeline", account["id"].as_str().unwrap());
    let deeds = app.viewer().get(&format!("{of_account}?part=deeds")).await.ok();
    assert_eq!((&deeds["total"], &deeds["items"][0]["person_id"]), (&json!(4), &ada["id"]));
    let export = format!("/people/{}/export", ada["id"].as_str().unwrap());
    app.viewer().get(&export).await.refused(403);
    app.stranger().get(&export).await.refused(404);
    let lines = app.editor().get(&export).await.text();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected =
        ["person", "distinct_id", "distinct_id", "signal", "signal", "event", "event", "event", "event"];
    assert_eq!(all(&lines, "kind"), expected);
    app.stranger().get(&path).await.refused(404);
}

#[tokio::test]
async fn whoever_is_erased_has_done_nothing_under_any_id() {
    let app = TestApp::new().await;
    tell(&app, json!([did("n1", "visit"), did("bob", "visit")])).await;
    seal(&app).await;
    tell(&app, json!([is("ada", "n1", &json!({"name": "Ada"})), did("ada", "visit")])).await;
    let known = json!({"event": "used", "distinct_id": "ada", "$set": {"role": "buyer"}});
    tell(&app, json!([known])).await;
    let ada = person(&app, "ada").await;
    let erase = format!("/people/{}/erase", ada["id"].as_str().unwrap());
    let version = ada["version"].as_i64().unwrap();
    app.editor().seen(version).post(&erase, json!({"confirm": true})).await.refused(403);
    let certificate = app.admin().seen(version).post(&erase, json!({"confirm": true})).await.ok();
    assert_eq!(certificate["removed"]["events"], 4);
    let left = app.viewer().get("/events").await.ok();
    assert_eq!(all(left["items"].as_array().unwrap(), "distinct_id"), ["bob"]);
    assert_eq!(n_people(&app, "visit").await, 1.0);
    // Who comes back is somebody new, also when the same is told as before.
    tell(&app, json!([known])).await;
    assert_ne!(person(&app, "ada").await["id"], ada["id"]);
}

#[tokio::test]
async fn what_was_learned_outlasts_a_restart_and_is_not_learned_again() {
    let app = TestApp::new().await;
    tell(&app, json!([did("n1", "visit"), is("ada", "n1", &json!({"plan": "pro"})), did("ada", "visit")]))
        .await;
    let ada = person(&app, "ada").await;
    let path = format!("/people/{}", ada["id"].as_str().unwrap());
    app.editor()
        .seen(ada["version"].as_i64().unwrap())
        .patch(&path, json!({"traits": {"plan": "by hand"}}))
        .await
        .ok();
    let app = app.restarted();
    app.app.events.open().await.unwrap();
    identity::learn(&Ctx::of(&app.app)).await.unwrap();
    assert_eq!(n_people(&app, "visit").await, 1.0);
    assert_eq!(person(&app, "ada").await["traits"], json!({"plan": "by hand"}));
}

#[tokio::test]
async fn questions_are_about_some_people_and_broken_down_by_what_is_known_of_them() {
    let app = TestApp::new().await;
    let of = |id: &str, account: &str| {
        let groups = json!({"$groups": {"company": account}});
        json!({"event": "visit", "distinct_id": id, "properties": groups})
    };
    let about = |account: &str, plan: &str| {
        let set = json!({"$group_type": "company", "$group_key": account, "$group_set": {"plan": plan}});
        json!({"event": "$groupidentify", "distinct_id": "x", "properties": set})
    };
    tell(
        &app,
        json!([
            is("ada", "n1", &json!({"role": "buyer"})),
            is("bob", "n2", &json!({"role": "user"})),
            is("cyd", "n3", &json!({"role": "buyer"})),
            about("acme", "team"),
            about("zeta", "free"),
            of("ada", "acme"),
            of("bob", "acme"),
            of("bob", "zeta"),
            of("cyd", "zeta"),
            did("n1", "visit"),
            did("nameless-9", "visit"),
        ]),
    )
    .await;
    let rule = |on: &str, field: &str, value: &str| json!({"all": [{"on": on, "field": field, "op": "eq", "value": value}]});
    let asked = async |more: Value| {
        let series = json!([{"event": "visit", "aggregate": "people"}]);
        let mut question = json!({"kind": "trend", "from": "-7d", "interval": "all", "series": series});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = app.viewer().post("/analytics/query", question).await.ok();
        let series = answer["series"].as_array().unwrap().iter();
        let mut values: Vec<(String, f64)> = series
            .map(|series| {
                let group = &series["group"];
                let label = group["value"].as_str().or(group["kind"].as_str()).unwrap_or_default();
                (label.to_owned(), series["values"][0].as_f64().unwrap())
            })
            .collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        values.into_iter().map(|(label, n)| format!("{label} {n}")).collect::<Vec<_>>()
    };
    assert_eq!(asked(json!({})).await, [" 4"]);
    assert_eq!(asked(json!({"people": rule("person", "traits.role", "Buyer")})).await, [" 2"]);
    assert_eq!(asked(json!({"people": rule("account", "plan", "team")})).await, [" 2"]);
    let segment = app
        .editor()
        .create("/segments", json!({"name": "Buyers", "rule": rule("person", "traits.role", "buyer")}))
        .await;
    assert_eq!(asked(json!({"segment": segment["id"]})).await, [" 2"]);
    let within = json!({"segment": segment["id"], "people": rule("account", "plan", "free")});
    assert_eq!(asked(within).await, [" 1"]);
    let by_role = json!({"breakdown": {"property": "traits.role", "of": "person"}});
    assert_eq!(asked(by_role).await, ["buyer 2", "missing 1", "user 1"]);
    // Bob belongs to two accounts, of which the first by name counts.
    let by_plan = json!({"breakdown": {"property": "plan", "of": "account"}});
    assert_eq!(asked(by_plan.clone()).await, ["free 1", "missing 1", "team 2"]);
    tell(&app, json!([about("acme", "enterprise")])).await;
    assert_eq!(asked(by_plan).await, ["enterprise 2", "free 1", "missing 1"], "as it is known now");
    let refused = async |more: Value| {
        let mut question = json!({"kind": "trend", "series": [{"event": "visit"}]});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.viewer().post("/analytics/query", question).await.refused_fields()
    };
    assert_eq!(refused(json!({"segment": "none"})).await, ["segment"]);
    assert_eq!(refused(json!({"people": rule("person", "colour", "red")})).await, ["people.all.0.field"]);
    assert_eq!(
        refused(json!({"breakdown": {"property": "colour", "of": "account"}})).await,
        ["breakdown.property"]
    );
}

#[tokio::test]
async fn people_behind_a_number_are_kept_as_a_segment() {
    let app = TestApp::new().await;
    let nobody = json!({});
    tell(&app, json!([is("ada", "n1", &nobody), is("bob", "n2", &nobody), is("cyd", "n3", &nobody)])).await;
    tell(
        &app,
        json!([did("ada", "visit"), did("n2", "visit"), did("nameless-7", "visit"), did("cyd", "pay")]),
    )
    .await;
    let series = json!([{"event": "visit", "aggregate": "people"}]);
    let question = json!({"kind": "trend", "from": "-7d", "interval": "all", "series": series});
    let cell = json!({"series": 0, "period": 0});
    let behind =
        app.viewer().post("/analytics/people", json!({"question": question, "cell": cell})).await.ok();
    assert_eq!(behind["total"], 3);
    let known = behind["items"].as_array().unwrap().iter().filter(|one| one["person"].is_object());
    assert_eq!(known.count(), 2);
    let input = json!({"question": question, "cell": cell, "name": "Visitors of the week"});
    app.viewer().post("/analytics/people/segment", input.clone()).await.refused(403);
    let kept = app.editor().create("/analytics/people/segment", input).await;
    assert_eq!((&kept["n_nameless"], &kept["segment"]["counts"]["n_people"]), (&json!(1), &json!(2)));
    // Who visits later is not among them.
    tell(&app, json!([did("cyd", "visit")])).await;
    app.advance(3_000_000);
    app.run_jobs().await;
    let path = format!("/people?segment_id={}", kept["segment"]["id"].as_str().unwrap());
    assert_eq!(app.viewer().get(&path).await.ok()["total"], 2);
    let none = json!({"question": question, "cell": {"series": 7}, "name": "x"});
    assert_eq!(app.editor().post("/analytics/people/segment", none).await.refused_fields(), ["cell"]);
}

#[tokio::test]
async fn what_no_database_keeps_is_left_out_and_the_rest_is_learned() {
    let app = TestApp::new().await;
    let group = |key: &str| {
        let set = json!({"name": "A\u{0}cme", "plan": "x\u{0}", "note": "y\u{0}z", "n\u{0}": 1});
        let properties = json!({"$group_type": "company", "$group_key": key, "$group_set": set});
        json!({"event": "$groupidentify", "distinct_id": "x", "properties": properties})
    };
    let long = "x".repeat(3_000);
    let set = json!({"name": "A\u{0}da", "note": long, "zero": "a\u{0}b", "email": "a\u{0}@example.org"});
    let odd = json!([is("a\u{0}b", "n1", &json!({})), is("ada", "n\u{0}2", &json!({})), group("a\u{0}"), group("acme"),
        is("ada", "n3", &set), {"event": "x", "distinct_id": "bob", "$set": "no object", "properties": {"$groups": 7}}]);
    tell(&app, odd).await;
    let ada = person(&app, "ada").await;
    assert_eq!((&ada["name"], &ada["email"]), (&json!("Ada"), &Value::Null));
    assert_eq!(ada["traits"]["note"].as_str().unwrap().len(), 1_000);
    assert_eq!(people(&app).await.len(), 1);
    let accounts = app.viewer().get("/accounts").await.ok();
    assert_eq!((&accounts["total"], &accounts["items"][0]["name"]), (&json!(1), &json!("Acme")));
}
