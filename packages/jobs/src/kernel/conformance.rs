//! What the start-up self-test found.

use serde::{Deserialize, Serialize};

use crate::device::DeviceClass;

/// An adapter as its driver describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapter {
    pub name: String,
    pub driver: String,
    pub driver_info: String,
    /// `0000:01:00.0`; empty for software.
    pub pci_bus_id: String,
    /// It computes on the CPU.
    pub software: bool,
    /// Largest buffer a kernel can bind, bytes.
    pub max_buffer_bytes: u64,
}

/// What was measured, not what the driver claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conformance {
    pub adapter: Adapter,
    pub class: DeviceClass,
    /// An integer hash chain gave what the CPU gives.
    pub integer_exact: bool,
    /// The same kernel, run again, gave the same bytes, floats included.
    pub repeatable: bool,
    /// Writes past a buffer's end changed nothing else.
    pub bounds_checked: bool,
    /// Loops end silently after some tens of thousands of iterations. Kernels split into dispatches are not affected.
    pub loop_limited: bool,
    /// SHA-256 of a set of float results, hex: equal for adapters that round alike. A hint, no identity.
    pub float_signature: String,
}

impl Conformance {
    /// The first test that keeps results of this adapter from being attested.
    pub fn failed_test(&self) -> Option<&'static str> {
        [
            (self.integer_exact, "integer hash chain"),
            (self.repeatable, "repeatability"),
            (self.bounds_checked, "bounds checks"),
        ]
        .into_iter()
        .find_map(|(passed, name)| (!passed).then_some(name))
    }

    pub fn may_attest(&self) -> bool {
        self.failed_test().is_none()
    }
}
