//! `cosmwasm.wasm.v1.Query`.

use cosmrs::proto::cosmwasm::wasm::v1::{
    AbsoluteTxPosition, AccessConfig, AccessType, CodeInfoResponse, ContractInfo, Model,
    QueryAllContractStateRequest, QueryAllContractStateResponse, QueryCodeRequest, QueryCodeResponse,
    QueryCodesRequest, QueryCodesResponse, QueryContractInfoRequest, QueryContractInfoResponse,
    QueryContractsByCodeRequest, QueryContractsByCodeResponse, QueryContractsByCreatorRequest,
    QueryContractsByCreatorResponse, QueryRawContractStateRequest, QueryRawContractStateResponse,
    QuerySmartContractStateRequest, QuerySmartContractStateResponse,
};
use cosmwasm_std::{to_json_vec, Addr, ContractResult, Empty, QueryRequest, SystemResult, WasmQuery};
use cw_multi_test::ContractData;
use prost::Message as _;

use super::{decode, page, valid, Answer, QueryFailure};
use crate::app::{Application, Ended};
use crate::{auth, gas};

pub fn answer(app: &mut Application, method: &str, data: &[u8]) -> Answer {
    Some(match method {
        "SmartContractState" => decode(data).and_then(|request: QuerySmartContractStateRequest| {
            let data = smart(app, request.address, request.query_data)?;
            Ok(QuerySmartContractStateResponse { data }.encode_to_vec())
        }),
        "RawContractState" => decode(data).and_then(|request: QueryRawContractStateRequest| {
            contract(app, &request.address)?;
            let storage = app.modules.contract_storage(&Addr::unchecked(request.address));
            let data = storage.get(&request.query_data).unwrap_or_default();
            Ok(QueryRawContractStateResponse { data }.encode_to_vec())
        }),
        "AllContractState" => decode(data).and_then(|request: QueryAllContractStateRequest| {
            contract(app, &request.address)?;
            let records = app.modules.dump_wasm_raw(&Addr::unchecked(request.address));
            let models = records
                .into_iter()
                .map(|(key, value)| Model { key, value })
                .collect();
            let (models, pagination) = page::of(models, request.pagination);
            Ok(QueryAllContractStateResponse { models, pagination }.encode_to_vec())
        }),
        "ContractInfo" => decode(data).and_then(|request: QueryContractInfoRequest| {
            let found = contract(app, &request.address)?;
            let contract_info = ContractInfo {
                code_id: found.code_id,
                creator: found.creator.to_string(),
                admin: found.admin.map(String::from).unwrap_or_default(),
                label: found.label,
                created: Some(AbsoluteTxPosition {
                    block_height: found.created,
                    tx_index: 0,
                }),
                ..ContractInfo::default()
            };
            let address = request.address;
            Ok(QueryContractInfoResponse {
                address,
                contract_info: Some(contract_info),
            }
            .encode_to_vec())
        }),
        "Code" => decode(data).and_then(|request: QueryCodeRequest| {
            let info = codes(app)
                .into_iter()
                .find(|info| info.code_id == request.code_id);
            let code_info = Some(info.ok_or_else(|| no_code(request.code_id))?);
            // Native code has no Wasm file to hand out.
            Ok(QueryCodeResponse {
                code_info,
                data: Vec::new(),
            }
            .encode_to_vec())
        }),
        "Codes" => decode(data).map(|request: QueryCodesRequest| {
            let (code_infos, pagination) = page::of(codes(app), request.pagination);
            QueryCodesResponse {
                code_infos,
                pagination,
            }
            .encode_to_vec()
        }),
        "ContractsByCode" => decode(data).map(|request: QueryContractsByCodeRequest| {
            let found = auth::addresses(app.store());
            let found = found
                .into_iter()
                .filter(|address| is_of_code(app, address, request.code_id))
                .collect();
            let (contracts, pagination) = page::of(found, request.pagination);
            QueryContractsByCodeResponse {
                contracts,
                pagination,
            }
            .encode_to_vec()
        }),
        "ContractsByCreator" => decode(data).and_then(|request: QueryContractsByCreatorRequest| {
            let creator = Addr::unchecked(valid(&request.creator_address)?);
            let found = auth::addresses(app.store());
            let made = |address: &String| contract(app, address).is_ok_and(|found| found.creator == creator);
            let (contract_addresses, pagination) =
                page::of(found.into_iter().filter(made).collect(), request.pagination);
            Ok(QueryContractsByCreatorResponse {
                contract_addresses,
                pagination,
            }
            .encode_to_vec())
        }),
        _ => return None,
    })
}

fn smart(app: &mut Application, address: String, msg: Vec<u8>) -> Result<Vec<u8>, QueryFailure> {
    // Looked at before the address, as a node does.
    if serde_json::from_slice::<serde::de::IgnoredAny>(&msg).is_err() {
        return Err(QueryFailure::Invalid("invalid query data".to_owned()));
    }
    contract(app, &address)?;
    let failed = |text: String| QueryFailure::Unknown(format!("{text}: query wasm contract failed"));
    let request: QueryRequest<Empty> = WasmQuery::Smart {
        contract_addr: address,
        msg: msg.into(),
    }
    .into();
    let request = to_json_vec(&request).map_err(|error| failed(error.to_string()))?;
    app.meter.start(gas::MAX_PER_QUERY);
    let ended = app.guarded(|app| cosmwasm_std::Querier::raw_query(&app.modules, &request));
    let used = app.meter.stop();
    match ended {
        Ended::With(SystemResult::Ok(ContractResult::Ok(data))) => Ok(data.into()),
        Ended::With(SystemResult::Ok(ContractResult::Err(text))) => Err(failed(text)),
        Ended::With(SystemResult::Err(error)) => Err(failed(error.to_string())),
        Ended::OutOfGas => Err(failed(format!("out of gas: {used} used"))),
        Ended::Panicked(text) => Err(QueryFailure::Unknown(format!(
            "contract panicked: {text}: wasmvm error"
        ))),
    }
}

fn contract(app: &Application, address: &str) -> Result<ContractData, QueryFailure> {
    let missing = || QueryFailure::Unknown(format!("address {address}: no such contract"));
    app.modules
        .contract_data(&Addr::unchecked(valid(address)?))
        .map_err(|_| missing())
}

fn is_of_code(app: &Application, address: &str, code_id: u64) -> bool {
    contract(app, address).is_ok_and(|found| found.code_id == code_id)
}

fn no_code(id: u64) -> QueryFailure {
    QueryFailure::Unknown(format!("code id {id}: no such code"))
}

fn codes(app: &Application) -> Vec<CodeInfoResponse> {
    let everybody = AccessConfig {
        permission: AccessType::Everybody as i32,
        addresses: Vec::new(),
    };
    (1..)
        .zip(&app.codes)
        .map(|(code_id, code)| CodeInfoResponse {
            code_id,
            creator: auth::module_address(auth::GOV),
            data_hash: code.checksum().as_slice().to_vec(),
            instantiate_permission: Some(everybody.clone()),
        })
        .collect()
}
