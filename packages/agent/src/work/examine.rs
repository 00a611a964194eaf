//! Runs somebody else's unit again, to say whether its result is right.

use std::path::PathBuf;
use std::sync::Arc;

use chain_client::{QueryError, SigningKey};
use jobs::executor::{Capabilities, ExecutorError, Exit, Grant, UnitOutcome, UnitRange, UnitResult};
use jobs::store::StoreError;
use jobs::{AttemptId, Digest, Executor, Manifest, Store};
use market_types::attestation::AuditResponse;
use market_types::audit::{Answer, AuditClass, AuditId};
use market_types::{Hash32, LeaseId};

use crate::client::{Client, ClientError};
use crate::market::Market;

/// One unit to examine.
pub struct Examiner {
    pub market: Market,
    pub audit: AuditResponse,
    pub executor: Arc<dyn Executor>,
    pub capabilities: Capabilities,
    pub key: SigningKey,
    /// Made for this examination and deleted after it.
    pub scratch: PathBuf,
    /// Largest object that is fetched.
    pub max_object: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Whose fault that is, the other auditors' answers tell.
    #[error("the data of the unit cannot be had: {0}")]
    Gateway(#[from] ClientError),
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the manifest of lease {lease}: {source}")]
    Manifest {
        lease: LeaseId,
        source: jobs::manifest::ManifestError,
    },
    #[error("running unit {} again: {exit:?}", audit.unit)]
    NotRun { audit: AuditId, exit: Exit },
    #[error("{}: {source}", path.display())]
    Scratch { path: PathBuf, source: std::io::Error },
    #[error("object {digest} has {bytes} bytes; at most {max} are fetched")]
    TooLarge { digest: Digest, bytes: u64, max: u64 },
    #[error("units of class {0} cannot be compared by this agent")]
    Class(AuditClass),
}

impl ExamineError {
    /// The provider withholds what it has to show, or shows something else.
    pub fn is_data(&self) -> bool {
        matches!(self, Self::Gateway(_) | Self::Manifest { .. })
    }
}

impl Examiner {
    /// What this machine finds. Nothing of the examined job stays.
    pub async fn examine(self) -> Result<Answer, ExamineError> {
        let attempt = self.attempt();
        let answer = self.compare(&attempt).await;
        self.executor.destroy(&attempt).await?;
        match std::fs::remove_dir_all(&self.scratch) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(ExamineError::Scratch {
                path: self.scratch.clone(),
                source,
            }),
            _ => answer,
        }
    }

    fn attempt(&self) -> AttemptId {
        let AuditId { lease, unit } = self.audit.audit;
        AttemptId::audit(lease.0, unit)
    }

    async fn compare(&self, attempt: &AttemptId) -> Result<Answer, ExamineError> {
        let found = self.run(attempt).await?;
        if self.audit.class.0 == AuditClass::EXACT {
            let digest = Hash32(found.result.bytes);
            return Ok(Answer::Result { digest });
        }
        Err(ExamineError::Class(self.audit.class.clone()))
    }

    /// Fetches the job from the provider's gateway and runs the one unit.
    async fn run(&self, attempt: &AttemptId) -> Result<UnitResult, ExamineError> {
        let AuditId { lease, unit } = self.audit.audit;
        let seen = self.market.lease(lease).await?;
        let provider = self.market.provider(self.audit.provider).await?;
        let client = Client::new(
            &provider.gateway.url,
            &self.market.deployment().chain_id,
            provider.owner.as_str(),
            lease,
            self.key.clone(),
        )?;
        let store = Store::open(self.scratch.clone())?;
        let named = Digest::from(seen.manifest);
        let content = client.get(&named, jobs::manifest::MAX_CANONICAL_BYTES).await?;
        let manifest = Manifest::for_order(&content, &named)
            .map_err(|source| ExamineError::Manifest { lease, source })?;
        store.put_as(&named, &content)?;
        for content in manifest.contents() {
            let (digest, bytes) = (content.digest, content.size);
            if bytes > self.max_object {
                let max = self.max_object;
                return Err(ExamineError::TooLarge { digest, bytes, max });
            }
            // Sizes above the address space are above the largest object.
            let max = usize::try_from(bytes).unwrap_or(usize::MAX);
            store.put_as(&digest, &client.get(&digest, max).await?)?;
        }
        let grant = Grant {
            class: seen.class.clone(),
            resources: seen.resources.clone(),
            capabilities: self.capabilities.clone(),
        };
        let plan = self
            .executor
            .assess(&manifest, &grant)
            .map_err(ExecutorError::from)?;
        let prepared = self.executor.prepare(&plan, &store).await?;
        // An attempt of before a restart would answer for this one.
        self.executor.destroy(attempt).await?;
        let range = UnitRange {
            first: unit,
            count: 1,
        };
        let handle = self.executor.start(&prepared, attempt, range).await?;
        match self.executor.wait_unit(&handle, unit).await? {
            UnitOutcome::Finished(result) => Ok(result),
            UnitOutcome::NotRun(exit) => Err(ExamineError::NotRun {
                audit: self.audit.audit,
                exit,
            }),
        }
    }
}
