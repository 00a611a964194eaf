//! `take-rate-burn`: what the network takes, and where it goes.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Uint128};
use cw20::Cw20ReceiveMsg;

use crate::control::{ControlMsg, ControlResponse, Roles, Solvency};
use crate::{BasisPoints, LotId, Page, Paging, Seconds, UnixTime};

#[cw_serde]
pub struct InstantiateMsg {
    pub roles: Roles<String>,
    /// Hard bounds of every take rate, for ever; at most 5,000 bps.
    pub min_rate: BasisPoints,
    pub max_rate: BasisPoints,
    pub params: Params<String>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Params<A> {
    /// Take rate of tokens that `rates` does not name [200 bps].
    pub default_rate: BasisPoints,
    /// At most 16.
    pub rates: Vec<TokenRate<A>>,
    /// A new rate counts this long after it was decided [3 days; 0 to 30 days].
    pub rate_delay: Seconds,
    /// Most a rate moves in one change [100 bps; 1 to 10,000].
    pub rate_step: BasisPoints,
    /// How fees are split. The three shares make 10,000.
    pub shares: Shares<A>,
    /// Least lot worth an auction, per token in base units, and its first starting price; at most 16.
    pub auctions: Vec<AuctionParams<A>>,
    /// A lot below the least is sold all the same after this time [7 days; 1 to 90 days].
    pub max_lot_wait: Seconds,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct TokenRate<A> {
    pub token: A,
    pub rate: BasisPoints,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Shares<A> {
    pub burn: BasisPoints,
    /// Seeds the audit pool of the escrow.
    pub audit_seed: BasisPoints,
    pub insurance: BasisPoints,
    /// Who may take out the insurance share.
    pub insurance_to: A,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct AuctionParams<A> {
    pub token: A,
    pub min_lot: Uint128,
    /// Network tokens (base units) for 1,000,000 base units of `token` that count as the last price before the first lot. 128 to 10^30.
    pub first_price: Uint128,
}

/// Fields left out stay as they are; `auctions` replaces the whole list, which leaves open lots alone. The rest counts at once, but a rate
/// waits: it comes into force `rate_delay` later, is at most `rate_step` from the rate in force now, and takes the place of a change
/// that still waits. Naming the rate in force takes back a waiting change. Delay and step are those from before the message.
#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct ParamsUpdate {
    pub default_rate: Option<BasisPoints>,
    /// Adds or changes the rates of these tokens. One that is new here starts from the default rate in force and no longer follows it.
    pub rates: Option<Vec<TokenRate<String>>>,
    pub rate_delay: Option<Seconds>,
    pub rate_step: Option<BasisPoints>,
    pub shares: Option<Shares<String>>,
    pub auctions: Option<Vec<AuctionParams<String>>>,
    pub max_lot_wait: Option<Seconds>,
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum ExecuteMsg {
    Control(ControlMsg),
    UpdateParams(ParamsUpdate),
    /// Hooks of the network token and of the payment tokens of the escrow, listed now or once; see [`Hook`].
    Receive(Cw20ReceiveMsg),
    /// From anybody: open a lot of the burn share of `token`, once it reaches the least lot or has waited long enough.
    Kick {
        token: String,
    },
    /// From anybody: what is left of an expired lot opens as a new one, together with what waits. It starts from eight times the old
    /// floor; if at least half of the lot was sold, from eight times the last price, as any other.
    Restart {
        token: String,
    },
    /// From anybody: send the audit seed of `token` to the escrow's audit pool. Network tokens that the escrow does not take are burned
    /// instead.
    SeedAudits {
        token: String,
    },
    /// From `insurance_to`.
    TakeInsurance {
        token: String,
        amount: Uint128,
    },
    /// Gifts become fees.
    Skim {
        token: String,
    },
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum Hook {
    /// Fees, from anybody. Network tokens' burn share is burned in the same message.
    Fees {},
    /// From a buyer, in network tokens: buy from the open lot of `token`, at least 5 % of the lot as opened or all that is left, and at
    /// least `min_out`. What was sent and not needed comes back; what is paid is burned.
    Take { token: String, min_out: Uint128 },
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum SudoMsg {
    Control(ControlMsg),
    UpdateParams(ParamsUpdate),
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct MigrateMsg {}

#[cw_serde]
#[derive(QueryResponses)]
#[serde(deny_unknown_fields)]
pub enum QueryMsg {
    #[returns(ControlResponse)]
    Control {},
    #[returns(ParamsResponse)]
    Params {},
    /// One entry per token seen.
    #[returns(Vec<Solvency>)]
    Solvency {},
    /// The rate an order placed now gets.
    #[returns(RateResponse)]
    Rate { token: String },
    #[returns(TotalsResponse)]
    Totals { token: String },
    #[returns(Page<TotalsResponse, String>)]
    AllTotals { paging: Paging<String> },
    #[returns(Option<LotResponse>)]
    Lot { token: String },
    /// What `pay` network tokens would buy now. Taking it also asks for at least 5 % of the lot, or all that is left.
    #[returns(QuoteResponse)]
    Quote { token: String, pay: Uint128 },
}

#[cw_serde]
#[derive(Eq)]
pub struct ParamsResponse {
    pub min_rate: BasisPoints,
    pub max_rate: BasisPoints,
    pub params: Params<Addr>,
}

#[cw_serde]
#[derive(Eq)]
pub struct RateResponse {
    pub token: Addr,
    pub rate: BasisPoints,
    pub next: Option<ScheduledRate>,
}

#[cw_serde]
#[derive(Eq)]
pub struct ScheduledRate {
    pub rate: BasisPoints,
    pub from: UnixTime,
}

/// Since the beginning, in base units of `token`.
#[cw_serde]
#[derive(Eq)]
pub struct TotalsResponse {
    pub token: Addr,
    pub collected: Uint128,
    /// Network token only: everything burned, from fees and from auctions.
    pub burned: Uint128,
    /// Sold in auctions.
    pub sold: Uint128,
    /// Network tokens those sales brought, all burned.
    pub brought: Uint128,
    pub seeded: Uint128,
    pub insured: Uint128,
    /// Now here: waiting for a lot, in the open lot, seed and insurance not yet taken.
    pub waiting: Uint128,
    pub in_lot: Uint128,
    pub audit_seed: Uint128,
    pub insurance: Uint128,
}

#[cw_serde]
#[derive(Eq)]
pub struct LotResponse {
    pub lot: LotId,
    pub token: Addr,
    pub opened: Uint128,
    pub left: Uint128,
    pub opened_at: UnixTime,
    /// Network tokens (base units) for 1,000,000 base units of `token`, now.
    pub price: Uint128,
    pub start_price: Uint128,
    pub floor_price: Uint128,
    /// Below the floor nobody can buy; `Restart` it.
    pub expired: bool,
}

#[cw_serde]
#[derive(Eq)]
pub struct QuoteResponse {
    /// Base units of the lot's token.
    pub out: Uint128,
    /// Network tokens needed for them, rounded up.
    pub pay: Uint128,
}
