//! Whether this adapter computes what it should. Only what passes may be attested.

use super::gpu::{Gpu, GpuError};
use super::runner::Runner;
use crate::comparison::ComparisonClass;
use crate::device::classify;
use crate::executor::{Capabilities, Unavailable};
use crate::kernel::Conformance;
use crate::manifest::{Content, ExecutorKind, Kernel, Needs, NetworkPolicy, Output, Units, VERSION};
use crate::{Digest, Manifest};

const INTEGER: &str = include_str!("integer.wgsl");
const LONG_LOOP: &str = include_str!("long_loop.wgsl");
const FLOATS: &str = include_str!("floats.wgsl");
const BOUNDS: &str = include_str!("bounds.wgsl");

const ELEMENTS: u32 = 4_096;
/// More than the 65,535 at which software adapters end a loop.
const LONG_LOOP_ITERATIONS: u32 = 100_000;
const REPETITIONS: u32 = 4;

/// Opens the adapter and tests it.
pub fn probe() -> Capabilities {
    match measure() {
        Ok(conformance) => Capabilities::Kernel(conformance),
        Err(GpuError::Unavailable(reason)) => Capabilities::Unavailable(reason),
        Err(e) => Capabilities::Unavailable(Unavailable::SelfTestFailed(e.to_string())),
    }
}

fn measure() -> Result<Conformance, GpuError> {
    let gpu = Gpu::open()?;
    let floats = run(&gpu, FLOATS, 1, ELEMENTS, 0, &[])?;
    let mut repeatable = true;
    for _ in 1..REPETITIONS {
        repeatable &= run(&gpu, FLOATS, 1, ELEMENTS, 0, &[])? == floats;
    }
    Ok(Conformance {
        class: classify(&gpu.adapter.name, gpu.adapter.software),
        integer_exact: run(&gpu, INTEGER, 1, ELEMENTS, 0, &[])? == integer_reference(),
        repeatable,
        bounds_checked: run(&gpu, BOUNDS, 3, 64, 64 * 4, &[])? == bounds_reference(),
        loop_limited: run(&gpu, LONG_LOOP, 1, 2, 0, &[LONG_LOOP_ITERATIONS])? != long_loop_reference(),
        float_signature: hex::encode(Digest::of(&floats).bytes),
        adapter: gpu.adapter,
    })
}

fn integer_reference() -> Vec<u8> {
    (0..ELEMENTS)
        .map(|id| {
            (0..1_000u32).fold(id.wrapping_mul(2_654_435_761).wrapping_add(1), |mut x, i| {
                x ^= x << 13;
                x ^= x >> 17;
                x ^= x << 5;
                x.wrapping_mul(1_664_525).wrapping_add(i)
            })
        })
        .flat_map(u32::to_le_bytes)
        .collect()
}

fn long_loop_reference() -> Vec<u8> {
    let x =
        (0..LONG_LOOP_ITERATIONS).fold(0u32, |x, _| x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    [LONG_LOOP_ITERATIONS, x]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect()
}

fn bounds_reference() -> Vec<u8> {
    (0..64u32)
        .map(|id| id ^ 0x5ca1_ab1e)
        .flat_map(u32::to_le_bytes)
        .collect()
}

fn run(
    gpu: &Gpu,
    source: &str,
    dispatches: u32,
    words: u32,
    scratch_bytes: u64,
    parameters: &[u32],
) -> Result<Vec<u8>, GpuError> {
    let manifest = Manifest {
        version: VERSION,
        name: "self-test".into(),
        description: String::new(),
        executor: ExecutorKind::Kernel,
        comparison: ComparisonClass::Exact,
        network: NetworkPolicy::None,
        kernel: Kernel {
            source: Content {
                digest: Digest::of(source.as_bytes()),
                size: source.len() as u64,
                sources: vec![],
            },
            entry: "main".into(),
            dispatches,
            workgroups: [words.div_ceil(64), 1, 1],
            scratch_bytes,
        },
        inputs: vec![],
        units: Units {
            count: 1,
            seed: 0,
            parameters: parameters.to_vec(),
            deadline_seconds: 60,
        },
        output: Output::Bytes {
            bytes: u64::from(words).saturating_mul(4),
        },
        resources: Needs {
            gpus: 1,
            vram_mib: 0,
            cpu_milli: 0,
            ram_mib: 0,
            ephemeral_mib: 0,
        },
        secrets: vec![],
    };
    Runner::new(gpu, &manifest, None, source, &[])?.run(0)
}
