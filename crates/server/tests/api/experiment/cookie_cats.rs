//! A real experiment against reference values computed with scipy.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::support::{add_running, import, plan};
use crate::support::TestApp;

/// The folder of real data beside the repository, if it is there.
fn data() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|folder| folder.join("shared/data")).find(|folder| folder.is_dir())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

fn assert_near(what: &str, found: &Value, expected: &Value, tolerance: f64) {
    let (found, expected) = (number(found), number(expected));
    assert!((found / expected - 1.0).abs() < tolerance, "{what}: found {found}, expected {expected}");
}

#[tokio::test]
async fn cookie_cats_gives_the_reference_values() {
    let Some(data) = data() else {
        println!("skipped: there is no ../shared/data");
        return;
    };
    let reference: Value =
        serde_json::from_slice(&std::fs::read(data.join("reference_results.json")).unwrap()).unwrap();
    let reference = &reference["cookie_cats"];
    let file = std::fs::read(data.join("ab/cookie_cats.csv.gz")).unwrap();
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    let mapping = json!({"unit": "userid", "variant": "version"});
    let start = Instant::now();
    let report = import(&app, &path, &mapping, file.clone()).await.ok();
    println!("imported in {:?}", start.elapsed());
    assert_eq!((&report["n_added"], &report["n_refused"]), (&json!(90_189), &json!(0)));
    let again = import(&app, &path, &mapping, file).await.ok();
    assert_eq!((&again["n_added"], &again["n_unchanged"]), (&json!(0), &json!(90_189)));

    app.editor().seen(2).post(&format!("{path}/finish"), json!({})).await.ok();
    let result = app.viewer().get(&format!("{path}/result")).await.ok();
    let ratio = &result["health"][0];
    assert_eq!((&ratio["code"], &ratio["status"]), (&json!("sample_ratio"), &json!("alarm")));
    assert_near("sample ratio", &ratio["p_value"]["value"], &reference["srm_50_50"]["p"], 1e-9);
    assert_eq!((&result["groups"][0]["n"], &result["groups"][1]["n"]), (&json!(44_700), &json!(45_489)));
    for metric in result["metrics"].as_array().unwrap() {
        let found = &metric["comparisons"][0];
        if metric["name"] == "sum_gamerounds" {
            let means = &reference["sum_gamerounds"]["mean"];
            let difference = json!(number(&means[1]) - number(&means[0]));
            assert_near("rounds", &found["absolute"]["estimate"]["value"], &difference, 1e-9);
            let p = json!(0.375_924_384_093_261_73);
            assert_near("rounds p", &found["p_value"]["value"], &p, 1e-6);
            continue;
        }
        let expected = &reference[metric["name"].as_str().unwrap()];
        assert_near("difference", &found["absolute"]["estimate"]["value"], &expected["diff"], 1e-9);
        assert_near("lift", &found["relative"]["estimate"]["value"], &expected["rel_lift"], 1e-9);
        assert_near("p", &found["p_value"]["value"], &expected["p_two_sided"], 1e-8);
        let wald = &found["absolute_wald"]["estimate"];
        assert_near("low", &wald["low"], &expected["ci95_unpooled"][0], 1e-9);
        assert_near("high", &wald["high"], &expected["ci95_unpooled"][1], 1e-9);
        let width = number(&expected["ci95_unpooled"][1]) - number(&expected["ci95_unpooled"][0]);
        let newcombe = &found["absolute"]["estimate"];
        assert!((number(&newcombe["low"]) - number(&expected["ci95_unpooled"][0])).abs() < width / 50.0);
    }
    assert_eq!(result["proposal"]["by_rule"], "refuted");
    assert_eq!(result["proposal"]["verdict"], "inconclusive");
}
