//! What people want of the market, one method each.

use cosmwasm_std::{to_json_binary, Addr, Binary, Uint128};
use cw20::Cw20ExecuteMsg;
use market_types::escrow::{Acknowledgement, Amendment, ExecuteMsg as Escrow, Hook as EscrowHook};
use market_types::order::OrderSpec;
use market_types::order_book::ExecuteMsg as Book;
use market_types::registry::{ExecuteMsg as Registry, Gateway, Hook as BondHook, Registration};
use market_types::resources::MachineGroup;
use market_types::take_rate::{ExecuteMsg as TakeRate, Hook as FeeHook};
use market_types::{attestation, BatchNo, Hash32, LeaseId, OrderId, Price};
use serde::Serialize;

use super::{Outcome, Suite};
use crate::call::Call;
use crate::keys::Key;

/// A cw20 `Send` with a hook.
///
/// # Panics
/// Never: hooks serialise.
#[allow(clippy::expect_used)]
pub fn send_hook<H: Serialize>(token: &Addr, to: &Addr, amount: u128, hook: &H) -> Call {
    let msg = Cw20ExecuteMsg::Send {
        contract: to.to_string(),
        amount: Uint128::new(amount),
        msg: to_json_binary(hook).expect("hooks serialise"),
    };
    Call::Token(token.clone(), msg)
}

pub fn plain_transfer(token: &Addr, to: &Addr, amount: u128) -> Call {
    let msg = Cw20ExecuteMsg::Transfer {
        recipient: to.to_string(),
        amount: Uint128::new(amount),
    };
    Call::Token(token.clone(), msg)
}

/// A registration with the key of `agent`.
pub fn registration(owner: &Addr, agent: &Key, machines: Vec<MachineGroup>, registry: &Addr) -> Registration {
    Registration {
        agent: agent.agent_of(owner, registry),
        gateway: Gateway {
            url: "http://gateway.test:8080".into(),
            tls_fingerprint: None,
        },
        group: None,
        attributes: vec![],
        machines,
    }
}

/// All of these return what the contract that refused says, as [`Suite::send`] does.
#[allow(clippy::missing_errors_doc)]
impl Suite {
    // --- tokens

    pub fn give(&mut self, from: &Addr, token: &Addr, to: &Addr, amount: u128) -> Outcome {
        self.send(from, plain_transfer(token, to, amount))
    }

    pub fn deposit(&mut self, from: &Addr, token: &Addr, amount: u128) -> Outcome {
        let escrow = self.wiring.lease_escrow.clone();
        self.send(
            from,
            send_hook(token, &escrow, amount, &EscrowHook::Deposit { owner: None }),
        )
    }

    pub fn withdraw(&mut self, owner: &Addr, token: &Addr, amount: Option<u128>) -> Outcome {
        let msg = Escrow::Withdraw {
            token: token.to_string(),
            amount: amount.map(Uint128::new),
        };
        self.send(owner, msg)
    }

    // --- providers

    /// Register `owner` with an agent named after it.
    pub fn register(&mut self, owner: &Addr, machines: Vec<MachineGroup>) -> Outcome {
        let agent = Self::agent_of(owner);
        let registration = registration(owner, &agent, machines, &self.wiring.provider_registry);
        self.send(owner, Registry::Register(registration))
    }

    /// The first agent key of `owner`.
    pub fn agent_of(owner: &Addr) -> Key {
        Key::of(&format!("agent of {owner}"))
    }

    pub fn bond(&mut self, owner: &Addr, amount: u128) -> Outcome {
        let (token, registry) = (
            self.wiring.network_token.clone(),
            self.wiring.provider_registry.clone(),
        );
        self.send(
            owner,
            send_hook(&token, &registry, amount, &BondHook::Bond { provider: None }),
        )
    }

    pub fn unbond(&mut self, owner: &Addr, amount: u128) -> Outcome {
        let amount = Uint128::new(amount);
        self.send(owner, Registry::Unbond { amount })
    }

    pub fn withdraw_unbonded(&mut self, owner: &Addr) -> Outcome {
        self.send(owner, Registry::WithdrawUnbonded {})
    }

    pub fn claim(&mut self, owner: &Addr) -> Outcome {
        self.send(owner, Registry::Claim {})
    }

    /// As the governor.
    pub fn set_bond_price(&mut self, token: &Addr, price: u128) -> Outcome {
        let msg = Registry::SetBondPrice {
            token: token.to_string(),
            price: Uint128::new(price),
        };
        let governor = self.governor.clone();
        self.send(&governor, msg)
    }

    // --- orders

    /// Order with money that comes along.
    pub fn place_order(
        &mut self,
        tenant: &Addr,
        token: &Addr,
        amount: u128,
        spec: OrderSpec<String>,
    ) -> Outcome {
        let escrow = self.wiring.lease_escrow.clone();
        let hook = EscrowHook::PlaceOrder(Box::new(spec));
        self.send(tenant, send_hook(token, &escrow, amount, &hook))
    }

    pub fn bid(&mut self, bidder: &Addr, order: OrderId, price: u128, work_bond: u128) -> Outcome {
        let msg = Book::Bid {
            order,
            price: Price::new(price),
            work_bond: Uint128::new(work_bond),
        };
        self.send(bidder, msg)
    }

    pub fn award(&mut self, crank: &Addr, order: OrderId) -> Outcome {
        self.send(crank, Book::Award { order })
    }

    pub fn pick(&mut self, tenant: &Addr, order: OrderId, provider: &Addr) -> Outcome {
        let provider = provider.to_string();
        self.send(tenant, Book::Pick { order, provider })
    }

    pub fn cancel(&mut self, tenant: &Addr, order: OrderId) -> Outcome {
        self.send(tenant, Book::Cancel { order })
    }

    pub fn expire(&mut self, crank: &Addr, order: OrderId) -> Outcome {
        self.send(crank, Book::Expire { order })
    }

    // --- leases

    pub fn ready(&mut self, agent: &Addr, lease: LeaseId) -> Outcome {
        self.send(agent, Escrow::Ready { lease })
    }

    pub fn accept(&mut self, tenant: &Addr, lease: LeaseId) -> Outcome {
        self.send(tenant, Escrow::Accept { lease })
    }

    pub fn heartbeat(&mut self, agent: &Addr, leases: Vec<LeaseId>) -> Outcome {
        self.send(agent, Escrow::Heartbeat { leases })
    }

    pub fn acknowledge(&mut self, by: &Addr, lease: LeaseId, acknowledgement: Acknowledgement) -> Outcome {
        let msg = Escrow::Acknowledge {
            lease,
            acknowledgement,
        };
        self.send(by, msg)
    }

    pub fn suspend(&mut self, tenant: &Addr, lease: LeaseId) -> Outcome {
        self.send(tenant, Escrow::Suspend { lease })
    }

    pub fn resume(&mut self, tenant: &Addr, lease: LeaseId) -> Outcome {
        self.send(tenant, Escrow::Resume { lease })
    }

    pub fn amend(&mut self, by: &Addr, lease: LeaseId, amendment: Amendment) -> Outcome {
        self.send(by, Escrow::Amend { lease, amendment })
    }

    pub fn top_up(&mut self, by: &Addr, lease: LeaseId, amount: u128) -> Outcome {
        let amount = Uint128::new(amount);
        self.send(by, Escrow::TopUp { lease, amount })
    }

    pub fn settle(&mut self, crank: &Addr, lease: LeaseId) -> Outcome {
        self.send(crank, Escrow::Settle { lease })
    }

    pub fn close(&mut self, by: &Addr, lease: LeaseId) -> Outcome {
        self.send(by, Escrow::Close { lease })
    }

    pub fn close_failed(&mut self, crank: &Addr, lease: LeaseId) -> Outcome {
        self.send(crank, Escrow::CloseFailed { lease })
    }

    pub fn post_batch(&mut self, agent: &Addr, lease: LeaseId, first_unit: u32, count: u32) -> Outcome {
        let root = Hash32([9; 32]);
        let msg = attestation::ExecuteMsg::PostBatch {
            lease,
            first_unit,
            count,
            root,
        };
        self.send(agent, msg)
    }

    pub fn release(&mut self, crank: &Addr, lease: LeaseId, batch: BatchNo) -> Outcome {
        self.send(crank, attestation::ExecuteMsg::Release { lease, batch })
    }

    // --- fees

    pub fn sweep(&mut self, crank: &Addr, token: &Addr) -> Outcome {
        let token = token.to_string();
        self.send(crank, Escrow::SweepFees { token })
    }

    pub fn kick(&mut self, crank: &Addr, token: &Addr) -> Outcome {
        let token = token.to_string();
        self.send(crank, TakeRate::Kick { token })
    }

    pub fn take(&mut self, buyer: &Addr, token: &Addr, pay: u128) -> Outcome {
        let (network, take_rate) = (
            self.wiring.network_token.clone(),
            self.wiring.take_rate_burn.clone(),
        );
        let hook = FeeHook::Take {
            token: token.to_string(),
            min_out: Uint128::zero(),
        };
        self.send(buyer, send_hook(&network, &take_rate, pay, &hook))
    }

    /// Send any bytes to any contract of the market or any token.
    pub fn send_raw(&mut self, sender: &Addr, contract: &Addr, msg: Binary) -> Outcome {
        use cw_multi_test::Executor;
        let execute = cosmwasm_std::WasmMsg::Execute {
            contract_addr: contract.to_string(),
            msg,
            funds: vec![],
        };
        Ok(self.app.execute(sender.clone(), execute.into())?)
    }
}
