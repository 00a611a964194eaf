//! GPUs: what the registry says is free, less what bids could still win.

use std::collections::BTreeMap;

use market_types::registry::CapacityResponse;
use market_types::resources::DeviceClass;
use market_types::OrderId;

/// Rebuilt from chain and journal; holds nothing that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    free: BTreeMap<DeviceClass, u64>,
    /// Bids that could win.
    reserved: BTreeMap<OrderId, (DeviceClass, u64)>,
}

impl Inventory {
    /// Takes the registry's figures; reservations stay.
    pub fn refresh(&mut self, capacity: &[CapacityResponse]) {
        self.free.clear();
        for group in capacity {
            let free = group.registered.gpus.saturating_sub(group.committed.gpus);
            let sum = self.free.entry(group.class.clone()).or_default();
            *sum = sum.saturating_add(free);
        }
    }

    /// GPUs of a class that neither a lease nor a bid has.
    pub fn available(&self, class: &DeviceClass) -> u64 {
        let free = self.free.get(class).copied().unwrap_or_default();
        let reserved = self.reserved.values().filter(|(of, _)| of == class);
        reserved.fold(free, |free, (_, gpus)| free.saturating_sub(*gpus))
    }

    /// The first of `classes` that has `gpus` to spare for `order`. What the order has reserved counts as available.
    pub fn fitting<'a>(
        &self,
        order: OrderId,
        classes: impl IntoIterator<Item = &'a DeviceClass>,
        gpus: u16,
    ) -> Option<&'a DeviceClass> {
        classes.into_iter().find(|class| {
            let own = self
                .reserved
                .get(&order)
                .filter(|(of, _)| of == *class)
                .map_or(0, |(_, gpus)| *gpus);
            self.available(class).saturating_add(own) >= gpus.into()
        })
    }

    pub fn reserve(&mut self, order: OrderId, class: DeviceClass, gpus: u16) {
        self.reserved.insert(order, (class, gpus.into()));
    }

    /// The bid cannot win any more, or has become a lease.
    pub fn free(&mut self, order: OrderId) {
        self.reserved.remove(&order);
    }

    pub fn reservations(&self) -> usize {
        self.reserved.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use market_types::registry::Resources64;

    fn class(name: &str) -> DeviceClass {
        DeviceClass(name.into())
    }

    fn inventory() -> Inventory {
        let group = |name, registered, committed| CapacityResponse {
            class: class(name),
            registered: Resources64 {
                gpus: registered,
                ..Default::default()
            },
            committed: Resources64 {
                gpus: committed,
                ..Default::default()
            },
        };
        let mut inventory = Inventory::default();
        inventory.refresh(&[group("a", 4, 1), group("b", 8, 0)]);
        inventory
    }

    #[test]
    fn gpus_are_reserved_while_a_bid_could_win_and_free_the_moment_it_cannot() {
        let mut inventory = inventory();
        inventory.reserve(OrderId(1), class("a"), 2);
        assert_eq!(inventory.available(&class("a")), 1);
        assert_eq!(inventory.fitting(OrderId(2), &[class("a")], 2), None);
        inventory.free(OrderId(1));
        assert_eq!(inventory.fitting(OrderId(2), &[class("a")], 2), Some(&class("a")));
    }

    #[test]
    fn an_order_may_use_what_it_reserved_itself() {
        let mut inventory = inventory();
        inventory.reserve(OrderId(1), class("a"), 3);
        assert_eq!(inventory.fitting(OrderId(1), &[class("a")], 3), Some(&class("a")));
        assert_eq!(inventory.fitting(OrderId(1), &[class("a")], 4), None);
    }

    #[test]
    fn the_first_class_that_fits_is_taken() {
        let classes = [class("c"), class("a"), class("b")];
        assert_eq!(inventory().fitting(OrderId(1), &classes, 3), Some(&class("a")));
        assert_eq!(inventory().fitting(OrderId(1), &classes, 4), Some(&class("b")));
        assert_eq!(inventory().fitting(OrderId(1), &classes, 9), None);
    }
}
