use axum::http::Method;
use serde_json::json;

use super::support::{add_running, import, plan};
use crate::support::TestApp;

fn mapping() -> serde_json::Value {
    json!({"unit": "id", "variant": "group", "variants": {"A": "gate_30", "B": "gate_40"}})
}

const HEADER: &str = "id,group,retention_7,retention_1,sum_gamerounds\n";

#[tokio::test]
async fn rows_are_taken_once_and_bad_ones_reported() {
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    let file = format!(
        "{HEADER}1,A,true,yes,3\n2,B,0,no,2.5\n3,C,1,1,1\n4,A,perhaps,1,1\n5,B,1,1,many\n=1+1,B,1,1,0\n"
    );
    let report = import(&app, &path, &mapping(), file.clone()).await.ok();
    assert_eq!(
        (&report["n_rows"], &report["n_added"], &report["n_refused"]),
        (&json!(6), &json!(3), &json!(3))
    );
    assert_eq!(report["refusals"][0]["row"], 4);
    assert_eq!(report["refusals"][0]["field"], "group");
    assert_eq!(report["refusals"][1]["reason"], "is “perhaps”, which is neither yes nor no");
    let again = import(&app, &path, &mapping(), file).await.ok();
    assert_eq!(
        (&again["n_added"], &again["n_unchanged"], &again["n_changed"]),
        (&json!(0), &json!(3), &json!(0))
    );
    let data = app.viewer().get(&format!("{path}/sums")).await.ok();
    let gate_40 = data["sums"]
        .as_array()
        .unwrap()
        .iter()
        .find(|sum| sum["variant"] == "gate_40" && sum["metric"] == "sum_gamerounds");
    assert_eq!(gate_40.unwrap()["total_squares"], 6.25);
    assert_eq!(data["n_units"], 3);
    app.editor().put(&format!("{path}/sums"), json!({"sums": []})).await.refused(409);
    assert_eq!(app.editor().delete(&format!("{path}/sums")).await.ok()["n_units"], 0);
}

#[tokio::test]
async fn later_files_change_values_and_people_in_two_groups_are_left_out() {
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    import(&app, &path, &mapping(), format!("{HEADER}1,A,0,0,1\n2,B,1,1,1\n3,A,0,0,0\n")).await.ok();
    let second = format!("{HEADER}1,A,1,1,9\n2,A,1,1,1\n3,A,0,0,5\n3,A,0,0,6\n");
    let report = import(&app, &path, &mapping(), second.clone()).await.ok();
    assert_eq!(
        (&report["n_changed"], &report["n_crossed"], &report["n_refused"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let again = import(&app, &path, &mapping(), second).await.ok();
    assert_eq!(
        (&again["n_changed"], &again["n_crossed"], &again["n_unchanged"]),
        (&json!(0), &json!(0), &json!(3))
    );
    let result = app.viewer().get(&format!("{path}/result")).await.ok();
    assert_eq!((&result["n_units"], &result["n_in_two_variants"]), (&json!(3), &json!(1)));
    assert_eq!(result["groups"][1]["n"], 0);
    let crossed = result["health"].as_array().unwrap().iter().find(|check| check["code"] == "two_variants");
    assert_eq!(crossed.unwrap()["status"], "alarm");
}

#[tokio::test]
async fn broken_files_are_refused_whole() {
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    let refused =
        import(&app, &path, &json!({"unit": "who", "variant": "group"}), format!("{HEADER}1,A,1,1,1\n"))
            .await;
    assert_eq!(refused.refused_fields(), ["mapping.unit"]);
    let refused = import(&app, &path, &mapping(), "id,group\n1,A\n").await;
    assert_eq!(refused.refused_fields(), ["mapping.metrics"]);
    let wide = format!("id,group,{}\n", "x,".repeat(10_000));
    assert_eq!(import(&app, &path, &mapping(), wide).await.refused_fields(), ["file"]);
    assert_eq!(import(&app, &path, &mapping(), b"\xff\xfei\0d\0".to_vec()).await.refused_fields(), ["file"]);
    assert_eq!(import(&app, &path, &mapping(), b"\x1f\x8b\x08cut".to_vec()).await.refused_fields(), ["file"]);
    let no_mapping = format!("/api/v1{path}/import?mapping=nonsense");
    let answer = app.editor().send_raw(Method::POST, &no_mapping, Some(("text/csv", b"id\n".to_vec()))).await;
    assert_eq!(answer.refused_fields(), ["mapping"]);
    let huge = import(&app, &path, &mapping(), vec![b'a'; 65 << 20]).await;
    huge.refused(413);
    assert_eq!(app.viewer().get(&format!("{path}/sums")).await.ok()["n_units"], 0);
}

#[tokio::test]
async fn latin_1_and_long_cells_cost_only_their_row() {
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    let mut file = format!("{HEADER}1,A,1,1,1\n").into_bytes();
    file.extend_from_slice(b"M\xfcller,A,1,1,1\n");
    file.extend_from_slice(format!("{},A,1,1,1\n", "x".repeat(10 << 20)).as_bytes());
    let report = import(&app, &path, &mapping(), file).await.ok();
    assert_eq!((&report["n_added"], &report["n_refused"]), (&json!(1), &json!(2)));
    assert_eq!(report["refusals"][0]["reason"], "is not UTF-8 text");
}

#[tokio::test]
async fn a_preview_suggests_the_mapping() {
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    let file = "userid;version;sum_gamerounds;retention_1;retention_7\n1;gate_30;3;False;False\n2;gate_40;4;True;True\n";
    let preview = format!("/api/v1{path}/import/preview");
    let answer = app.viewer().send_raw(Method::POST, &preview, Some(("text/csv", file.into()))).await.ok();
    assert_eq!(
        (&answer["suggested"]["unit"], &answer["suggested"]["variant"]),
        (&json!("userid"), &json!("version"))
    );
    assert_eq!(answer["suggested"]["metrics"]["retention_7"], "retention_7");
    assert_eq!(answer["variant_words"], json!(["gate_30", "gate_40"]));
    assert_eq!(answer["rows"][0][2], "3");
}

#[tokio::test]
async fn typed_sums_must_make_sense() {
    let app = TestApp::new().await;
    let path = format!("{}/sums", add_running(&app, "ab", &plan()).await);
    let editor = app.editor();
    let sum = |extra: serde_json::Value| {
        let mut sum = json!({"variant": "gate_30", "metric": "retention_7", "n": 10});
        sum.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"sums": [sum]})
    };
    let check = async |extra, field: &str| {
        assert_eq!(editor.put(&path, sum(extra)).await.refused_fields(), [field]);
    };
    check(json!({"successes": 11}), "sums[0].successes").await;
    check(json!({"mean": 1.0, "sd": 1.0}), "sums[0].successes").await;
    check(json!({"successes": 1, "variant": "gate_50"}), "sums[0].variant").await;
    check(json!({"successes": 1, "metric": "fun"}), "sums[0].metric").await;
    check(json!({"metric": "sum_gamerounds", "mean": 1.0}), "sums[0].mean").await;
    check(json!({"metric": "sum_gamerounds", "mean": 1.0, "sd": -1.0}), "sums[0].sd").await;
    let fine = sum(json!({"metric": "sum_gamerounds", "mean": 5.0, "sd": 2.0}));
    let kept = editor.put(&path, fine).await.ok();
    assert_eq!((&kept["sums"][0]["total"], &kept["sums"][0]["total_squares"]), (&json!(50.0), &json!(286.0)));
}
