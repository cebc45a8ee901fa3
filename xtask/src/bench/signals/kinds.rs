//! The kinds of requests that are measured: what people open, filter and type all day.

use super::data;
use super::fill::Filled;
use crate::bench::http::encode;

/// So many different requests of a kind, sent in turn.
const N_PATHS: usize = 400;

pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) paths: Vec<String>,
}

impl Kind {
    fn new(name: &'static str, paths: impl IntoIterator<Item = String>) -> Kind {
        Kind { name, paths: paths.into_iter().take(N_PATHS).collect() }
    }

    fn one(name: &'static str, path: &str) -> Kind {
        Kind { name, paths: vec![path.to_owned()] }
    }
}

pub(crate) fn all(filled: &Filled) -> Vec<Kind> {
    let mut kinds = vec![
        Kind::one("inbox", "/signals"),
        Kind::new("list, deep page", filled.cursors.iter().map(|cursor| format!("/signals?cursor={cursor}"))),
    ];
    kinds.extend(filtered_lists(filled));
    kinds.extend([
        Kind::one("facets", "/signals/facets"),
        Kind::new(
            "facets of a filtered list",
            filters(filled).map(|filter| format!("/signals/facets?{filter}")),
        ),
        Kind::new("facets of a search", typed().map(|q| format!("/signals/facets?q={q}"))),
        Kind::new("search, letter by letter", typed().map(|q| format!("/search?q={q}"))),
        Kind::new("list of a search, letter by letter", typed().map(|q| format!("/signals?q={q}"))),
        Kind::one("themes with their numbers", "/themes"),
        Kind::new("page of a theme", filled.themes.iter().map(|id| format!("/themes/{id}/summary"))),
        Kind::one("themes by segment", "/themes/matrix"),
        Kind::one("people", "/people"),
        Kind::new("people by name", typed().map(|q| format!("/people?q={q}"))),
        Kind::new("timeline of a person", filled.people.iter().map(|id| format!("/people/{id}/timeline"))),
        Kind::one("accounts", "/accounts"),
        Kind::one("segments", "/segments"),
        Kind::one("home", "/home"),
        Kind::one("measures", "/measures"),
        Kind::new("scores", ["nps", "pmf", "csat"].map(|kind| format!("/measures/scores?kind={kind}"))),
    ]);
    kinds
}

fn filtered_lists(filled: &Filled) -> Vec<Kind> {
    let by = |field: &'static str, ids: &[String]| -> Vec<String> {
        ids.iter().map(|id| format!("/signals?{field}={id}")).collect()
    };
    let tags: Vec<String> = (60..100).map(data::word).collect();
    let next_steps = ["missing", "ask_more", "theme", "fix_now"].map(str::to_owned);
    vec![
        Kind::new("list by source", by("source_id", &filled.sources)),
        Kind::new("list by segment tag", by("segment_id", &filled.segments)),
        Kind::new("list by members of a segment", by("in_segment", &filled.segments)),
        Kind::new("list by theme", by("theme_id", &filled.themes)),
        Kind::new("list by tag", by("tag", &tags)),
        Kind::new("list by next step", by("next_step", &next_steps)),
        Kind::new("list by person", by("person_id", &filled.people)),
        Kind::new("list by account", by("account_id", &filled.accounts)),
        Kind::one("list by assignee", &format!("/signals?assignee_id={}", filled.user)),
        Kind::new(
            "list by score",
            (0..10).map(|low| format!("/signals?score_min={low}&score_max={}", low + 1)),
        ),
        Kind::new("list by time", periods().map(|period| format!("/signals?{period}"))),
    ]
}

/// Filters in turn, as people click them together.
fn filters(filled: &Filled) -> impl Iterator<Item = String> {
    let mut rng = data::rng(300);
    std::iter::repeat_with(move || {
        let any = |rng: &mut fastrand::Rng, ids: &[String]| rng.choice(ids).cloned().unwrap_or_default();
        match rng.u8(0..5) {
            0 => format!("source_id={}", any(&mut rng, &filled.sources)),
            1 => format!("theme_id={}", any(&mut rng, &filled.themes)),
            2 => format!("tag={}", data::word(rng.usize(60..100))),
            3 => format!("source_id={}&next_step=missing", any(&mut rng, &filled.sources)),
            _ => format!("account_id={}", any(&mut rng, &filled.accounts)),
        }
    })
}

/// What stands in the search box after each letter of one or two words.
fn typed() -> impl Iterator<Item = String> {
    let mut rng = data::rng(400);
    std::iter::repeat_with(move || {
        let (first, second) = (data::any_word(&mut rng), data::any_word(&mut rng));
        let text = if rng.bool() { first } else { format!("{first} {second}") };
        let n = text.chars().count();
        (1..=n).map(move |n| encode(&text.chars().take(n).collect::<String>())).collect::<Vec<_>>()
    })
    .flatten()
}

fn periods() -> impl Iterator<Item = String> {
    let mut rng = data::rng(500);
    std::iter::repeat_with(move || {
        let (year, month, day) = (rng.u16(2025..=2026), rng.u8(1..=11), rng.u8(1..=27));
        format!("from={year}-{month:02}-{day:02}T00:00:00Z&to={year}-{:02}-{day:02}T00:00:00Z", month + 1)
    })
}
