//! CSV for spreadsheets, which take some texts for formulas.

use super::error::Result;

/// A cell that no spreadsheet runs: what could begin a formula is put behind an apostrophe.
pub fn cell(text: &str) -> String {
    let is_number = text.parse::<f64>().is_ok();
    let is_risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if is_risky && !is_number { format!("'{text}") } else { text.to_owned() }
}

/// Lines of CSV (RFC 4180) of cells made safe.
pub fn lines<'a>(rows: impl IntoIterator<Item = Vec<&'a str>>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.into_iter().map(cell)).map_err(anyhow::Error::from)?;
    }
    Ok(writer.into_inner().map_err(|error| anyhow::anyhow!("writing CSV: {error}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_numbers_left_alone() {
        let check = |text: &str, expect: &str| assert_eq!(cell(text), expect);
        check("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")");
        check("@SUM(A1)", "'@SUM(A1)");
        check("-1+cmd|x", "'-1+cmd|x");
        check("-12.5", "-12.5");
        check("plain", "plain");
        check("", "");
    }

    #[test]
    fn quotes_and_breaks_stay_in_their_cell() {
        let text = String::from_utf8(lines([vec!["a \"b\"", "c\nd"]]).unwrap()).unwrap();
        assert_eq!(text, "\"a \"\"b\"\"\",\"c\nd\"\r\n");
    }
}
