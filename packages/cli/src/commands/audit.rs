//! `leasebook audit`: which units are checked again, by whom, and how that ended.

use anyhow::Result;
use clap::Subcommand;
use market_types::attestation::{
    AuditOutcome, AuditResponse, AuditStep, Deadline, ExecuteMsg, Panel, QueryMsg, SeatState,
};
use market_types::audit::{AuditClass, AuditId};
use market_types::{registry, BatchNo, LeaseId, Page, Paging, ProviderNo, UnixTime};

use crate::context::{Acting, Global, Receipt};
use crate::failure::UsageError;
use crate::instant::format_from;
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook audit list 56                 audits of lease 56
  leasebook audit show 56/12              unit 12 of lease 56: who checks it, and what they found
  leasebook audit force 56/12             have a unit checked that was not drawn, at the tenant's cost
  leasebook --from provider audit offer exact --places 4
  leasebook --from provider audit duties  seats of one's own, with their deadlines")]
pub enum Audit {
    /// Audits of a lease
    List { lease: u64 },
    /// One audit
    Show {
        /// LEASE/UNIT
        audit: AuditId,
    },
    /// Seats that a provider has in audits that go on
    Duties {
        /// A provider's number [default: the provider --from]
        #[arg(long)]
        provider: Option<u32>,
    },
    /// Have a unit checked that was not drawn: prepaid, and returned on conviction only
    Force {
        /// LEASE/UNIT
        audit: AuditId,
    },
    /// Take an audit one step on; anybody may
    Advance {
        /// LEASE/UNIT
        audit: AuditId,
    },
    /// Have eleven others judge, as the provider or the auditor whose bond is at stake
    Appeal {
        /// LEASE/UNIT
        audit: AuditId,
    },
    /// Take part in audits of a class, or change how many at a time
    Offer {
        /// `exact`, or such as image/nvidia-h100-80gb
        class: String,
        #[arg(long, default_value_t = 4)]
        places: u32,
    },
    /// Take no further part in audits of a class
    Leave { class: String },
    /// Providers that take part in audits of a class
    Table { class: String },
}

/// # Errors
/// Whatever kept the command from doing what it was asked.
pub async fn run(global: &Global, command: Audit) -> Result<()> {
    let registry_msg = |msg| async move {
        let acting = global.acting().await?;
        let registry = acting.market.deployment.contracts.provider_registry.clone();
        say_done(&acting, &Receipt::from(&acting.execute(&registry, &msg).await?))
    };
    match command {
        Audit::List { lease } => list(global, LeaseId(lease)).await,
        Audit::Show { audit } => show(global, audit).await,
        Audit::Duties { provider } => duties(global, provider).await,
        Audit::Force { audit } => {
            let acting = global.acting().await?;
            let batch = batch_of(&acting, audit).await?;
            done(&acting, &ExecuteMsg::ForceAudit { audit, batch }).await
        }
        Audit::Advance { audit } => done(&global.acting().await?, &ExecuteMsg::Advance { audit }).await,
        Audit::Appeal { audit } => done(&global.acting().await?, &ExecuteMsg::Appeal { audit }).await,
        Audit::Offer { class, places } => {
            let class = known(class)?;
            registry_msg(registry::ExecuteMsg::OfferAudits { class, places }).await
        }
        Audit::Leave { class } => {
            let class = known(class)?;
            registry_msg(registry::ExecuteMsg::LeaveAudits { class }).await
        }
        Audit::Table { class } => table(global, known(class)?).await,
    }
}

fn known(text: String) -> Result<AuditClass> {
    let class = AuditClass(text);
    match class.is_known() {
        true => Ok(class),
        false => Err(UsageError::AuditClass { class: class.0 }.into()),
    }
}

async fn done(acting: &Acting, msg: &ExecuteMsg) -> Result<()> {
    let attestation = &acting.market.deployment.contracts.attestation;
    say_done(acting, &Receipt::from(&acting.execute(attestation, msg).await?))
}

fn say_done(acting: &Acting, receipt: &Receipt) -> Result<()> {
    acting
        .global
        .output()
        .show(receipt, |receipt| format!("done in block {}", receipt.height))
}

/// The batch that has a unit.
async fn batch_of(acting: &Acting, audit: AuditId) -> Result<BatchNo> {
    let batches = acting.market.batches(audit.lease).await?;
    let has = |first: u32, count: u32| audit.unit.checked_sub(first).is_some_and(|at| at < count);
    let found = batches.iter().find(|batch| has(batch.first_unit, batch.count));
    Ok(found.ok_or(UsageError::NotAttested { audit })?.batch)
}

async fn list(global: &Global, lease: LeaseId) -> Result<()> {
    let market = global.market().await?;
    let audits = market.audits(lease).await?;
    let now = UnixTime::from(market.chain.status().await?.time);
    global.output().show(&audits, |audits| {
        if audits.is_empty() {
            return format!("no unit of lease {lease} is audited");
        }
        let mut table = Table::new([">unit", "asked by", "state", "auditors"]);
        for audit in audits {
            table.row([
                audit.audit.unit.to_string(),
                if audit.forced { "tenant" } else { "draw" }.into(),
                describe(&audit.step, now),
                seats(audit),
            ]);
        }
        table.render()
    })
}

async fn show(global: &Global, audit: AuditId) -> Result<()> {
    let market = global.market().await?;
    let found: AuditResponse = market.attestation(&QueryMsg::Audit { audit }).await?;
    let lease = market.lease(audit.lease).await?;
    let payment = global.scale(market.token(lease.token.as_str())?);
    let now = UnixTime::from(market.chain.status().await?.time);
    global.output().show(&found, |found| {
        let result = found
            .result
            .map_or_else(|| "not opened".into(), |result| result.to_string());
        let mut text = format!(
            "unit {} of lease {}, class {}, provider {}\n{}\neach auditor earns {}\nresult of the provider: {result}\n",
            audit.unit,
            audit.lease,
            found.class,
            found.provider,
            describe(&found.step, now),
            payment.format(found.fee),
        );
        let mut table = Table::new(["panel", ">provider", "owner", "state"]);
        for seat in &found.seats {
            table.row([
                panel(seat.panel).into(),
                seat.provider.to_string(),
                seat.owner.to_string(),
                state(&seat.state),
            ]);
        }
        if !table.is_empty() {
            text += &table.render();
        }
        text
    })
}

async fn duties(global: &Global, provider: Option<u32>) -> Result<()> {
    let market = global.market().await?;
    let provider = match provider {
        Some(no) => ProviderNo(no),
        None => {
            let owner = global.address(&market.chain, None)?;
            market.provider(&owner).await?.no
        }
    };
    let mut all = vec![];
    let mut start_after = None;
    loop {
        let paging = Paging {
            start_after,
            limit: None,
        };
        let page: Page<AuditId, AuditId> = market.attestation(&QueryMsg::Duties { provider, paging }).await?;
        for audit in page.items {
            let found: AuditResponse = market.attestation(&QueryMsg::Audit { audit }).await?;
            all.push(found);
        }
        start_after = page.next_start_after;
        if start_after.is_none() {
            break;
        }
    }
    let now = UnixTime::from(market.chain.status().await?.time);
    global.output().show(&all, |all| {
        if all.is_empty() {
            return format!("provider {provider} has no seat in any audit");
        }
        let mut table = Table::new(["audit", "panel", "own state", "audit's state"]);
        for audit in all {
            for seat in audit.seats.iter().filter(|seat| seat.provider == provider) {
                table.row([
                    audit.audit.to_string(),
                    panel(seat.panel).into(),
                    state(&seat.state),
                    describe(&audit.step, now),
                ]);
            }
        }
        table.render()
    })
}

async fn table(global: &Global, class: AuditClass) -> Result<()> {
    let market = global.market().await?;
    let query = registry::QueryMsg::AuditTable { class: class.clone() };
    let table: registry::AuditTable = market.registry(&query).await?;
    global.output().show(&table, |table| {
        format!(
            "{class}: {} providers of {} operators take part; {} places in the table",
            table.live, table.operators, table.length
        )
    })
}

/// Where an audit stands, for people.
pub fn describe(step: &AuditStep, now: UnixTime) -> String {
    let until = |deadline: &Deadline| format_from(deadline.time, now);
    match step {
        AuditStep::Seating { panel: seats, .. } => format!("seats of the {} are being filled", panel(*seats)),
        AuditStep::Committing {
            panel: seats,
            until: at,
        } => {
            format!("the {} commit until {}", panel(*seats), until(at))
        }
        AuditStep::Opening { until: at } => format!("the provider opens until {}", until(at)),
        AuditStep::Revealing {
            panel: seats,
            until: at,
        } => {
            format!("the {} reveal until {}", panel(*seats), until(at))
        }
        AuditStep::Decided {
            outcome: found,
            until: at,
        } => {
            format!("{}, unless appealed until {}", outcome(*found), until(at))
        }
        AuditStep::Frozen { until } => format!(
            "many convictions in this class: waits until {}",
            format_from(*until, now)
        ),
        AuditStep::Ended { outcome: found } => outcome(*found).into(),
    }
}

const fn panel(panel: Panel) -> &'static str {
    match panel {
        Panel::Auditors => "auditors",
        Panel::Jury => "jury",
        Panel::Appeal => "appeal",
    }
}

pub const fn outcome(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Passed => "passed",
        AuditOutcome::Unaudited => "unaudited: too few auditors",
        AuditOutcome::Undecided => "refunded: the jury was divided or too small",
        AuditOutcome::NotOpened => "refunded: the provider did not show it",
        AuditOutcome::Unavailable => "refunded: its data could not be had",
        AuditOutcome::Convicted => "convicted",
        AuditOutcome::Planted => "planted: bad on purpose",
        AuditOutcome::Moot => "moot: the lease ended by another conviction",
    }
}

fn state(state: &SeatState) -> String {
    match state {
        SeatState::Seated => "seated".into(),
        SeatState::Committed => "committed".into(),
        SeatState::Revealed { verdict } => format!("found {verdict:?}").to_lowercase(),
        SeatState::Missed => "missed".into(),
    }
}

fn seats(audit: &AuditResponse) -> String {
    let seats = audit
        .seats
        .iter()
        .map(|seat| format!("{} {}", seat.provider, state(&seat.state)));
    seats.collect::<Vec<_>>().join(", ")
}
