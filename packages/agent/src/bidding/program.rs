//! A provider's own strategy: a program that reads one JSON object and writes one.
//!
//! It reads `{"order": .., "terms": .., "auction": .., "decision": ..}` and writes `{"bid": "1500000"}` or `{"hold": true}`.
//! It can ask for more than the built-in policy or hold, but not bid below the floor or above the maximum.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use market_types::Price;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::policy::{Auction, Decision, Hold, Terms};

const LIMIT: Duration = Duration::from_secs(2);

#[derive(Serialize)]
pub struct Question<'a, O: Serialize> {
    pub order: &'a O,
    pub terms: &'a Terms,
    pub auction: &'a Auction,
    pub decision: &'a Decision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    Bid(Price),
    Hold(bool),
}

#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    #[error("{}: {source}", path.display())]
    Start { path: PathBuf, source: std::io::Error },
    #[error("{} did not answer within {LIMIT:?}", path.display())]
    Late { path: PathBuf },
    #[error("{} ended with {status}", path.display())]
    Failed {
        path: PathBuf,
        status: std::process::ExitStatus,
    },
    #[error("{} answered something else than a bid or a hold: {source}", path.display())]
    Answer {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("the program bids {price}; bids lie in {floor} to {max}")]
    OutOfBounds { price: Price, floor: Price, max: Price },
}

/// Asks the program. Its environment is this process's; its standard error too.
pub async fn ask<O: Serialize>(path: &Path, question: &Question<'_, O>) -> Result<Decision, ProgramError> {
    let at = || path.to_owned();
    let start = |source| ProgramError::Start { path: at(), source };
    let text = serde_json::to_vec(question).map_err(|source| ProgramError::Answer { path: at(), source })?;
    let mut child = Command::new(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?;
    let stdin = child.stdin.take();
    let run = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read its question may still answer.
            let _ = stdin.write_all(&text).await;
        }
        child.wait_with_output().await
    };
    let output = tokio::time::timeout(LIMIT, run)
        .await
        .map_err(|_| ProgramError::Late { path: at() })?;
    let output = output.map_err(start)?;
    if !output.status.success() {
        return Err(ProgramError::Failed {
            path: at(),
            status: output.status,
        });
    }
    let answer = serde_json::from_slice(&output.stdout)
        .map_err(|source| ProgramError::Answer { path: at(), source })?;
    bound(answer, question.terms, question.auction)
}

fn bound(answer: Answer, terms: &Terms, auction: &Auction) -> Result<Decision, ProgramError> {
    match answer {
        Answer::Hold(_) => Ok(Decision::Hold(Hold::Program)),
        Answer::Bid(price) if price < terms.floor || price > auction.max => Err(ProgramError::OutOfBounds {
            price,
            floor: terms.floor,
            max: auction.max,
        }),
        Answer::Bid(price) => Ok(Decision::Bid(price)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use market_types::order::AwardRule;
    use market_types::BasisPoints;
    use std::os::unix::fs::PermissionsExt;

    async fn answer(script: &str) -> Result<Decision, ProgramError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("strategy");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        let terms = Terms {
            floor: Price::new(100),
            markup_bps: 0,
            queue_bps: 0,
            step_bps: 100,
            jobs: 0,
        };
        let auction = Auction {
            max: Price::new(1_000),
            rule: AwardRule::Lowest,
            best: None,
            own: None,
            reputation: BasisPoints(1_000),
            min_step: BasisPoints(10),
        };
        let decision = Decision::Bid(Price::new(100));
        let question = Question {
            order: &7,
            terms: &terms,
            auction: &auction,
            decision: &decision,
        };
        ask(&path, &question).await
    }

    #[tokio::test]
    async fn a_program_may_bid_within_bounds_or_hold() {
        let bid = r#"grep -q '"floor":"100"' && echo '{"bid":"700"}'"#;
        assert_eq!(answer(bid).await.unwrap(), Decision::Bid(Price::new(700)));
        assert_eq!(
            answer(r#"echo '{"hold":true}'"#).await.unwrap(),
            Decision::Hold(Hold::Program)
        );
    }

    #[tokio::test]
    async fn a_program_cannot_bid_below_the_floor() {
        assert!(matches!(
            answer(r#"echo '{"bid":"99"}'"#).await,
            Err(ProgramError::OutOfBounds { .. })
        ));
        assert!(matches!(
            answer(r#"echo '{"bid":"1001"}'"#).await,
            Err(ProgramError::OutOfBounds { .. })
        ));
    }

    #[tokio::test]
    async fn a_program_that_fails_or_talks_nonsense_is_an_error() {
        assert!(matches!(answer("exit 3").await, Err(ProgramError::Failed { .. })));
        assert!(matches!(
            answer("echo maybe").await,
            Err(ProgramError::Answer { .. })
        ));
    }
}
