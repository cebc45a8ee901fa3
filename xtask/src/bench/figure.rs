//! One measured number beside what it should be.

#[derive(Clone, Debug)]
pub(crate) struct Figure {
    what: String,
    most: Option<f64>,
    measured: f64,
    unit: &'static str,
    note: String,
}

impl Figure {
    pub(crate) fn at_most(what: &str, most: f64, measured: f64, unit: &'static str) -> Figure {
        Figure { what: what.to_owned(), most: Some(most), measured, unit, note: String::new() }
    }

    /// A number that nothing was promised about.
    pub(crate) fn told(what: &str, measured: f64, unit: &'static str) -> Figure {
        Figure { what: what.to_owned(), most: None, measured, unit, note: String::new() }
    }

    pub(crate) fn noting(mut self, note: String) -> Figure {
        self.note = note;
        self
    }

    fn is_met(&self) -> Option<bool> {
        self.most.map(|most| self.measured <= most)
    }

    fn row(&self) -> String {
        let number = |value: f64| format!("{} {}", shown(value), self.unit);
        let target = self.most.map_or_else(|| "—".to_owned(), |most| format!("≤ {}", number(most)));
        let met = match self.is_met() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "—",
        };
        format!("| {} | {target} | {} | {met} | {} |", self.what, number(self.measured), self.note)
    }
}

/// A Markdown table, as docs/numbers.md shows it.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut lines =
        vec!["| what | target | measured | met | |".to_owned(), "|---|---|---|---|---|".to_owned()];
    lines.extend(figures.iter().map(Figure::row));
    lines.join("\n")
}

pub(crate) fn megabytes(kb: u64) -> f64 {
    u32::try_from(kb).map_or(f64::INFINITY, f64::from) / 1_024.0
}

/// Small numbers with one digit after the point, as nobody reads more.
fn shown(value: f64) -> String {
    if value < 100.0 && value.fract() != 0.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_is_met_and_what_is_missed() {
        let figures = [
            Figure::at_most("import", 60.0, 21.46, "s"),
            Figure::at_most("idle", 80.0, 93.0, "MB").noting("worst of 5: 95 MB".to_owned()),
            Figure::told("peak", 140.0, "MB"),
        ];
        let expect = "| what | target | measured | met | |\n|---|---|---|---|---|\n\
                      | import | ≤ 60 s | 21.5 s | yes |  |\n\
                      | idle | ≤ 80 MB | 93 MB | **no** | worst of 5: 95 MB |\n\
                      | peak | — | 140 MB | — |  |";
        assert_eq!(table(&figures), expect);
    }
}
