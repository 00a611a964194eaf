//! Capacity: what groups of machines have, what of it is used, and which group a request fits.

use cosmwasm_std::{OverflowError, OverflowOperation};
use market_types::registry::{Refusal, Resources64};
use market_types::resources::{DeviceClass, MachineGroup, Resources};

use crate::ContractError;

/// What is used up by leases, in the order in which a shortage is reported.
const CONSUMED: [&str; 6] = [
    "gpus",
    "cpu_milli",
    "ram_mib",
    "ephemeral_mib",
    "persistent_mib",
    "ports",
];

fn each(resources: &Resources) -> [u64; 6] {
    [
        resources.gpus.into(),
        resources.cpu_milli.into(),
        resources.ram_mib.into(),
        resources.ephemeral_mib.into(),
        resources.persistent_mib.into(),
        resources.ports.into(),
    ]
}

fn sums(resources: &Resources64) -> [u64; 6] {
    [
        resources.gpus,
        resources.cpu_milli,
        resources.ram_mib,
        resources.ephemeral_mib,
        resources.persistent_mib,
        resources.ports,
    ]
}

fn from_sums([gpus, cpu_milli, ram_mib, ephemeral_mib, persistent_mib, ports]: [u64; 6]) -> Resources64 {
    Resources64 {
        gpus,
        cpu_milli,
        ram_mib,
        ephemeral_mib,
        persistent_mib,
        ports,
    }
}

/// Everything a group has. 2^16 machines of 2^32 of anything fit into 64 bits.
pub fn registered(group: &MachineGroup) -> Resources64 {
    from_sums(each(&group.each).map(|one| one * u64::from(group.count)))
}

/// `step` on each figure of `used` and `resources`.
fn each_step(
    used: &Resources64,
    resources: &Resources,
    step: impl Fn(u64, u64) -> Option<u64>,
) -> Option<Resources64> {
    let mut out = sums(used);
    for (total, one) in out.iter_mut().zip(each(resources)) {
        *total = step(*total, one)?;
    }
    Some(from_sums(out))
}

/// # Errors
/// The sum does not fit.
pub fn take(used: &Resources64, resources: &Resources) -> Result<Resources64, OverflowError> {
    each_step(used, resources, u64::checked_add).ok_or(OverflowError::new(OverflowOperation::Add))
}

/// # Errors
/// More would be given back than is used.
pub fn give_back(used: &Resources64, resources: &Resources) -> Result<Resources64, OverflowError> {
    each_step(used, resources, u64::checked_sub).ok_or(OverflowError::new(OverflowOperation::Sub))
}

/// A group of machines with what leases use of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stock {
    pub group: MachineGroup,
    pub used: Resources64,
}

/// The first resource of which `stock` is short: its name, what was asked, what the largest machine has and what is left.
fn shortage(stock: &Stock, asked: &Resources) -> Option<(&'static str, u64, u64, u64)> {
    figures(stock, asked)
        .into_iter()
        .find(|(_, asked, largest, free)| asked > largest || asked > free)
}

/// Per resource: its name, what was asked, what one machine has, what is left. VRAM is not used up.
fn figures(stock: &Stock, asked: &Resources) -> Vec<(&'static str, u64, u64, u64)> {
    let one = each(&stock.group.each);
    let left = sums(&registered(&stock.group)).into_iter().zip(sums(&stock.used));
    let consumed = left.map(|(registered, used)| registered.saturating_sub(used));
    let mut figures: Vec<_> = CONSUMED
        .into_iter()
        .zip(each(asked))
        .zip(one)
        .zip(consumed)
        .map(|(((name, asked), largest), free)| (name, asked, largest, free))
        .collect();
    let vram = u64::from(stock.group.each.vram_mib);
    figures.insert(1, ("vram_mib", asked.vram_mib.into(), vram, vram));
    figures
}

/// The first group of one of `classes` that fits `asked`: on one of its machines, and in what is left over all of them.
///
/// # Errors
/// The refusal: no such class, or the resource that is short (see [`Refusal::ResourceShort`]).
pub fn fit(stocks: &[Stock], classes: &[DeviceClass], asked: &Resources) -> Result<usize, Refusal> {
    let matching = || {
        stocks
            .iter()
            .enumerate()
            .filter(|(_, stock)| classes.contains(&stock.group.class))
    };
    if let Some((index, _)) = matching().find(|(_, stock)| shortage(stock, asked).is_none()) {
        return Ok(index);
    }
    let Some((_, first)) = matching().next() else {
        return Err(Refusal::ClassMissing {});
    };
    // The best that any matching group has of each resource.
    let mut best = figures(first, asked);
    let mut short_everywhere: Vec<bool> = vec![true; best.len()];
    for (_, stock) in matching() {
        for ((best, all), (_, asked, largest, free)) in best
            .iter_mut()
            .zip(&mut short_everywhere)
            .zip(figures(stock, asked))
        {
            best.2 = best.2.max(largest);
            best.3 = best.3.max(free);
            *all &= asked > largest || asked > free;
        }
    }
    let nowhere = best
        .into_iter()
        .zip(short_everywhere)
        .find_map(|(figure, short)| short.then_some(figure));
    let (resource, asked, largest, free) =
        nowhere
            .or_else(|| shortage(first, asked))
            .unwrap_or(("gpus", asked.gpus.into(), 0, 0));
    Err(Refusal::ResourceShort {
        resource: resource.into(),
        asked,
        largest,
        free,
    })
}

/// Check that the machines may change to `new` while leases use what `old` says.
///
/// Totals may fall to what is used. As long as a class is used at all, none of its machines may become lesser, for the lease
/// that runs on it was promised one machine.
///
/// # Errors
/// The first class and resource that would not be enough.
pub fn check_change(old: &[Stock], new: &[MachineGroup]) -> Result<(), ContractError> {
    for stock in old.iter().filter(|stock| stock.used != Resources64::default()) {
        let class = &stock.group.class;
        let group = new.iter().find(|group| group.class == *class);
        let total = group.map(registered).unwrap_or_default();
        for ((resource, committed), registered) in
            CONSUMED.into_iter().zip(sums(&stock.used)).zip(sums(&total))
        {
            if registered < committed {
                return Err(ContractError::BelowCommitted {
                    class: class.0.clone(),
                    resource,
                    registered,
                    committed,
                });
            }
        }
        if let Some((resource, from, to)) = group.and_then(|group| lesser(&stock.group.each, &group.each)) {
            return Err(ContractError::MachineInUse {
                class: class.0.clone(),
                resource,
                from,
                to,
            });
        }
    }
    Ok(())
}

/// The first resource of which `new` has less than `old`.
fn lesser(old: &Resources, new: &Resources) -> Option<(&'static str, u64, u64)> {
    let vram = ("vram_mib", u64::from(old.vram_mib), u64::from(new.vram_mib));
    CONSUMED
        .into_iter()
        .zip(each(old))
        .zip(each(new))
        .map(|((resource, from), to)| (resource, from, to))
        .chain([vram])
        .find(|(_, from, to)| to < from)
}

/// Does `new` have less of anything than `old`, per machine or over all machines of a class?
pub fn shrinks(old: &[MachineGroup], new: &[MachineGroup]) -> bool {
    old.iter().any(|old| {
        let Some(new) = new.iter().find(|new| new.class == old.class) else {
            return true;
        };
        let totals = sums(&registered(old)).into_iter().zip(sums(&registered(new)));
        lesser(&old.each, &new.each).is_some() || totals.into_iter().any(|(old, new)| new < old)
    })
}
