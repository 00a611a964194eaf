//! What must be true after every message, asked of the contracts through their own queries.

use std::collections::{BTreeMap, BTreeSet};

use cosmwasm_std::{Addr, Uint128};
use market_types::control::Solvency;
use market_types::escrow::{LeaseResponse, LeaseStatus, QueryMsg as AskEscrow, ReservationResponse};
use market_types::order_book::{OrderStatus, QueryMsg as AskBook};
use market_types::registry::{QueryMsg as AskRegistry, Resources64};
use market_types::{LeaseId, OrderId};
use thiserror::Error;

use super::Suite;

/// A rule that does not hold.
#[derive(Error, Debug, PartialEq)]
pub enum Broken {
    #[error("{contract} holds {held} of {token} and owes {owed}, with {gift} that nobody owns")]
    Solvency {
        contract: Addr,
        token: Addr,
        held: u128,
        owed: u128,
        gift: u128,
    },
    #[error("the supply of the network token is {supply}, of {minted} minted and {burned} burned")]
    Supply {
        supply: u128,
        minted: u128,
        burned: u128,
    },
    #[error("the money of lease {lease} does not add up: {what}")]
    LeaseMoney { lease: LeaseId, what: &'static str },
    #[error("lease {lease} has ended and still has a {what}")]
    Ended { lease: LeaseId, what: &'static str },
    #[error("order {order} has ended and still reserves {reserved}")]
    Reserved { order: OrderId, reserved: u128 },
    #[error("orders reserve {orders} of {token}, and {total} are counted")]
    ReservedTotal { token: Addr, orders: u128, total: u128 },
    #[error("{owner} has {bonded} bonded, {locked} locked, leases lock {leases} and seats {seats}")]
    Locked {
        owner: Addr,
        bonded: u128,
        locked: u128,
        leases: u128,
        seats: u128,
    },
    #[error("{owner} has committed more of {resource} than it registered, or other than its leases use")]
    Capacity { owner: Addr, resource: &'static str },
    #[error("lease {lease} is not where the list of {list} has it")]
    Index { lease: LeaseId, list: &'static str },
    #[error("the list of open orders is not that of the orders that are open")]
    OpenOrders,
    #[error("order {order} counts {counted} bids and has {there}")]
    Bids {
        order: OrderId,
        counted: u32,
        there: u32,
    },
}

impl Suite {
    /// # Errors
    /// The first rule that does not hold.
    pub fn check(&self) -> Result<(), Broken> {
        let solvency = self.solvency();
        self.check_solvency(&solvency)?;
        self.check_supply()?;
        let leases = self.leases();
        leases.iter().try_for_each(check_money)?;
        self.check_indexes(&leases)?;
        self.check_orders(&solvency)?;
        self.check_providers(&leases)
    }

    fn check_solvency(&self, solvency: &[(Addr, Solvency)]) -> Result<(), Broken> {
        for (contract, sides) in solvency {
            let sum: u128 = sides.owed.iter().map(|owed| owed.amount.u128()).sum();
            let gift = self.gift(contract, &sides.token).u128();
            let (held, owed) = (sides.held.u128(), sides.owed_total.u128());
            if held != owed + gift || owed != sum {
                return Err(Broken::Solvency {
                    contract: contract.clone(),
                    token: sides.token.clone(),
                    held,
                    owed,
                    gift,
                });
            }
        }
        // The book and the attestation contract hold nothing but gifts.
        for contract in [&self.wiring.order_book, &self.wiring.attestation] {
            for token in &self.tokens {
                let (held, gift) = (self.balance(token, contract), self.gift(contract, token).u128());
                if held != gift {
                    return Err(Broken::Solvency {
                        contract: contract.clone(),
                        token: token.clone(),
                        held,
                        owed: 0,
                        gift,
                    });
                }
            }
        }
        Ok(())
    }

    fn check_supply(&self) -> Result<(), Broken> {
        let supply = self.supply(self.network_token());
        let slashed: Uint128 = self.ask_registry(&AskRegistry::Burned {});
        let burned = self.totals(self.network_token()).burned.u128() + slashed.u128();
        let minted = self.minted;
        match supply + burned == minted {
            true => Ok(()),
            false => Err(Broken::Supply {
                supply,
                minted,
                burned,
            }),
        }
    }

    fn check_indexes(&self, leases: &[LeaseResponse]) -> Result<(), Broken> {
        let mut by_tenant: BTreeMap<Addr, BTreeSet<LeaseId>> = BTreeMap::new();
        let mut by_provider: BTreeMap<_, BTreeSet<LeaseId>> = BTreeMap::new();
        for lease in leases {
            by_tenant
                .entry(lease.tenant.clone())
                .or_default()
                .insert(lease.lease);
            by_provider.entry(lease.provider).or_default().insert(lease.lease);
        }
        let ids =
            |leases: Vec<LeaseResponse>| leases.iter().map(|lease| lease.lease).collect::<BTreeSet<_>>();
        let differs = |list, there: &BTreeSet<LeaseId>, expected: &BTreeSet<LeaseId>| {
            let lease = there.symmetric_difference(expected).next().copied();
            lease.map_or(Ok(()), |lease| Err(Broken::Index { lease, list }))
        };
        for (tenant, expected) in &by_tenant {
            let there = ids(self.pages(|paging| {
                let tenant = tenant.to_string();
                self.ask_escrow(&AskEscrow::LeasesOfTenant { tenant, paging })
            }));
            differs("a tenant's leases", &there, expected)?;
        }
        for (provider, expected) in &by_provider {
            let there = ids(self.pages(|paging| {
                self.ask_escrow(&AskEscrow::LeasesOfProvider {
                    provider: *provider,
                    paging,
                })
            }));
            differs("a provider's leases", &there, expected)?;
        }
        Ok(())
    }

    fn check_orders(&self, solvency: &[(Addr, Solvency)]) -> Result<(), Broken> {
        let orders = self.orders();
        let mut reserved: BTreeMap<Addr, u128> = BTreeMap::new();
        for order in &orders {
            let answer: ReservationResponse = self.ask_escrow(&AskEscrow::Reservation { order: order.order });
            let there = answer.reserved.u128();
            if order.status != OrderStatus::Open && there > 0 {
                return Err(Broken::Reserved {
                    order: order.order,
                    reserved: there,
                });
            }
            *reserved.entry(order.token.clone()).or_default() += there;
            let bids = self.pages(|paging| {
                self.ask_book::<market_types::Page<market_types::order_book::BidResponse, u32>>(
                    &AskBook::Bids {
                        order: order.order,
                        paging,
                    },
                )
            });
            if order.bids != bids.len() as u32 {
                return Err(Broken::Bids {
                    order: order.order,
                    counted: order.bids,
                    there: bids.len() as u32,
                });
            }
        }
        for (_, sides) in solvency {
            let total = sides.owed.iter().find(|owed| owed.purpose == "reserved");
            let Some(total) = total else { continue };
            let (token, total) = (sides.token.clone(), total.amount.u128());
            let orders = reserved.get(&token).copied().unwrap_or_default();
            if orders != total {
                return Err(Broken::ReservedTotal { token, orders, total });
            }
        }
        let open: Vec<OrderId> = self
            .pages(|paging| {
                self.ask_book::<market_types::Page<market_types::order_book::OrderResponse, OrderId>>(
                    &AskBook::OpenOrders { paging },
                )
            })
            .iter()
            .map(|order| order.order)
            .collect();
        let expected = orders.iter().filter(|order| order.status == OrderStatus::Open);
        match open == expected.map(|order| order.order).collect::<Vec<_>>() {
            true => Ok(()),
            false => Err(Broken::OpenOrders),
        }
    }

    fn check_providers(&self, leases: &[LeaseResponse]) -> Result<(), Broken> {
        let ended: BTreeMap<LeaseId, LeaseStatus> =
            leases.iter().map(|lease| (lease.lease, lease.status)).collect();
        for provider in self.providers() {
            let owner = &provider.owner;
            let commitments = self.commitments(owner);
            let mut used: BTreeMap<String, Resources64> = BTreeMap::new();
            for commitment in &commitments {
                let (lease, status) = (commitment.lease, ended.get(&commitment.lease));
                match status {
                    None => {
                        return Err(Broken::Index {
                            lease,
                            list: "commitments",
                        })
                    }
                    Some(LeaseStatus::Closed) => {
                        return Err(Broken::Ended {
                            lease,
                            what: "commitment",
                        })
                    }
                    Some(LeaseStatus::Closing) if !commitment.capacity_released => {
                        return Err(Broken::Ended {
                            lease,
                            what: "claim to GPUs",
                        })
                    }
                    Some(_) => {}
                }
                if !commitment.capacity_released {
                    let sum = used.entry(commitment.class.0.clone()).or_default();
                    sum.gpus += u64::from(commitment.resources.gpus);
                    sum.cpu_milli += u64::from(commitment.resources.cpu_milli);
                    sum.ram_mib += u64::from(commitment.resources.ram_mib);
                    sum.ephemeral_mib += u64::from(commitment.resources.ephemeral_mib);
                    sum.persistent_mib += u64::from(commitment.resources.persistent_mib);
                    sum.ports += u64::from(commitment.resources.ports);
                }
            }
            let leases: u128 = commitments
                .iter()
                .map(|c| c.lease_bond.u128() - c.penalized.u128() + c.work_bond.u128() - c.slashed.u128())
                .sum();
            let seats = self.seats(provider.no);
            let (bonded, locked) = (provider.bond.bonded.u128(), provider.bond.locked.u128());
            if locked != leases + seats || locked > bonded {
                return Err(Broken::Locked {
                    owner: owner.clone(),
                    bonded,
                    locked,
                    leases,
                    seats,
                });
            }
            for group in self.capacity(owner) {
                let used = used.remove(&group.class.0).unwrap_or_default();
                let (has, committed) = (group.registered, group.committed);
                let rows = [
                    ("gpus", has.gpus, committed.gpus, used.gpus),
                    ("cpu", has.cpu_milli, committed.cpu_milli, used.cpu_milli),
                    ("ram", has.ram_mib, committed.ram_mib, used.ram_mib),
                    (
                        "ephemeral disk",
                        has.ephemeral_mib,
                        committed.ephemeral_mib,
                        used.ephemeral_mib,
                    ),
                    (
                        "persistent disk",
                        has.persistent_mib,
                        committed.persistent_mib,
                        used.persistent_mib,
                    ),
                    ("ports", has.ports, committed.ports, used.ports),
                ];
                let over = rows
                    .iter()
                    .find(|(_, has, committed, used)| committed > has || committed != used);
                if let Some((resource, ..)) = over {
                    return Err(Broken::Capacity {
                        owner: owner.clone(),
                        resource,
                    });
                }
            }
            if !used.is_empty() {
                return Err(Broken::Capacity {
                    owner: owner.clone(),
                    resource: "a class it no longer has",
                });
            }
        }
        Ok(())
    }
}

fn check_money(lease: &LeaseResponse) -> Result<(), Broken> {
    let money = &lease.money;
    let broken = |what| Broken::LeaseMoney {
        lease: lease.lease,
        what,
    };
    let parts = money.remaining + money.held + money.gross + money.refunded;
    if money.funded != parts {
        return Err(broken("funded = remaining + held + gross + refunded"));
    }
    if money.gross != money.fee + money.premium + money.income {
        return Err(broken("gross = fee + premium + income"));
    }
    let fee = money.gross.u128() / 10_000 * u128::from(lease.take_rate.0)
        + money.gross.u128() % 10_000 * u128::from(lease.take_rate.0) / 10_000;
    if money.fee.u128() != fee {
        return Err(broken("fee = floor(gross * take rate)"));
    }
    if lease.status == LeaseStatus::Closed && !(money.remaining.is_zero() && money.held.is_zero()) {
        return Err(broken("a closed lease holds nothing"));
    }
    Ok(())
}
