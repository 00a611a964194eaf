use market_types::registry::{Refusal, Resources64};
use market_types::resources::{MachineGroup, Resources};

use super::market::{class, group, machine, request};
use crate::machines::{fit, give_back, registered, shrinks, take, Stock};

fn stock(group: MachineGroup, used: &[Resources]) -> Stock {
    let used = used.iter().fold(Resources64::default(), |used, resources| {
        take(&used, resources).unwrap()
    });
    Stock { group, used }
}

fn short(resource: &str, asked: u64, largest: u64, free: u64) -> Result<usize, Refusal> {
    Err(Refusal::ResourceShort {
        resource: resource.into(),
        asked,
        largest,
        free,
    })
}

#[test]
fn the_first_group_that_fits_serves() {
    let stocks = [
        stock(group("l40", 1, 8), &[]),
        stock(group("h100", 1, 2), &[request(1)]),
        stock(group("h200", 1, 8), &[]),
    ];
    let classes = [class("h200"), class("h100")];
    assert_eq!(fit(&stocks, &classes, &request(1)), Ok(1));
    assert_eq!(fit(&stocks, &classes, &request(2)), Ok(2));
    assert_eq!(fit(&stocks, &classes, &request(9)), short("gpus", 9, 8, 8));
    assert_eq!(
        fit(&stocks, &[class("a100")], &request(1)),
        Err(Refusal::ClassMissing {})
    );
    assert_eq!(fit(&[], &classes, &request(1)), Err(Refusal::ClassMissing {}));
}

#[test]
fn a_shortage_names_the_largest_machine_and_the_most_that_is_left() {
    let stocks = [
        stock(group("h100", 2, 4), &[request(4)]),
        stock(group("h200", 1, 6), &[request(5)]),
    ];
    let classes = [class("h100"), class("h200")];
    assert_eq!(fit(&stocks, &classes, &request(5)), short("gpus", 5, 6, 4));
    assert_eq!(fit(&stocks, &classes, &request(4)), Ok(0));
}

#[test]
fn when_no_class_has_all_of_it_the_first_class_is_described() {
    // One class has the GPUs, the other the memory.
    let mut large = group("h100", 1, 8);
    large.each.ram_mib = 1;
    let stocks = [stock(large, &[]), stock(group("h200", 1, 1), &[])];
    let classes = [class("h100"), class("h200")];
    assert_eq!(
        fit(&stocks, &classes, &request(8)),
        short("ram_mib", 16_000, 1, 1)
    );
}

#[test]
fn taking_and_giving_back_is_exact_and_checked() {
    let used = take(&take(&Resources64::default(), &request(1)).unwrap(), &machine(4)).unwrap();
    assert_eq!(
        give_back(&give_back(&used, &machine(4)).unwrap(), &request(1)),
        Ok(Resources64::default())
    );
    assert!(give_back(&Resources64::default(), &request(1)).is_err());
    let full = Resources64 {
        gpus: u64::MAX,
        ..Default::default()
    };
    assert!(take(&full, &request(1)).is_err());
}

#[test]
fn the_largest_group_has_a_sum() {
    let each = Resources {
        gpus: u16::MAX,
        vram_mib: u32::MAX,
        cpu_milli: u32::MAX,
        ram_mib: u32::MAX,
        ephemeral_mib: u32::MAX,
        persistent_mib: u32::MAX,
        ports: u16::MAX,
    };
    let all = registered(&MachineGroup {
        class: class("h100"),
        count: u16::MAX,
        each,
    });
    assert_eq!(all.ram_mib, u64::from(u32::MAX) * 65_535);
}

#[test]
fn less_of_anything_is_shrinking() {
    let old = [group("h100", 2, 4)];
    assert!(!shrinks(&old, &old));
    assert!(!shrinks(&old, &[group("l40", 1, 1), group("h100", 3, 4)]));
    assert!(shrinks(&old, &[]));
    assert!(shrinks(&old, &[group("h100", 1, 8)]));
    assert!(shrinks(&old, &[group("h100", 8, 2)]));
    for lessen in [
        (|each| each.vram_mib -= 1) as fn(&mut Resources),
        |each| each.cpu_milli -= 1,
        |each| each.ram_mib -= 1,
        |each| each.ephemeral_mib -= 1,
        |each| each.persistent_mib -= 1,
        |each| each.ports -= 1,
    ] {
        let mut lesser = old.clone();
        lessen(&mut lesser[0].each);
        assert!(shrinks(&old, &lesser));
        assert!(!shrinks(&lesser, &old));
    }
}
