use cosmrs::proto::{
    cosmos::{
        auth::v1beta1::{ModuleAccount, QueryModuleAccountByNameRequest, QueryModuleAccountByNameResponse},
        base::query::v1beta1::PageRequest,
    },
    cosmwasm::wasm::v1::{
        QueryCodeRequest, QueryCodeResponse, QueryPinnedCodesRequest, QueryPinnedCodesResponse,
    },
    prost::Message,
};
use serde::{Deserialize, Serialize};

use super::{Chain, QueryError};

const CODE: &str = "/cosmwasm.wasm.v1.Query/Code";
const PINNED: &str = "/cosmwasm.wasm.v1.Query/PinnedCodes";
const MODULE: &str = "/cosmos.auth.v1beta1.Query/ModuleAccountByName";

/// SHA-256 of a contract's bytecode, uncompressed. Written as 64 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeHash(pub [u8; 32]);

impl From<CodeHash> for String {
    fn from(hash: CodeHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for CodeHash {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash)?;
        Ok(Self(hash))
    }
}

impl std::fmt::Display for CodeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Stored bytecode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeInfo {
    pub code_id: u64,
    pub creator: String,
    pub hash: CodeHash,
}

impl Chain {
    /// What was stored under a code id; `None` if nothing was. Its bytecode travels with the answer.
    pub async fn code(&self, code_id: u64) -> Result<Option<CodeInfo>, QueryError> {
        let request = QueryCodeRequest { code_id };
        let answer = match self.query::<_, QueryCodeResponse>(CODE, &request).await {
            Err(QueryError::Refused { log, .. }) if log.contains("no such code") => return Ok(None),
            answer => answer?,
        };
        let shape = |cause: String| QueryError::Shape {
            path: CODE.to_owned(),
            cause,
        };
        let info = answer
            .code_info
            .ok_or_else(|| shape("an answer without code".to_owned()))?;
        let hash = info.data_hash.try_into();
        let hash = hash.map_err(|bytes: Vec<u8>| shape(format!("a hash of {} bytes", bytes.len())))?;
        Ok(Some(CodeInfo {
            code_id: info.code_id,
            creator: info.creator,
            hash: CodeHash(hash),
        }))
    }

    /// Ids of the codes that nodes keep in memory: the first thousand.
    pub async fn pinned_codes(&self) -> Result<Vec<u64>, QueryError> {
        let pagination = Some(PageRequest {
            limit: 1_000,
            ..PageRequest::default()
        });
        let answer: QueryPinnedCodesResponse = self
            .query(PINNED, &QueryPinnedCodesRequest { pagination })
            .await?;
        Ok(answer.code_ids)
    }

    /// The address of a module's account as the chain says it.
    ///
    /// # Errors
    /// [`QueryError::Refused`] if it has no such module.
    pub async fn module_account(&self, name: &str) -> Result<String, QueryError> {
        let request = QueryModuleAccountByNameRequest {
            name: name.to_owned(),
        };
        let answer: QueryModuleAccountByNameResponse = self.query(MODULE, &request).await?;
        let shape = |cause: &str| QueryError::Shape {
            path: MODULE.to_owned(),
            cause: cause.to_owned(),
        };
        let account = answer.account.ok_or_else(|| shape("an answer without account"))?;
        let account = ModuleAccount::decode(account.value.as_slice())
            .map_err(|error| shape(&error.to_string()))?
            .base_account
            .ok_or_else(|| shape("an account without base"))?;
        Ok(account.address)
    }
}
