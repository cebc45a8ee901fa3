//! The people of the sign-up test, one row each, as the analytics of the made-up company would export them.

use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Group, people in it, how many sent a first quote within a week, how many asked support for help.
const GROUPS: [(&str, u32, u32, u32); 2] = [("control", 1_204, 412, 168), ("short form", 1_191, 404, 171)];

/// A CSV file for the import. The numbers are the same whatever the seed; only the order differs.
pub fn people(rng: &mut StdRng) -> Vec<u8> {
    let mut rows = Vec::new();
    for (group, n, quoted, asked) in GROUPS {
        let yes = |n: u32, i: u32| u8::from(i < n);
        // Who asked for help is spread over both those who got on and those who did not.
        rows.extend((0..n).map(|i| format!("{group},{},{}", yes(quoted, i), yes(asked, (i * 7) % n))));
    }
    rows.shuffle(rng);
    let mut text = "user_id,variant,First quote within 7 days,Asked support for help\n".to_owned();
    for (index, row) in rows.iter().enumerate() {
        let _ = writeln!(text, "trial-{:04},{row}", index + 1);
    }
    text.into_bytes()
}
