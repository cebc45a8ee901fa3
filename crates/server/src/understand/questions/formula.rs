//! Formulas over the series of a trend: `A / B * 100`.

use heedful_events::question::Label;

/// So deep at most, so that no text can use up the stack.
const DEPTH_MAX: usize = 50;
const LENGTH_MAX: usize = 200;

/// The values of a series by group.
pub type Lines = Vec<(Label, Vec<Option<f64>>)>;

/// What is reckoned, with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    text: String,
    term: Term,
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    Number(f64),
    Series(usize),
    Negative(Box<Term>),
    Reckoned(Box<Term>, char, Box<Term>),
}

impl Formula {
    /// Reads a formula over so many series.
    pub fn read(text: &str, n_series: usize) -> Result<Self, &'static str> {
        if text.len() > LENGTH_MAX {
            return Err("must have at most 200 characters");
        }
        let mut reader = Reader { rest: text.trim(), n_series };
        let term = reader.sum(DEPTH_MAX)?;
        if reader.rest.is_empty() { Ok(Self { text: text.to_owned(), term }) } else { Err(EXPECTED) }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The formula for each group that any of the series has, and each period.
    pub fn reckon(&self, series: &[Lines]) -> Lines {
        let mut labels: Vec<&Label> = Vec::new();
        for (label, _) in series.iter().flatten() {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        let n_periods = series.iter().flatten().map(|(_, values)| values.len()).max().unwrap_or_default();
        let value = |label: &Label, index: usize, period: usize| {
            let lines = series.get(index)?;
            lines.iter().find(|(group, _)| group == label)?.1.get(period).copied()?
        };
        let of = |label: &Label| -> Vec<Option<f64>> {
            (0..n_periods).map(|period| self.term.value(&|index| value(label, index, period))).collect()
        };
        labels.into_iter().map(|label| (label.clone(), of(label))).collect()
    }
}

const EXPECTED: &str = "must reckon with the letters of the series, numbers, + - * / and brackets";

struct Reader<'t> {
    rest: &'t str,
    n_series: usize,
}

impl Reader<'_> {
    fn sum(&mut self, depth: usize) -> Result<Term, &'static str> {
        let mut left = self.product(depth)?;
        while let Some(sign) = self.take_any(&['+', '-']) {
            left = Term::Reckoned(Box::new(left), sign, Box::new(self.product(depth)?));
        }
        Ok(left)
    }

    fn product(&mut self, depth: usize) -> Result<Term, &'static str> {
        let mut left = self.value(depth)?;
        while let Some(sign) = self.take_any(&['*', '/']) {
            left = Term::Reckoned(Box::new(left), sign, Box::new(self.value(depth)?));
        }
        Ok(left)
    }

    fn value(&mut self, depth: usize) -> Result<Term, &'static str> {
        let depth = depth.checked_sub(1).ok_or("must not be nested so deep")?;
        if self.take_any(&['-']).is_some() {
            return Ok(Term::Negative(Box::new(self.value(depth)?)));
        }
        if self.take_any(&['(']).is_some() {
            let inner = self.sum(depth)?;
            return self.take_any(&[')']).map(|_| inner).ok_or(EXPECTED);
        }
        if let Some(letter) = self.rest.chars().next().filter(char::is_ascii_alphabetic) {
            self.skip(1);
            let index = usize::from(u8::try_from(letter.to_ascii_uppercase()).unwrap_or(b'A') - b'A');
            let is_known = index < self.n_series;
            return if is_known { Ok(Term::Series(index)) } else { Err("names a series that is not there") };
        }
        let n_digits = self.rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let number = self.rest[..n_digits].parse().map_err(|_| EXPECTED)?;
        self.skip(n_digits);
        Ok(Term::Number(number))
    }

    fn take_any(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.rest.chars().next().filter(|sign| signs.contains(sign))?;
        self.skip(1);
        Some(sign)
    }

    fn skip(&mut self, n_bytes: usize) {
        self.rest = self.rest[n_bytes..].trim_start();
    }
}

impl Term {
    /// Nothing when a value is missing, or something is divided by nothing.
    fn value(&self, series: &impl Fn(usize) -> Option<f64>) -> Option<f64> {
        let value = match self {
            Self::Number(number) => *number,
            Self::Series(index) => series(*index)?,
            Self::Negative(term) => -term.value(series)?,
            Self::Reckoned(left, sign, right) => {
                let (left, right) = (left.value(series)?, right.value(series)?);
                match sign {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => left / right,
                }
            }
        };
        Some(value).filter(|value| value.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reckons_as_at_school() {
        let reckon = |text: &str| {
            Formula::read(text, 2).map(|formula| formula.term.value(&|index| [Some(6.0), Some(4.0)][index]))
        };
        for (text, expect) in [
            ("A", Some(6.0)),
            ("a / B * 100", Some(150.0)),
            ("A - B - 1", Some(1.0)),
            ("-(A + B) * 2", Some(-20.0)),
            ("A / (B - 4)", None),
            ("1.5", Some(1.5)),
        ] {
            assert_eq!(reckon(text), Ok(expect), "{text}");
        }
        for text in ["", "A +", "C", "(A", "A B", "1..2", "é", &"(".repeat(200), &"-".repeat(100)] {
            assert!(reckon(text).is_err(), "{text}");
        }
    }
}
