//! cw-multi-test's bank with the checks, events and accounts of a real one.

use cosmwasm_std::{
    Addr, Api, BalanceResponse, BankMsg, BankQuery, Binary, BlockInfo, Coin, CustomMsg, CustomQuery, Event,
    Querier, QueryRequest, Storage,
};
use cw_multi_test::error::AnyResult;
use cw_multi_test::{AppResponse, Bank, BankKeeper, BankSudo, CosmosRouter, Module};
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;
use crate::{auth, coins};

#[derive(Default)]
pub struct CheckedBank {
    keeper: BankKeeper,
}

impl CheckedBank {
    /// Sets the coins of a genesis account and creates it.
    pub fn genesis(&self, storage: &mut dyn Storage, address: &str, held: Vec<Coin>) -> AnyResult<()> {
        auth::ensure(storage, address, None);
        self.keeper.init_balance(storage, &Addr::unchecked(address), held)
    }
}

impl Bank for CheckedBank {}

impl Module for CheckedBank {
    type ExecT = BankMsg;
    type QueryT = BankQuery;
    type SudoT = BankSudo;

    fn execute<ExecC, QueryC>(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        router: &dyn CosmosRouter<ExecC = ExecC, QueryC = QueryC>,
        block: &BlockInfo,
        sender: Addr,
        msg: BankMsg,
    ) -> AnyResult<AppResponse>
    where
        ExecC: CustomMsg + DeserializeOwned + 'static,
        QueryC: CustomQuery + DeserializeOwned + 'static,
    {
        let (to, amount) = match &msg {
            BankMsg::Send { to_address, amount } => (Some(to_address.clone()), amount),
            BankMsg::Burn { amount } => (None, amount),
            other => return Err(Refusal::Unknown(format!("bank message {other:?} is not supported")).into()),
        };
        if let Some(to) = to.as_ref().filter(|to| !auth::is_valid(to)) {
            return Err(Refusal::Address(format!("invalid to address: {to}: decoding bech32 failed")).into());
        }
        // Contracts may name a coin twice or send zero of it; both are added up and dropped before they move.
        let mut moved = coins::add(amount, &[]);
        moved.retain(|coin| !coin.amount.is_zero());
        if moved.is_empty() {
            return Err(Refusal::Coins(coins::text(amount)).into());
        }
        for wanted in &moved {
            let query = BankQuery::Balance {
                address: sender.to_string(),
                denom: wanted.denom.clone(),
            };
            let held: BalanceResponse =
                cosmwasm_std::from_json(router.query(api, storage, block, QueryRequest::Bank(query))?)?;
            if held.amount.amount < wanted.amount {
                let (spendable, wanted) = (held.amount.to_string(), wanted.to_string());
                return Err(Refusal::Funds { spendable, wanted }.into());
            }
        }
        let total = coins::text(&moved);
        let spent = Event::new("coin_spent")
            .add_attribute("spender", &sender)
            .add_attribute("amount", total.as_str());
        let events = match &to {
            Some(to) => {
                auth::ensure(storage, to, None);
                vec![
                    spent,
                    Event::new("coin_received")
                        .add_attribute("receiver", to)
                        .add_attribute("amount", total.as_str()),
                    Event::new("transfer")
                        .add_attribute("recipient", to)
                        .add_attribute("sender", &sender)
                        .add_attribute("amount", total),
                    Event::new("message").add_attribute("sender", &sender),
                ]
            }
            None => {
                vec![
                    spent,
                    Event::new("burn")
                        .add_attribute("burner", &sender)
                        .add_attribute("amount", total),
                ]
            }
        };
        let msg = match to {
            Some(to_address) => BankMsg::Send {
                to_address,
                amount: moved,
            },
            None => BankMsg::Burn { amount: moved },
        };
        self.keeper.execute(api, storage, router, block, sender, msg)?;
        Ok(AppResponse {
            events,
            ..AppResponse::default()
        })
    }

    fn query(
        &self,
        api: &dyn Api,
        storage: &dyn Storage,
        querier: &dyn Querier,
        block: &BlockInfo,
        request: BankQuery,
    ) -> AnyResult<Binary> {
        self.keeper.query(api, storage, querier, block, request)
    }

    fn sudo<ExecC, QueryC>(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        router: &dyn CosmosRouter<ExecC = ExecC, QueryC = QueryC>,
        block: &BlockInfo,
        msg: BankSudo,
    ) -> AnyResult<AppResponse>
    where
        ExecC: CustomMsg + DeserializeOwned + 'static,
        QueryC: CustomQuery + DeserializeOwned + 'static,
    {
        self.keeper.sudo(api, storage, router, block, msg)
    }
}
