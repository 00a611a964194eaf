//! An OpenAI-compatible backend that returns log-probabilities.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Forced, Tokens};

/// Alternatives asked for at each place; backends give at least five, most give twenty.
const LIKELIEST: u32 = 20;

/// One pass over a prompt of any length that a backend takes.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Longest answer read: some hundred bytes a token and alternative.
const MAX_ANSWER: usize = 64 << 20;

/// `POST {base}/completions` with `echo` and `logprobs`, as vLLM, llama.cpp's and text-generation servers have it.
#[derive(Clone, Debug)]
pub struct Backend {
    base: String,
    model: String,
    key: Option<String>,
    http: reqwest::Client,
}

#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    #[error("the backend cannot be asked: {0}")]
    Http(#[from] reqwest::Error),
    #[error("the backend answers {status}: {said}")]
    Status { status: u16, said: String },
    #[error("the backend's answer has over {MAX_ANSWER} bytes")]
    TooLong,
    #[error("the backend's answer is no completion: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("the backend gives no log-probabilities of a prompt: it needs echo and logprobs")]
    NoLogProbabilities,
    #[error("the backend shows {found} tokens of a prompt that has {expected}")]
    Count { expected: usize, found: usize },
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    prompt: Prompt<'a>,
    /// Some backends refuse 0; the token that is made is dropped.
    max_tokens: u32,
    temperature: f64,
    echo: bool,
    logprobs: u32,
    /// vLLM names tokens by number then, so that no two have one name. Others ignore it.
    return_tokens_as_token_ids: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Prompt<'a> {
    Numbers(Vec<u32>),
    Text(&'a str),
}

#[derive(Deserialize)]
struct Answer {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    logprobs: Option<LogProbabilities>,
}

#[derive(Deserialize)]
struct LogProbabilities {
    tokens: Vec<String>,
    token_logprobs: Vec<Option<f64>>,
    top_logprobs: Vec<Option<BTreeMap<String, f64>>>,
    #[serde(default)]
    text_offset: Vec<usize>,
}

impl Backend {
    /// `base` ends with the version, as in `http://127.0.0.1:8000/v1`.
    ///
    /// # Errors
    /// No TLS on this machine.
    pub fn new(base: &str, model: &str, key: Option<String>) -> Result<Self, BackendError> {
        let http = reqwest::Client::builder().timeout(TIMEOUT).build()?;
        Ok(Self {
            base: base.trim_end_matches('/').into(),
            model: model.into(),
            key,
            http,
        })
    }

    /// The log-probabilities at each token of `completion` after `prompt`. Both are of one kind.
    ///
    /// # Errors
    /// The backend cannot be reached, refuses, or does not give what was asked.
    pub async fn forced(&self, prompt: &Tokens, completion: &Tokens) -> Result<Vec<Forced>, BackendError> {
        let text;
        let joined = match (prompt, completion) {
            (Tokens::Numbers(a), Tokens::Numbers(b)) => Prompt::Numbers([a.as_slice(), b].concat()),
            (a, b) => {
                text = written(a) + &written(b);
                Prompt::Text(&text)
            }
        };
        let request = Request {
            model: &self.model,
            prompt: joined,
            max_tokens: 1,
            temperature: 0.0,
            echo: true,
            logprobs: LIKELIEST,
            return_tokens_as_token_ids: matches!(prompt, Tokens::Numbers(_)),
        };
        let answer = self.ask(&request).await?;
        let choice = answer.choices.into_iter().next();
        let seen = choice
            .and_then(|choice| choice.logprobs)
            .ok_or(BackendError::NoLogProbabilities)?;
        select(seen, prompt, completion)
    }

    async fn ask(&self, request: &Request<'_>) -> Result<Answer, BackendError> {
        let mut asked = self.http.post(format!("{}/completions", self.base)).json(request);
        if let Some(key) = &self.key {
            asked = asked.bearer_auth(key);
        }
        let mut response = asked.send().await?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_ANSWER {
                return Err(BackendError::TooLong);
            }
        }
        if !status.is_success() {
            return Err(BackendError::Status {
                status: status.as_u16(),
                said: String::from_utf8_lossy(&body).chars().take(300).collect(),
            });
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

/// The places of the completion: by count where tokens are numbers, by where they begin in the text otherwise.
fn select(seen: LogProbabilities, prompt: &Tokens, completion: &Tokens) -> Result<Vec<Forced>, BackendError> {
    let shown = seen.tokens.len();
    if seen.token_logprobs.len() != shown || seen.top_logprobs.len() != shown {
        return Err(BackendError::NoLogProbabilities);
    }
    let places = match (prompt, completion) {
        (Tokens::Numbers(before), Tokens::Numbers(own)) => {
            let expected = before.len() + own.len();
            if shown < expected {
                return Err(BackendError::Count {
                    expected,
                    found: shown,
                });
            }
            before.len()..expected
        }
        (before, own) => {
            if seen.text_offset.len() != shown {
                return Err(BackendError::NoLogProbabilities);
            }
            let begin = written(before).chars().count();
            let end = begin + written(own).chars().count();
            let first_from = |at: usize| seen.text_offset.partition_point(|offset| *offset < at);
            first_from(begin)..first_from(end)
        }
    };
    let mut forced = Vec::with_capacity(places.len());
    for place in places {
        // The first token of all has no probability: nothing is before it.
        let log_probability = seen.token_logprobs[place].unwrap_or(0.0);
        let likeliest = seen.top_logprobs[place].clone().unwrap_or_default();
        if likeliest.is_empty() && place > 0 {
            return Err(BackendError::NoLogProbabilities);
        }
        forced.push(Forced {
            token: seen.tokens[place].clone(),
            log_probability,
            likeliest: likeliest.into_iter().collect(),
        });
    }
    Ok(forced)
}

fn written(tokens: &Tokens) -> String {
    match tokens {
        Tokens::Text(text) => text.clone(),
        // Never mixed with text: see `super::compare`.
        Tokens::Numbers(_) => String::new(),
    }
}
