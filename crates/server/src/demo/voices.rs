//! What customers said, and when: the lines of `voices/`, spread over the half year by the weights in `listening.txt`.

use anyhow::{Context, ensure};
use heedful_db::Micros;
use heedful_db::types::{DAY, HOUR};
use rand::RngExt;
use rand::rngs::StdRng;

use super::company::DAYS;
use super::files;

/// Within the day, people write between these hours.
const HOURS: std::ops::Range<i64> = 6..21;
/// Positions between two weights are counted so finely.
const FINE: i64 = 1_000;

#[derive(Clone, Debug)]
pub struct Voice {
    /// Since the midnight of today; below zero.
    pub at: Micros,
    pub topic: String,
    /// The line in its file, from 1: with the topic it makes the name that the story uses.
    pub line: usize,
    pub language: String,
    pub score: Option<String>,
    pub text: String,
}

impl Voice {
    pub fn name(&self) -> String {
        format!("{}.{}", self.topic, self.line)
    }
}

/// All voices in the order in which they speak; within a topic that is the order of the file.
pub fn all(rng: &mut StdRng) -> anyhow::Result<Vec<Voice>> {
    let mut voices = Vec::new();
    for file in files::names_in("voices/").iter().filter(|file| !file.contains("interview")) {
        let topic = file.trim_start_matches("voices/").trim_end_matches(".txt");
        let text = files::text(file)?;
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let times = spread(lines.len(), &weights(topic)?, rng);
        for (index, (line, at)) in lines.into_iter().zip(times).enumerate() {
            let voice = parse(topic, index + 1, line, at);
            voices.push(voice.with_context(|| format!("{file}:{}", index + 1))?);
        }
    }
    voices.sort_by_key(|voice| voice.at);
    Ok(voices)
}

fn parse(topic: &str, number: usize, line: &str, at: Micros) -> anyhow::Result<Voice> {
    let (language, rest) = line.split_once('|').context("a language")?;
    let (score, text) = rest.split_once('|').context("a score")?;
    let score = (score != "-").then(|| score.to_owned());
    let [topic, language, text] = [topic, language, text].map(str::to_owned);
    Ok(Voice { at, topic, line: number, language, score, text })
}

/// How often something is heard, by its name in `listening.txt`.
pub fn weights(topic: &str) -> anyhow::Result<Vec<i64>> {
    let text = files::text("listening.txt")?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut found = lines.filter_map(|line| line.split_once(' ').filter(|(name, _)| *name == topic));
    let (_, numbers) = found.next().with_context(|| format!("listening.txt does not know {topic}"))?;
    let weights: Vec<i64> = numbers.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    ensure!(!weights.is_empty() && weights.iter().all(|weight| *weight > 0), "weights of {topic}");
    Ok(weights)
}

/// Times of `n` voices, in order: each weight holds for an equal part of the half year.
pub fn spread(n: usize, weights: &[i64], rng: &mut StdRng) -> Vec<Micros> {
    let (n, parts) = (to_i64(n), to_i64(weights.len()));
    let total: i64 = weights.iter().sum();
    let day_of = |index: i64| {
        let mut left = (2 * index + 1) * total * FINE / (2 * n);
        let mut passed = 0;
        for weight in weights {
            if left < weight * FINE {
                passed += left / weight;
                break;
            }
            left -= weight * FINE;
            passed += FINE;
        }
        -DAYS + passed * (DAYS - 1) / (parts * FINE)
    };
    let minute = HOUR / 60;
    let mut times: Vec<Micros> = (0..n)
        .map(|index| day_of(index) * DAY + rng.random_range(HOURS.start * 60..HOURS.end * 60) * minute)
        .collect();
    times.sort_unstable();
    times
}

pub fn to_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn every_voice_speaks_within_the_half_year() {
        let voices = all(&mut StdRng::seed_from_u64(1)).unwrap();
        assert!(voices.len() > 400, "{}", voices.len());
        assert!(voices.iter().all(|voice| (-DAYS * DAY..0).contains(&voice.at)));
        assert!(voices.iter().all(|voice| !voice.text.is_empty()));
    }

    #[test]
    fn weights_say_when_most_is_said() {
        let times = spread(100, &[1, 1, 8], &mut StdRng::seed_from_u64(1));
        let n_late = times.iter().filter(|at| **at >= -DAYS * DAY / 3).count();
        assert!((75..=85).contains(&n_late), "{n_late}");
    }
}
