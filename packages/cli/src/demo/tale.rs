//! How the story is told: chapters and lines for people, nothing for programs but the report at the end.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

pub struct Tale {
    output: Output,
    began: Instant,
}

impl Tale {
    pub fn new(output: Output) -> Self {
        Self {
            output,
            began: Instant::now(),
        }
    }

    pub fn chapter(&self, number: u8, title: &str) {
        self.say(format!("\n{number}. {title}"));
    }

    pub fn say(&self, line: impl AsRef<str>) {
        if !self.output.is_json() {
            // The story goes on when nobody can hear it: it is checked as well as told.
            let _ = crate::output::line(line.as_ref());
        }
    }

    /// A line of the story, indented, with the time since the beginning.
    pub fn note(&self, line: impl AsRef<str>) {
        self.say(format!(
            "   {:>5.1} s  {}",
            self.began.elapsed().as_secs_f64(),
            line.as_ref()
        ));
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// A progress bar on stderr; invisible where nobody watches.
    pub fn bar(&self, length: u64) -> ProgressBar {
        let target = if self.output.is_json() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template("            [{bar:32}] {pos}/{len} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar
    }
}
