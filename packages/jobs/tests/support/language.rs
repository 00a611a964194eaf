//! A tiny language model computed from a committed text, and an OpenAI-compatible server over it: enough of a backend to check tokens with.
//!
//! Words and punctuation are tokens. A trigram, a bigram and a unigram count are mixed with fixed weights.

#![allow(dead_code, clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use jobs::comparison::tokens::{Sampling, Tokens};
use serde_json::{json, Value};

const TEXT: &str = include_str!("../../testdata/apache-2.0.txt");

pub struct Model {
    pub words: Vec<String>,
    numbers: HashMap<String, u32>,
    /// Weights of trigram, bigram and unigram.
    pub weights: [f64; 3],
    counts: [HashMap<Vec<u32>, BTreeMap<u32, u32>>; 3],
    pub text: Vec<u32>,
}

/// What a machine or a cheat does to the log-probabilities.
#[derive(Clone, Copy)]
pub enum Bend {
    None,
    /// Uniform noise up to this, from place and token: another machine's rounding.
    Noise(u64, f64),
    /// Rounded to multiples of this: a coarser arithmetic.
    Steps(f64),
}

impl Model {
    /// Learns from the first `share` of the text.
    pub fn learn(weights: [f64; 3], share: f64) -> Self {
        let mut words: Vec<String> = vec![];
        let mut numbers = HashMap::new();
        let mut text = vec![];
        let normal = TEXT.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in split(&normal) {
            let number = *numbers.entry(word.to_owned()).or_insert_with(|| {
                words.push(word.to_owned());
                words.len() as u32 - 1
            });
            text.push(number);
        }
        let mut counts: [HashMap<Vec<u32>, BTreeMap<u32, u32>>; 3] = Default::default();
        let learned = &text[..(text.len() as f64 * share) as usize];
        for end in 2..learned.len() {
            for (order, counts) in counts.iter_mut().enumerate() {
                let context = learned[end - (2 - order)..end].to_vec();
                *counts
                    .entry(context)
                    .or_default()
                    .entry(learned[end])
                    .or_insert(0) += 1;
            }
        }
        Self {
            words,
            numbers,
            weights,
            counts,
            text,
        }
    }

    /// Log-probabilities of every word after `before`.
    pub fn next(&self, before: &[u32], bend: Bend) -> Vec<f64> {
        let size = self.words.len();
        let mut mixed = vec![0.001 / size as f64; size];
        for (order, (counts, weight)) in self.counts.iter().zip(self.weights).enumerate() {
            let context = &before[before.len().saturating_sub(2 - order)..];
            if let Some(seen) = counts.get(context) {
                let total: u32 = seen.values().sum();
                for (word, count) in seen {
                    mixed[*word as usize] += weight * f64::from(*count) / f64::from(total);
                }
            }
        }
        let sum: f64 = mixed.iter().sum();
        let bent = |(word, p): (usize, f64)| {
            let log = (p / sum).ln();
            match bend {
                Bend::None => log,
                Bend::Noise(seed, most) => {
                    let hash = splitmix(seed ^ splitmix((before.len() as u64) << 32 | word as u64));
                    log + most * (2.0 * unit(hash) - 1.0)
                }
                Bend::Steps(step) => (log / step).round() * step,
            }
        };
        mixed.into_iter().enumerate().map(bent).collect()
    }

    /// Chooses `count` tokens after `prompt`.
    pub fn complete(&self, prompt: &[u32], count: usize, sampling: Sampling, bend: Bend) -> Vec<u32> {
        let mut all = prompt.to_vec();
        for place in 0..count as u32 {
            let scores = self.next(&all, bend);
            // As a backend's top twenty do, so that both sides choose among the same.
            let best = likeliest(&scores)
                .into_iter()
                .map(|word| (word, sampling.score(place, &name(word), scores[word as usize])))
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            all.push(best.unwrap().0);
        }
        all.split_off(prompt.len())
    }
}

fn likeliest(scores: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b)));
    order.truncate(20);
    order
}

pub fn name(word: u32) -> String {
    format!("token_id:{word}")
}

/// Words with the space after them; punctuation, with its space, is a token of its own.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
        .flat_map(|piece| {
            let stem = piece.trim_end().trim_end_matches([',', '.', ';', ':', ')']).len();
            let cut = if stem < piece.trim_end().len() {
                stem
            } else {
                piece.len()
            };
            let (word, rest) = piece.split_at(cut);
            [word, rest]
        })
        .filter(|piece| !piece.is_empty())
}

pub fn splitmix(state: u64) -> u64 {
    let x = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// 0 to 1.
pub fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

struct Served {
    model: Model,
    bend: Bend,
}

/// Serves `POST /v1/completions` with echo and logprobs on a free port of the loopback; ends with the runtime.
pub async fn serve(model: Model, bend: Bend) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new()
        .route("/v1/completions", post(completions))
        .with_state(Arc::new(Served { model, bend }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/v1")
}

async fn completions(State(served): State<Arc<Served>>, Json(request): Json<Value>) -> Json<Value> {
    let Served { model, bend } = &*served;
    if request["echo"] != true || request["logprobs"].is_null() {
        return Json(json!({"choices": [{"text": "", "logprobs": null}]}));
    }
    let by_number = request["prompt"].is_array();
    let shown = |word: u32| match by_number {
        true => name(word),
        false => model.words[word as usize].clone(),
    };
    let mut tokens: Vec<u32> = match &request["prompt"] {
        Value::Array(numbers) => numbers.iter().map(|n| n.as_u64().unwrap() as u32).collect(),
        text => split(text.as_str().unwrap())
            .map(|word| model.numbers.get(word).copied().unwrap_or(0))
            .collect(),
    };
    let made = model.complete(&tokens, 1, Sampling::Greedy, *bend);
    tokens.extend(made);
    let (mut names, mut own, mut top, mut offsets, mut at) = (vec![], vec![], vec![], vec![], 0);
    for (place, word) in tokens.iter().enumerate() {
        let scores = model.next(&tokens[..place], *bend);
        names.push(shown(*word));
        offsets.push(at);
        at += model.words[*word as usize].chars().count();
        own.push((place > 0).then(|| scores[*word as usize]));
        let best: BTreeMap<String, f64> = likeliest(&scores)
            .into_iter()
            .map(|word| (shown(word), scores[word as usize]))
            .collect();
        top.push((place > 0).then_some(best));
    }
    Json(json!({"choices": [{"text": "", "logprobs": {
        "tokens": names, "token_logprobs": own, "top_logprobs": top, "text_offset": offsets,
    }}]}))
}

/// The text's words from `at`, as a prompt.
pub fn prompt(model: &Model, at: usize) -> Vec<u32> {
    model.text[at..at + 12].to_vec()
}

pub fn numbers(tokens: &[u32]) -> Tokens {
    Tokens::Numbers(tokens.to_vec())
}
