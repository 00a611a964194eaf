use cosmrs::proto::prost::Message;
use serde_json::json;
use tokio::time::Instant;

use super::{Chain, QueryError};
use crate::rpc::{
    wire::{AbciAnswer, AbciResponse},
    RpcError,
};

impl Chain {
    /// A protobuf query at the latest height, for modules this client has no method for.
    ///
    /// `path` is the full method name, such as `/cosmos.gov.v1.Query/Params`.
    pub async fn query<Q: Message, R: Message + Default>(
        &self,
        path: &str,
        request: &Q,
    ) -> Result<R, QueryError> {
        let response = self.abci(path, request.encode_to_vec()).await?;
        accept(path, response)
    }

    /// As [`Chain::query`], with `None` for what the chain does not have.
    pub async fn find<Q: Message, R: Message + Default>(
        &self,
        path: &str,
        request: &Q,
    ) -> Result<Option<R>, QueryError> {
        let response = self.abci(path, request.encode_to_vec()).await?;
        match is_missing(&response) {
            true => Ok(None),
            false => accept(path, response).map(Some),
        }
    }

    /// Never from an older state than one that was read already.
    pub(crate) async fn abci(&self, path: &str, request: Vec<u8>) -> Result<AbciResponse, QueryError> {
        let params = json!({ "path": path, "data": hex::encode(request), "prove": false });
        let height = |answer: &AbciAnswer| Some(answer.response.height).filter(|height| *height > 0);
        let began = Instant::now();
        loop {
            let endpoints = &self.inner.endpoints;
            match endpoints.fresh("abci_query", &params, height).await {
                // A node tells of a block before its state can be asked; another one may lag by a block or two.
                Err(RpcError::Behind { .. }) if began.elapsed() < self.options().lag_timeout => {
                    tokio::time::sleep(self.options().poll_interval).await;
                }
                answer => return Ok(answer?.response),
            }
        }
    }
}

pub(crate) fn accept<R: Message + Default>(path: &str, response: AbciResponse) -> Result<R, QueryError> {
    if response.code != 0 {
        return Err(refused(path, response));
    }
    R::decode(response.value.as_slice()).map_err(|error| QueryError::Shape {
        path: path.to_owned(),
        cause: error.to_string(),
    })
}

pub(crate) fn refused(path: &str, response: AbciResponse) -> QueryError {
    let AbciResponse {
        code, codespace, log, ..
    } = response;
    QueryError::Refused {
        path: path.to_owned(),
        codespace,
        code,
        log,
    }
}

/// A gRPC `NotFound` arrives as a code and a text, for ABCI knows no gRPC status.
fn is_missing(response: &AbciResponse) -> bool {
    response.code != 0 && response.log.contains("code = NotFound")
}
