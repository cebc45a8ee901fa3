//! A log of what the people of a product did in 90 days: a few of them much, most of them little, in sessions.

use std::fmt::Write;

use fastrand::Rng;

const DAY_S: f64 = 86_400.0;
const DAYS: f64 = 90.0;
const EVENTS_PER_PERSON: u32 = 33;
const EVENTS_PER_SESSION: u32 = 8;
const SESSION_S: f64 = 1_800.0;
/// What is done, and how often.
const EVENTS: [(&str, f64); 10] = [
    ("page_viewed", 0.484),
    ("searched", 0.147),
    ("item_opened", 0.137),
    ("item_saved", 0.084),
    ("comment_added", 0.053),
    ("report_exported", 0.032),
    ("help_opened", 0.023),
    ("error_shown", 0.021),
    ("settings_changed", 0.013),
    ("integration_connected", 0.006),
];
/// Each begins this share of the way of those who began the one before, within so many days.
const ONBOARDING: [(&str, f64, f64); 4] = [
    ("signed_up", 1.0, 0.0),
    ("created_project", 0.62, 0.25),
    ("invited_teammate", 0.41, 1.5),
    ("subscribed", 0.33, 4.0),
];
const PLANS: [(&str, f64); 4] = [("free", 0.7), ("team", 0.18), ("business", 0.09), ("enterprise", 0.03)];
const PLATFORMS: [(&str, f64); 3] = [("web", 0.6), ("ios", 0.25), ("android", 0.15)];
const COUNTRIES: u8 = 24;

/// Events in the order of time.
pub(super) struct Log {
    deeds: Vec<Deed>,
    people: Vec<Person>,
    /// Seconds since 1970.
    start: f64,
}

struct Deed {
    at_s: f64,
    person: u32,
    name: &'static str,
}

struct Person {
    plan: &'static str,
    platform: &'static str,
    country: u8,
}

impl Log {
    /// About so many events, the same each time, that end a day before now.
    pub(super) fn new(n: u32, now_s: f64) -> Log {
        let mut rng = Rng::with_seed(7);
        let n_people = (n / EVENTS_PER_PERSON).max(100);
        let born: Vec<f64> = (0..n_people).map(|_| rng.f64().powf(1.8) * DAYS * DAY_S).collect();
        let mut sum = 0.0;
        // Few are very active (Pareto).
        let weights = (0..n_people).map(|_| (1.0 - rng.f64()).powf(-1.0 / 1.3) - 0.95);
        let sums: Vec<f64> = weights
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        let mut deeds = Vec::with_capacity(n as usize);
        for person in 0..n_people {
            onboard(&mut rng, person, born[person as usize], &mut deeds);
        }
        while deeds.len() < n as usize {
            let drawn = rng.f64() * sum;
            let person =
                u32::try_from(sums.partition_point(|sum| *sum < drawn)).unwrap_or(0).min(n_people - 1);
            let born = born[person as usize];
            let begin = born + rng.f64().powf(1.5) * (DAYS * DAY_S - born);
            for _ in 0..rng.u32(1..=2 * EVENTS_PER_SESSION) {
                let name = choose(&mut rng, &EVENTS);
                deeds.push(Deed { at_s: begin + rng.f64() * SESSION_S, person, name });
            }
        }
        deeds.truncate(n as usize);
        deeds.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        let person = |_| Person {
            plan: choose(&mut rng, &PLANS),
            platform: choose(&mut rng, &PLATFORMS),
            country: rng.u8(0..COUNTRIES),
        };
        let people = (0..n_people).map(person).collect();
        Log { deeds, people, start: now_s - (DAYS + 1.0) * DAY_S }
    }

    pub(super) fn len(&self) -> usize {
        self.deeds.len()
    }

    /// Events from `first` on as the body of a request, with ids; how many they are.
    pub(super) fn batch(&self, first: usize, n: usize, body: &mut String) -> usize {
        let deeds = &self.deeds[first.min(self.deeds.len())..(first + n).min(self.deeds.len())];
        body.clear();
        body.push('[');
        for (index, deed) in deeds.iter().enumerate() {
            let person = &self.people[deed.person as usize];
            let number = first + index;
            // Writing into a string cannot fail.
            let _ = write!(
                body,
                "{}{{\"id\":\"0192f3a4-5b6c-7d8e-9f01-{number:012x}\",\"event\":\"{}\",\"distinct_id\":\"person-{:07}\",\
                 \"timestamp\":{:.3},\"properties\":{{\"plan\":\"{}\",\"country\":\"c{:02}\",\"platform\":\"{}\",\"value\":{}.{:02}}}}}",
                if index == 0 { "" } else { "," },
                deed.name,
                deed.person,
                self.start + deed.at_s,
                person.plan,
                person.country,
                person.platform,
                number * 7 % 40,
                number * 13 % 100,
            );
        }
        body.push(']');
        deeds.len()
    }
}

fn onboard(rng: &mut Rng, person: u32, born: f64, deeds: &mut Vec<Deed>) {
    let mut at_s = born;
    for (name, share, days) in ONBOARDING {
        if rng.f64() >= share {
            return;
        }
        at_s += -(1.0 - rng.f64()).ln() * days * DAY_S;
        if at_s >= DAYS * DAY_S {
            return;
        }
        deeds.push(Deed { at_s, person, name });
    }
}

fn choose(rng: &mut Rng, of: &[(&'static str, f64)]) -> &'static str {
    let mut left = rng.f64();
    for (name, share) in of {
        left -= share;
        if left < 0.0 {
            return name;
        }
    }
    of[of.len() - 1].0
}
