//! A task as a row of named steps: progress while they run, a summary at the end.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::shell::Shell;

#[derive(Args)]
pub(crate) struct Selection {
    /// Run only the step of this name; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// List the steps and run none.
    #[arg(long)]
    list: bool,
}

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) run: fn(&Shell) -> Result<Outcome>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Done,
    /// What this machine lacks, and how to get it.
    LeftOut(String),
}

struct Report {
    name: &'static str,
    took: Duration,
    outcome: Result<Outcome>,
}

/// Runs every chosen step, the later ones too when one fails, so that one run tells everything.
pub(crate) fn run(shell: &Shell, steps: &[Step], selection: &Selection) -> Result<()> {
    let chosen = choose(steps, &selection.only)?;
    if selection.list {
        for step in chosen {
            println!("{:<10} {}", step.name, step.title);
        }
        return Ok(());
    }
    let started = Instant::now();
    let mut reports = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        let place = format!("[{}/{}]", index + 1, chosen.len());
        println!("\n{place} {} …", step.title);
        let step_started = Instant::now();
        let outcome = (step.run)(shell);
        let took = step_started.elapsed();
        println!("{place} {}: {} ({})", step.title, verdict(&outcome), seconds(took));
        reports.push(Report { name: step.name, took, outcome });
        if shell.is_interrupted() {
            bail!("interrupted");
        }
    }
    conclude(&reports, started.elapsed())
}

fn choose<'a>(steps: &'a [Step], only: &[String]) -> Result<Vec<&'a Step>> {
    if let Some(unknown) = only.iter().find(|name| steps.iter().all(|step| step.name != **name)) {
        let names = steps.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
        bail!("--only {unknown}: there is no such step; the steps are {names}");
    }
    Ok(steps.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)).collect())
}

fn conclude(reports: &[Report], took: Duration) -> Result<()> {
    println!("\n{}", summary(reports));
    let n_failed = reports.iter().filter(|report| report.outcome.is_err()).count();
    let n_left_out =
        reports.iter().filter(|report| matches!(report.outcome, Ok(Outcome::LeftOut(_)))).count();
    if n_failed > 0 {
        bail!("{n_failed} of {} steps failed ({})", reports.len(), seconds(took));
    }
    // Where nobody reads the summary, a step that silently did not run would pass for one that did.
    if n_left_out > 0 && std::env::var_os("CI").is_some() {
        bail!("{n_left_out} of {} steps were left out, which CI does not accept", reports.len());
    }
    println!("{} of {} steps passed in {}.", reports.len() - n_left_out, reports.len(), seconds(took));
    Ok(())
}

fn summary(reports: &[Report]) -> String {
    let mut lines = String::from("Summary\n");
    for report in reports {
        let (word, why) = match &report.outcome {
            Ok(Outcome::Done) => ("passed", String::new()),
            Ok(Outcome::LeftOut(why)) => ("left out", format!("  {why}")),
            Err(error) => ("failed", format!("  {error:#}")),
        };
        let took = seconds(report.took);
        let _ = writeln!(lines, "  {word:<9} {:<10} {took:>10}{why}", report.name);
    }
    lines
}

fn verdict(outcome: &Result<Outcome>) -> String {
    match outcome {
        Ok(Outcome::Done) => "passed".to_owned(),
        Ok(Outcome::LeftOut(why)) => format!("left out. {why}"),
        Err(error) => format!("failed. {error:#}"),
    }
}

fn seconds(took: Duration) -> String {
    let whole = took.as_secs();
    if whole < 60 {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str) -> Step {
        Step { name, title: "", run: |_| Ok(Outcome::Done) }
    }

    #[test]
    fn an_unknown_step_is_named_with_those_that_exist() {
        let steps = [step("web"), step("rust")];
        let refused = choose(&steps, &["wbe".to_owned()]).err().unwrap().to_string();
        assert_eq!(refused, "--only wbe: there is no such step; the steps are web, rust");
        assert_eq!(choose(&steps, &["rust".to_owned()]).unwrap().len(), 1);
        assert_eq!(choose(&steps, &[]).unwrap().len(), 2);
    }

    #[test]
    fn a_failed_step_fails_the_task_and_is_explained() {
        let took = Duration::from_secs(75);
        let reports = [
            Report { name: "web", took, outcome: Ok(Outcome::Done) },
            Report { name: "rust", took, outcome: Err(anyhow::anyhow!("two tests failed")) },
        ];
        assert!(summary(&reports).contains("failed    rust       1 min 15 s  two tests failed"));
        assert!(conclude(&reports, took).is_err());
        assert!(conclude(&reports[..1], took).is_ok());
    }
}
