//! Made-up signals, the same every time: words as frequent as in a language, people and accounts of whom some speak
//! much and most hardly ever, and several sources.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use fastrand::Rng;

const SEED: u64 = 20_260_101;
const N_WORDS: usize = 20_000;
const N_PEOPLE: usize = 20_000;
const N_TAGS: usize = 200;
const WORDS_PER_SIGNAL: std::ops::RangeInclusive<usize> = 6..=55;
const DAYS: u64 = 400;
const DAY_S: u64 = 86_400;
pub(crate) const N_ACCOUNTS: usize = 600;

/// What people write about most; the other words are put together from syllables.
const COMMON: [&str; 48] = [
    "the",
    "export",
    "is",
    "slow",
    "and",
    "we",
    "cannot",
    "find",
    "invoice",
    "button",
    "search",
    "report",
    "login",
    "crashes",
    "mobile",
    "dashboard",
    "missing",
    "feature",
    "please",
    "add",
    "integration",
    "billing",
    "price",
    "support",
    "great",
    "love",
    "hate",
    "confusing",
    "setup",
    "team",
    "permission",
    "filter",
    "table",
    "chart",
    "import",
    "error",
    "loading",
    "update",
    "calendar",
    "email",
    "notification",
    "broken",
    "language",
    "design",
    "works",
    "fast",
    "customer",
    "account",
];
const SYLLABLES: [&str; 20] = [
    "ba", "co", "di", "fe", "gu", "ha", "jo", "ki", "lu", "me", "na", "po", "ri", "sa", "to", "ve", "wi",
    "xa", "yu", "zen",
];

/// A source, what its scores mean, and its share of all signals in percent.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) score_kind: &'static str,
    scores: std::ops::RangeInclusive<u32>,
    percent: usize,
}

pub(crate) const SOURCES: [Source; 4] = [
    Source { name: "Support tickets", score_kind: "csat", scores: 1..=5, percent: 40 },
    Source { name: "App reviews", score_kind: "rating", scores: 1..=5, percent: 25 },
    Source { name: "NPS survey", score_kind: "nps", scores: 0..=10, percent: 25 },
    Source { name: "Exit survey", score_kind: "pmf", scores: 0..=2, percent: 10 },
];

pub(crate) fn rng(purpose: u64) -> Rng {
    Rng::with_seed(SEED + purpose)
}

/// The word of a rank; 0 is the most frequent.
pub(crate) fn word(rank: usize) -> String {
    if let Some(word) = COMMON.get(rank) {
        return (*word).to_owned();
    }
    let mut word = String::new();
    let mut rest = rank;
    while rest > 0 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word
}

/// A rank below `n`, the low ones more often, about as often as their inverse (Zipf's law).
pub(crate) fn zipf(rng: &mut Rng, n: usize) -> usize {
    let n_bits = rng.u32(0..=n.ilog2());
    rng.usize(0..1 << n_bits)
}

/// A word as likely as it is frequent.
pub(crate) fn any_word(rng: &mut Rng) -> String {
    word(zipf(rng, N_WORDS))
}

pub(crate) fn account_name(index: usize) -> String {
    format!("{} {} Ltd", word(index + 7_000), word(index + 900))
}

/// The files of all sources, together `n` rows.
pub(crate) fn files(n: usize) -> Result<Vec<(&'static Source, String)>> {
    #[expect(clippy::disallowed_methods, reason = "trends and scores look at the last weeks before now")]
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut files = Vec::new();
    let mut left = n;
    for (index, source) in SOURCES.iter().enumerate() {
        let is_last = index + 1 == SOURCES.len();
        let n_rows = if is_last { left } else { n * source.percent / 100 };
        left -= n_rows;
        files.push((source, file(source, n_rows, now_s, &mut rng(1 + index as u64))?));
    }
    Ok(files)
}

fn file(source: &Source, n: usize, now_s: u64, rng: &mut Rng) -> Result<String> {
    let mut csv = String::from("id,text,created_at,score,email,name,account,tags,url,version,browser\n");
    for row in 0..n {
        let at = now_s - rng.u64(0..DAYS * DAY_S);
        let score =
            if rng.u8(0..10) < 7 { rng.u32(source.scores.clone()).to_string() } else { String::new() };
        write!(csv, "{row},\"{}\",{at},{score},", text(rng))?;
        if rng.u8(0..10) < 8 {
            let person = zipf(rng, N_PEOPLE);
            let account = account_name(person % N_ACCOUNTS);
            write!(
                csv,
                "{}{person}@example.com,{} {},{account},",
                word(person),
                word(person),
                word(person / 3)
            )?;
        } else {
            csv.push_str(",,,");
        }
        let tags: Vec<String> = (0..rng.usize(0..4)).map(|_| word(zipf(rng, N_TAGS) + 60)).collect();
        let page = word(zipf(rng, 300));
        let browser = rng.choice(["Firefox", "Chrome", "Safari"]).unwrap_or_default();
        writeln!(
            csv,
            "{},https://example.com/{page},{}.{},{browser}",
            tags.join("; "),
            rng.u8(1..5),
            rng.u8(0..20)
        )?;
    }
    Ok(csv)
}

fn text(rng: &mut Rng) -> String {
    let n = rng.usize(WORDS_PER_SIGNAL);
    let words: Vec<String> = (0..n).map(|_| any_word(rng)).collect();
    let mut text = words.join(" ");
    if rng.bool() {
        text.push_str(", \"\"really\"\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_hold_the_asked_for_number_of_rows_and_frequent_words_are_frequent() {
        let files = files(1_003).unwrap();
        assert_eq!(files.iter().map(|(_, csv)| csv.lines().count() - 1).sum::<usize>(), 1_003);
        let text: String = files.into_iter().map(|(_, csv)| csv).collect();
        let n = |word: &str| text.matches(&format!(" {word} ")).count();
        assert!(n(&word(1)) > n(&word(60)) && n(&word(60)) > 0);
    }

    #[test]
    fn words_of_different_ranks_differ() {
        let words: std::collections::HashSet<String> = (0..N_WORDS).map(word).collect();
        assert_eq!(words.len(), N_WORDS);
    }
}
