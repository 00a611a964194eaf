//! Counts of verdicts over many seeded trials, for each class, honest and not. The example prints them, the tests hold them to the claims.

#![allow(dead_code, clippy::unwrap_used)]

use jobs::comparison::image::{self, ImageTolerance, Looks};
use jobs::comparison::statistics::{lower_bound, upper_bound};
use jobs::comparison::tokens::{self, Backend, Completion, Sampling, TokenTolerance, Tokens};
use jobs::comparison::vector::{self, VectorTolerance};
use jobs::comparison::Verdict;
use sha2::{Digest, Sha256};

use super::language::{numbers, prompt, serve, Bend, Model};
use super::pictures::{self, Studio};
use super::vectors::{embed, Way};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Honest,
    Cheat,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub class: &'static str,
    pub kind: Kind,
    pub what: String,
    pub trials: u64,
    pub mismatches: u64,
    /// Median score, in millionths.
    pub score: u32,
    /// Score nearest to the other verdict: the largest of honest ones, the least of others.
    pub nearest: u32,
}

impl Row {
    fn of(class: &'static str, kind: Kind, what: &str, findings: Vec<jobs::comparison::Finding>) -> Self {
        let mut scores: Vec<u32> = findings.iter().map(|f| f.score).collect();
        scores.sort_unstable();
        Self {
            class,
            kind,
            what: what.into(),
            trials: findings.len() as u64,
            mismatches: findings.iter().filter(|f| f.verdict == Verdict::Mismatch).count() as u64,
            score: scores[scores.len() / 2],
            nearest: match kind {
                Kind::Honest => scores[scores.len() - 1],
                Kind::Cheat => scores[0],
            },
        }
    }

    /// The bound on the side that matters: false alarms at most, power at least.
    pub fn bound(&self) -> f64 {
        match self.kind {
            Kind::Honest => upper_bound(self.mismatches, self.trials, 0.95),
            Kind::Cheat => lower_bound(self.mismatches, self.trials, 0.95),
        }
    }
}

fn randomness(n: u64) -> [u8; 32] {
    Sha256::digest(n.to_be_bytes()).into()
}

/// Sine and cosine of CUDA's fast intrinsics are off by 2^-21 at most, roots and quotients by two units in the last place.
pub async fn images(studio: &mut Studio, looks_each: u64) -> Vec<Row> {
    let (width, height) = (studio.width, studio.height);
    let reference = studio.render(&pictures::plain(), 3, 0).await;
    let honest = studio
        .render(&pictures::other_machine(2f64.powi(-21), 2.0), 3, 0)
        .await;
    let limit = studio
        .render(&pictures::other_machine(2f64.powi(-11), 2.0), 3, 0)
        .await;
    let mut variants = vec![
        (Kind::Honest, "the same machine", reference.clone()),
        (
            Kind::Honest,
            "a machine of other rounding (sin, cos 2^-21, distances 2 ulp)",
            honest,
        ),
        (
            Kind::Cheat,
            "a machine as rough as WGSL allows (sin, cos 2^-11)",
            limit,
        ),
        (
            Kind::Cheat,
            "one sample a pixel of three",
            studio.render(&pictures::plain(), 1, 0).await,
        ),
        (
            Kind::Cheat,
            "two samples a pixel of three",
            studio.render(&pictures::plain(), 2, 0).await,
        ),
        (
            Kind::Cheat,
            "half the resolution, enlarged",
            studio.enlarged().await,
        ),
        (
            Kind::Cheat,
            "no reflections",
            studio.render(&pictures::shallow(), 3, 0).await,
        ),
        (
            Kind::Cheat,
            "no shadows",
            studio.render(&pictures::unshadowed(), 3, 0).await,
        ),
        (
            Kind::Cheat,
            "a third of the steps along a ray",
            studio.render(&pictures::hasty(), 3, 0).await,
        ),
        (
            Kind::Cheat,
            "the next frame",
            studio.render(&pictures::plain(), 3, 1).await,
        ),
        (
            Kind::Cheat,
            "colours of five bits",
            reference.iter().map(|f| pictures::coarse(f)).collect(),
        ),
    ];
    for (share, what) in [
        (0.10, "a tenth of the frame painted over"),
        (0.02, "2 % of the frame painted over"),
        (0.005, "0.5 % of the frame painted over"),
    ] {
        let painted = |(n, frame): (usize, &Vec<u8>)| pictures::painted(frame, width, share, n as u64);
        variants.push((
            Kind::Cheat,
            what,
            reference.iter().enumerate().map(painted).collect(),
        ));
    }
    let judge = |claimed: &[u8], rendered: &[u8], n: u64, unit: u32| {
        let looks = Looks::new(&randomness(n), unit, width, height);
        let samples: Vec<_> = looks
            .views()
            .map(|view| (view, view.of(rendered, width)))
            .collect();
        let samples = samples.iter().map(|(view, bytes)| (*view, bytes.as_slice()));
        image::looks(claimed, (width, height), samples, ImageTolerance::default()).unwrap()
    };
    let mut rows = vec![];
    for (kind, what, frames) in variants {
        let mut findings = vec![];
        for (unit, (claimed, rendered)) in (0u32..).zip(frames.iter().zip(&reference)) {
            findings.extend((0..looks_each).map(|n| judge(claimed, rendered, n, unit)));
        }
        rows.push(Row::of("image", kind, what, findings));
    }
    rows
}

/// What looks at two honest machines' frames calibrate to.
pub async fn image_calibration(studio: &mut Studio, looks_each: u64) -> ImageTolerance {
    let (width, height) = (studio.width, studio.height);
    let a = studio.render(&pictures::plain(), 3, 0).await;
    let b = studio
        .render(&pictures::other_machine(2f64.powi(-21), 2.0), 3, 0)
        .await;
    let mut pairs = vec![];
    for (unit, (a, b)) in (0u32..).zip(a.iter().zip(&b)) {
        for n in 0..looks_each {
            let looks = Looks::new(&randomness(n), unit, width, height);
            pairs.extend(looks.crops.map(|view| (view.of(a, width), view.of(b, width))));
        }
    }
    ImageTolerance::calibrate(pairs.iter().map(|(a, b)| (a.as_slice(), b.as_slice()))).unwrap()
}

pub fn vectors(inputs: u64) -> Vec<Row> {
    let ways = [
        (Kind::Honest, "sums from the last to the first", Way::Backward),
        (Kind::Honest, "fused multiply-add", Way::Fused),
        (Kind::Honest, "sixteen partial sums", Way::Lanes),
        (Kind::Cheat, "weights of 12 bits", Way::Weights(12)),
        (Kind::Cheat, "weights of 8 bits", Way::Weights(8)),
        (Kind::Cheat, "weights in bfloat16", Way::Bfloat),
        (Kind::Cheat, "one layer of four left out", Way::Shallow),
        (Kind::Cheat, "one weight in a hundred left out", Way::Sparse),
    ];
    let reference: Vec<_> = (0..inputs).map(|n| embed(n, Way::Forward)).collect();
    let row = |(kind, what, way)| {
        let judge = |(n, computed): (u64, &Vec<u8>)| {
            vector::compare(&embed(n, way), computed, VectorTolerance::default()).unwrap()
        };
        Row::of("vector", kind, what, (0..).zip(&reference).map(judge).collect())
    };
    ways.into_iter().map(row).collect()
}

/// Tokens of one unit.
pub const LENGTH: usize = 256;

/// Weights of the model that is asked for.
pub const FULL: [f64; 3] = [0.6, 0.3, 0.1];

/// From a prompt, the trial's number and the sampling that was asked for to tokens.
type Writer<'a> = &'a dyn Fn(&[u32], u64, Sampling) -> Vec<u32>;

pub async fn texts(prompts: u64) -> Vec<Row> {
    let model = Model::learn(FULL, 1.0);
    let backend = Backend::new(
        &serve(Model::learn(FULL, 1.0), Bend::Noise(2, 0.02)).await,
        "tiny",
        None,
    )
    .unwrap();
    let smaller = Model::learn([0.0, 0.9, 0.1], 1.0);
    let younger = Model::learn(FULL, 0.8);
    let seeded = |seed| Sampling::Seeded {
        seed,
        temperature: 1.0,
    };
    let mut rows = vec![];
    let ways: [(Kind, &str, bool, Writer); 9] = [
        (
            Kind::Honest,
            "greedy, log-probabilities off by 0.02",
            false,
            &|p, n, s| model.complete(p, LENGTH, s, Bend::Noise(n, 0.02)),
        ),
        (
            Kind::Honest,
            "seeded, log-probabilities off by 0.02",
            true,
            &|p, n, s| model.complete(p, LENGTH, s, Bend::Noise(n, 0.02)),
        ),
        (
            Kind::Cheat,
            "greedy, a smaller model (bigram for trigram)",
            false,
            &|p, _, s| smaller.complete(p, LENGTH, s, Bend::None),
        ),
        (Kind::Cheat, "seeded, a smaller model", true, &|p, _, s| {
            smaller.complete(p, LENGTH, s, Bend::None)
        }),
        (
            Kind::Cheat,
            "seeded, a model of four fifths of the text",
            true,
            &|p, _, s| younger.complete(p, LENGTH, s, Bend::None),
        ),
        (
            Kind::Cheat,
            "seeded, log-probabilities in steps of 1",
            true,
            &|p, _, s| model.complete(p, LENGTH, s, Bend::Steps(1.0)),
        ),
        (Kind::Cheat, "seeded, temperature 0.7 for 1", true, &|p, n, _| {
            let colder = Sampling::Seeded {
                seed: n,
                temperature: 0.7,
            };
            model.complete(p, LENGTH, colder, Bend::None)
        }),
        (Kind::Cheat, "another seed", true, &|p, n, _| {
            model.complete(
                p,
                LENGTH,
                Sampling::Seeded {
                    seed: n + 1_000_000,
                    temperature: 1.0,
                },
                Bend::None,
            )
        }),
        (
            Kind::Cheat,
            "the last eighth by a smaller model",
            true,
            &|p, _, s| {
                let mut tokens = model.complete(p, LENGTH, s, Bend::None);
                let whole: Vec<u32> = p.iter().chain(&tokens[..LENGTH * 7 / 8]).copied().collect();
                tokens.truncate(LENGTH * 7 / 8);
                tokens.extend(smaller.complete(&whole, LENGTH / 8, s, Bend::None));
                tokens
            },
        ),
    ];
    for (kind, what, sampled, complete) in ways {
        let mut findings = vec![];
        for n in 0..prompts {
            let prompt = prompt(&model, (n as usize * 37) % (model.text.len() - 12));
            let sampling = if sampled { seeded(n) } else { Sampling::Greedy };
            let completion = Completion {
                tokens: Tokens::Numbers(complete(&prompt, n, sampling)),
            };
            let claimed = serde_json::to_vec(&completion).unwrap();
            let tolerance = TokenTolerance::default();
            let found = tokens::compare(&backend, &numbers(&prompt), &claimed, sampling, tolerance).await;
            findings.push(found.unwrap());
        }
        rows.push(Row::of("tokens", kind, what, findings));
    }
    rows
}
