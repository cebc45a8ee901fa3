use axum::http::Method;
use heedful_db::query::Sql;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const SECOND: i64 = 1_000_000;
const MONTH: i64 = 31 * 86_400 * SECOND;

/// A form as a browser got it.
struct Form {
    path: String,
    fields: Vec<(String, String)>,
}

fn field(html: &str, name: &str) -> String {
    let start = html.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name} in {html}"));
    let rest = &html[start..];
    rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

async fn page(visitor: &Client, path: &str) -> Answer {
    visitor.send_raw(Method::GET, path, None).await
}

/// Opens the page and waits long enough to be taken for a person.
async fn open(app: &TestApp, path: &str) -> Form {
    let answer = page(&app.anonymous(), path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let html = answer.text();
    app.advance(10 * SECOND);
    let fields = ["form", "at"].map(|name| (name.to_owned(), field(&html, name))).to_vec();
    Form { path: path.split('?').next().unwrap().to_owned(), fields }
}

impl Form {
    async fn send(&self, app: &TestApp, fields: &[(&str, &str)]) -> Answer {
        let all = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body: Vec<String> = all
            .chain(fields.iter().copied())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let body = Some(("application/x-www-form-urlencoded", body.join("&").into_bytes()));
        app.anonymous().send_raw(Method::POST, &self.path, body).await
    }
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.headers["location"].to_str().unwrap().to_owned()
}

fn path_of(survey: &Value) -> String {
    format!("/surveys/{}", survey["id"].as_str().unwrap())
}

fn public_path(survey: &Value, which: &str) -> String {
    survey[which].as_str().unwrap().strip_prefix("http://heedful.test").unwrap().to_owned()
}

async fn live(app: &TestApp, body: Value) -> Value {
    let survey = app.editor().create("/surveys", body).await;
    app.editor().seen(1).post(&format!("{}/open", path_of(&survey)), json!({})).await.ok()
}

async fn live_nps(app: &TestApp) -> Value {
    let follow_ups = json!([
        {"kind": "text", "prompt": "What is missing?", "show_for": ["low", "mid"]},
        {"kind": "choice", "prompt": "Your role?", "choices": ["Maker", "Buyer"]},
    ]);
    live(app, json!({"name": "Spring", "kind": "nps", "follow_ups": follow_ups})).await
}

async fn answer(app: &TestApp, survey: &Value, fields: &[(&str, &str)]) -> String {
    let form = open(app, &public_path(survey, "page_url")).await;
    location(&form.send(app, fields).await)
}

#[tokio::test]
async fn a_survey_goes_from_draft_to_live_to_closed_and_back() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let survey = editor.create("/surveys", json!({"name": "Fit", "kind": "pmf"})).await;
    assert_eq!((&survey["state"], &survey["asker"]), (&json!("draft"), &json!("Acme")));
    assert_eq!(survey["question"], "How would you feel if you could no longer use it?");
    let path = path_of(&survey);
    let public = public_path(&survey, "page_url");
    assert_eq!(page(&app.anonymous(), &public).await.status, 404);
    assert_eq!(editor.seen(1).post(&format!("{path}/close"), json!({})).await.refused_fields(), ["state"]);
    editor.seen(1).post(&format!("{path}/open"), json!({})).await.ok();
    assert_eq!(page(&app.anonymous(), &public).await.status, 200);
    editor.seen(1).post(&format!("{path}/close"), json!({})).await.refused(409);
    let closed = editor.seen(2).post(&format!("{path}/close"), json!({})).await.ok();
    assert_eq!(closed["state"], "closed");
    let gone = page(&app.anonymous(), &public).await;
    assert_eq!(gone.status, 410);
    assert!(gone.text().contains("is closed"));
    editor.seen(3).post(&format!("{path}/open"), json!({})).await.ok();
    editor.seen(4).delete(&path).await.ok();
    assert_eq!(page(&app.anonymous(), &public).await.status, 404);
    assert_eq!(app.viewer().get("/surveys").await.ok()["total"], 0);
    editor.seen(5).post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(app.viewer().get("/surveys?state=live").await.ok()["total"], 1);
}

#[tokio::test]
async fn a_survey_brings_its_own_source_and_renames_it() {
    let app = TestApp::new().await;
    let survey = app.editor().create("/surveys", json!({"name": "Fit", "kind": "pmf"})).await;
    let source = format!("/sources/{}", survey["source_id"].as_str().unwrap());
    assert_eq!(app.viewer().get(&source).await.ok()["kind"], "survey");
    app.editor().seen(1).patch(&path_of(&survey), json!({"name": "Market fit"})).await.ok();
    assert_eq!(app.viewer().get(&source).await.ok()["name"], "Market fit");
    let again = app.editor().post("/surveys", json!({"name": "Market fit", "kind": "nps"})).await;
    assert_eq!(again.refused_fields(), ["name"]);
}

#[tokio::test]
async fn an_answer_becomes_a_response_and_a_signal_with_its_consent() {
    let app = TestApp::new().await;
    let survey = live_nps(&app).await;
    let missing = survey["follow_ups"][0]["id"].as_str().unwrap();
    let form =
        open(&app, &format!("{}?email=ada%40example.com&ref=mail-7", public_path(&survey, "page_url"))).await;
    let words = "An export. <b>Please</b>\r\n=1+1";
    let fields = [
        ("main", "4"),
        (&*format!("q-{missing}"), words),
        ("may_show", "public"),
        ("email", "Ada@Example.com"),
        ("name", "Ada"),
        ("ref", "mail-7"),
        ("url", "https://shop.example/cart"),
    ];
    let receipt = location(&form.send(&app, &fields).await);
    let thanks = page(&app.anonymous(), &receipt).await.text();
    assert!(thanks.contains("may be quoted to anyone") && thanks.contains("2 March 2028"), "{thanks}");

    let responses = app.viewer().get(&format!("{}/responses", path_of(&survey))).await.ok();
    let response = &responses["items"][0];
    assert_eq!((&response["score"], &response["band"]), (&json!(4.0), &json!("low")));
    assert_eq!(response["answers"][0]["prompt"], "What is missing?");
    assert_eq!(response["reference"], "mail-7");
    let signal =
        app.viewer().get(&format!("/signals/{}", response["signal_id"].as_str().unwrap())).await.ok();
    assert_eq!(signal["body"], "An export. <b>Please</b>\n=1+1");
    assert_eq!((&signal["score"], &signal["score_kind"]), (&json!(4.0), &json!("nps")));
    assert_eq!((&signal["may_show"], &signal["source_id"]), (&json!("public"), &survey["source_id"]));
    assert_eq!((&signal["person_id"], &signal["response_id"]), (&response["person_id"], &response["id"]));
    assert!(signal["person_id"].is_string());

    let file = app.viewer().get(&format!("{}/responses.csv", path_of(&survey))).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text().contains("An export."), "{}", file.text());
}

#[tokio::test]
async fn exported_cells_are_no_formulas() {
    let app = TestApp::new().await;
    let survey = live(&app, json!({"name": "Ideas", "kind": "open"})).await;
    answer(&app, &survey, &[("main", "=HYPERLINK(\"http://evil\")"), ("name", "@cmd")]).await;
    let file = app.viewer().get(&format!("{}/responses.csv", path_of(&survey))).await.text();
    assert!(file.contains("'=HYPERLINK") && file.contains(",'@cmd,"), "{file}");
}

#[tokio::test]
async fn a_bare_score_counts_without_a_signal() {
    let app = TestApp::new().await;
    let survey = live_nps(&app).await;
    for score in ["10", "9", "2"] {
        answer(&app, &survey, &[("main", score)]).await;
    }
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 0);
    let results = app.viewer().get(&format!("{}/results?interval=week&by=plan", path_of(&survey))).await.ok();
    assert_eq!((&results["n_responses"], &results["score"]["n"]), (&json!(3), &json!(3)));
    assert!((results["score"]["value"].as_f64().unwrap() - 100.0 / 3.0).abs() < 1e-9);
    assert_eq!(results["distribution"][10]["n"], 1);
    assert_eq!(results["over_time"][0]["start"], "2026-03-02");
    assert_eq!((&results["groups"][0]["name"], &results["groups"][0]["n"]), (&Value::Null, &json!(3)));
    assert_eq!(app.viewer().get("/surveys").await.ok()["items"][0]["n_responses"], 3);
}

#[tokio::test]
async fn results_without_answers_say_why() {
    let app = TestApp::new().await;
    let survey = live(&app, json!({"name": "Fit", "kind": "pmf"})).await;
    let results = app.viewer().get(&format!("{}/results", path_of(&survey))).await.ok();
    assert_eq!((&results["score"]["value"], &results["verdict"]), (&Value::Null, &Value::Null));
    assert!(results["score"]["reason"].as_str().unwrap().contains("no data yet"));
    for _ in 0..3 {
        answer(&app, &survey, &[("main", "2")]).await;
    }
    let results = app.viewer().get(&format!("{}/results", path_of(&survey))).await.ok();
    assert_eq!((&results["verdict"], &results["line"]), (&json!("above"), &json!(0.4)));
    let bad = app.viewer().get(&format!("{}/results?interval=day&by=mood", path_of(&survey))).await;
    assert_eq!(bad.refused_fields(), ["by", "interval"]);
}

#[tokio::test]
async fn answers_are_counted_by_plan_of_the_account_and_by_segment() {
    let app = TestApp::new().await;
    let survey = live_nps(&app).await;
    answer(&app, &survey, &[("main", "9"), ("email", "ada@example.com")]).await;
    answer(&app, &survey, &[("main", "2")]).await;
    let responses = app.viewer().get(&format!("{}/responses?band=high", path_of(&survey))).await.ok();
    let person = responses["items"][0]["person_id"].as_str().unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    let mut insert = Sql::new(
        "INSERT INTO accounts (workspace_id, id, created_at, updated_at, name, plan, revenue_cents) VALUES (",
    );
    insert.bind(app.ws.as_str()).push(", 'a', 0, 0, 'Small', 'Free', 0), (");
    insert.bind(app.ws.as_str()).push(", 'b', 0, 0, 'Large', 'Team', 500)");
    insert.execute(&mut tx).await.unwrap();
    for account in ["a", "b"] {
        let mut insert =
            Sql::new("INSERT INTO account_people (workspace_id, account_id, person_id) VALUES (");
        insert.bind(app.ws.as_str()).push(", ").bind(account).push(", ").bind(person).push(")");
        insert.execute(&mut tx).await.unwrap();
    }
    let mut insert =
        Sql::new("INSERT INTO segments (workspace_id, id, created_at, updated_at, name, rule) VALUES (");
    insert.bind(app.ws.as_str()).push(", 's', 0, 0, 'Large teams', '{}')");
    insert.execute(&mut tx).await.unwrap();
    let mut insert = Sql::new("INSERT INTO segment_people (workspace_id, segment_id, person_id) VALUES (");
    insert.bind(app.ws.as_str()).push(", 's', ").bind(person).push(")");
    insert.execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    for (by, name) in [("plan", "Team"), ("segment", "Large teams")] {
        let results = app.viewer().get(&format!("{}/results?by={by}", path_of(&survey))).await.ok();
        let groups: Vec<_> =
            results["groups"].as_array().unwrap().iter().map(|group| (&group["name"], &group["n"])).collect();
        assert_eq!(groups, [(&json!(name), &json!(1)), (&Value::Null, &json!(1))]);
    }
}

#[tokio::test]
async fn a_form_sent_twice_counts_once() {
    let app = TestApp::new().await;
    let survey = live_nps(&app).await;
    let form = open(&app, &public_path(&survey, "page_url")).await;
    let first = location(&form.send(&app, &[("main", "9")]).await);
    let second = location(&form.send(&app, &[("main", "9")]).await);
    assert_eq!(first, second);
    assert_eq!(app.viewer().get(&path_of(&survey)).await.ok()["n_responses"], 1);
}

#[tokio::test]
async fn mistakes_stand_beside_the_field_and_nothing_typed_is_lost() {
    let app = TestApp::new().await;
    let survey = live_nps(&app).await;
    let missing = format!("q-{}", survey["follow_ups"][0]["id"].as_str().unwrap());
    let form = open(&app, &public_path(&survey, "page_url")).await;
    let refused = form.send(&app, &[(&missing, "<script>alert(1)</script>"), ("email", "nobody")]).await;
    assert_eq!(refused.status, 422);
    let html = refused.text();
    assert!(
        html.contains("Please choose one answer.") && html.contains("does not look like an email"),
        "{html}"
    );
    assert!(html.contains("alert(1)") && !html.contains("<script>"), "{html}");
    assert!(html.contains("value=\"nobody\""));
    assert_eq!(field(&html, "form"), form.fields[0].1);
    let hasty = form.send(&app, &[("main", "9"), ("website", "http://spam")]).await;
    assert_eq!(hasty.status, 422);
    assert_eq!(app.viewer().get(&path_of(&survey)).await.ok()["n_responses"], 0);
}

#[tokio::test]
async fn a_flood_from_one_address_is_held_up_and_keeps_its_words() {
    let app = TestApp::new().await;
    let survey = live(&app, json!({"name": "Ideas", "kind": "open"})).await;
    let form = open(&app, &public_path(&survey, "form_url")).await;
    for _ in 0..60 {
        form.send(&app, &[("main", "Again")]).await;
    }
    let refused = form.send(&app, &[("main", "My words")]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after") && refused.text().contains("My words"));
}

#[tokio::test]
async fn an_answer_can_be_taken_back_with_its_words() {
    let app = TestApp::new().await;
    let survey = live(&app, json!({"name": "Ideas", "kind": "open"})).await;
    let receipt = answer(&app, &survey, &[("main", "My secret words"), ("email", "ada@example.com")]).await;
    let signal = app.viewer().get("/signals").await.ok()["items"][0].clone();
    let path = format!("/signals/{}", signal["id"].as_str().unwrap());
    app.editor().seen(1).patch(&path, json!({"usage_context": "search"})).await.ok();
    let withdraw = receipt.replace("/receipt/", "/withdraw/");
    assert!(page(&app.anonymous(), &receipt).await.text().contains(&withdraw));
    assert!(page(&app.anonymous(), &withdraw).await.text().contains("Take your answer back?"));
    let done = app.anonymous().send_raw(Method::POST, &withdraw, None).await;
    assert_eq!(done.status, 200);
    assert!(page(&app.anonymous(), &receipt).await.text().contains("was taken back"));

    let emptied = app.viewer().get(&path).await.ok();
    assert_eq!((&emptied["body"], &emptied["person_id"]), (&json!(""), &Value::Null));
    assert!(emptied["archived_at"].is_string());
    let results = app.viewer().get(&format!("{}/results", path_of(&survey))).await.ok();
    assert_eq!((&results["n_responses"], &results["n_withdrawn"]), (&json!(0), &json!(1)));
    let mut conn = app.app.db.read().await.unwrap();
    let left: (i64,) = Sql::new(
        "SELECT COUNT(*) FROM audit_entries WHERE COALESCE(before_json, '') || COALESCE(after_json, '') LIKE '%secret words%'",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(left.0, 0);
    let nonsense = withdraw.replace(|c: char| c.is_ascii_digit(), "0");
    assert_eq!(app.anonymous().send_raw(Method::POST, &nonsense, None).await.status, 404);
}

#[tokio::test]
async fn words_are_removed_when_their_time_is_over_and_the_score_stays() {
    let app = TestApp::new().await;
    let survey = live(
        &app,
        json!({"name": "Short", "kind": "nps", "keep_months": 1,
        "follow_ups": [{"kind": "text", "prompt": "Why?"}]}),
    )
    .await;
    let why = format!("q-{}", survey["follow_ups"][0]["id"].as_str().unwrap());
    answer(&app, &survey, &[("main", "9"), (&why, "Because"), ("email", "ada@example.com")]).await;
    app.run_jobs().await;
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 1);
    app.advance(MONTH + 86_400 * SECOND);
    app.run_jobs().await;
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 0);
    let response =
        app.viewer().get(&format!("{}/responses", path_of(&survey))).await.ok()["items"][0].clone();
    assert_eq!((&response["score"], &response["answers"]), (&json!(9.0), &json!([])));
    assert!(response["words_removed_at"].is_string() && response["person_id"].is_null());
}

#[tokio::test]
async fn only_the_feedback_form_may_stand_in_a_frame_and_no_page_runs_scripts() {
    let app = TestApp::new().await;
    let survey = live_nps(&app).await;
    let policy = |answer: &Answer| answer.headers["content-security-policy"].to_str().unwrap().to_owned();
    let hosted = page(&app.anonymous(), &public_path(&survey, "page_url")).await;
    assert!(
        policy(&hosted).contains("default-src 'none'") && policy(&hosted).contains("frame-ancestors 'none'")
    );
    assert_eq!(hosted.headers["x-frame-options"], "DENY");
    assert!(!hosted.text().contains("<script") && !hosted.text().contains("style=\""));
    let framed = page(&app.anonymous(), &public_path(&survey, "form_url")).await;
    assert!(policy(&framed).ends_with("frame-ancestors *"));
    assert!(!framed.headers.contains_key("x-frame-options"));
    assert!(hosted.text().contains("keeps your answer for 24 months"));
}

#[tokio::test]
async fn the_preview_is_the_real_page() {
    let app = TestApp::new().await;
    let draft = json!({"name": "Fit", "kind": "pmf", "question": "Would you miss <us>?"});
    let html = app.viewer().post("/surveys/preview", draft).await.ok()["html"].as_str().unwrap().to_owned();
    assert!(html.contains("Would you miss &#60;us&#62;?") && html.contains("Very disappointed"), "{html}");
    assert_eq!(app.viewer().get("/surveys").await.ok()["total"], 0);
}

#[tokio::test]
async fn the_ask_plan_tells_the_margin() {
    let app = TestApp::new().await;
    let plan = app.viewer().get("/surveys/plan?kind=pmf&n=150").await.ok();
    let item = plan["items"].as_array().unwrap().iter().find(|item| item["n"] == 150).unwrap().clone();
    assert!((0.07..0.085).contains(&item["margin"].as_f64().unwrap()), "{item}");
    assert_eq!(app.viewer().get("/surveys/plan?kind=open").await.refused_fields(), ["kind"]);
    assert_eq!(app.viewer().get("/surveys/plan?kind=nps&n=0").await.refused_fields(), ["n"]);
}

#[tokio::test]
async fn responses_page_and_narrow() {
    let app = TestApp::new().await;
    let survey = live_nps(&app).await;
    for score in ["10", "9", "8", "2"] {
        answer(&app, &survey, &[("main", score)]).await;
    }
    let path = format!("{}/responses", path_of(&survey));
    let first = app.viewer().get(&format!("{path}?limit=3")).await.ok();
    assert_eq!((&first["total"], &first["items"][0]["score"]), (&json!(4), &json!(2.0)));
    let next = format!("{path}?limit=3&cursor={}", first["next"].as_str().unwrap());
    assert_eq!(app.viewer().get(&next).await.ok()["items"][0]["score"], 10.0);
    assert_eq!(app.viewer().get(&format!("{path}?band=high")).await.ok()["total"], 2);
    assert_eq!(app.viewer().get(&format!("{path}?band=blue")).await.refused_fields(), ["band"]);
}

#[tokio::test]
async fn strangers_see_nothing_of_it() {
    let app = TestApp::new().await;
    let survey = live_nps(&app).await;
    let path = path_of(&survey);
    for path in [
        path.clone(),
        format!("{path}/results"),
        format!("{path}/responses"),
        format!("{path}/responses.csv"),
    ] {
        app.stranger().get(&path).await.refused(404);
        app.anonymous().get(&path).await.refused(401);
    }
    app.stranger().seen(2).patch(&path, json!({"name": "Mine"})).await.refused(404);
    app.stranger().seen(2).post(&format!("{path}/close"), json!({})).await.refused(404);
    app.viewer().seen(2).delete(&path).await.refused(403);
    assert_eq!(page(&app.anonymous(), "/s/not-a-key").await.status, 404);
}
