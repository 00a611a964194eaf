//! Whether a job could run on this machine, before anything is fetched or bid.

use std::time::Duration;

use market_types::resources::Resources;

use crate::executor::{Capabilities, Grant, Plan, Refusal};
use crate::manifest::{ExecutorKind, NetworkPolicy};
use crate::Manifest;

/// The rules of [`Executor::assess`] for kernels.
pub fn assess(job: &Manifest, grant: &Grant) -> Result<Plan, Refusal> {
    let conformance = match &grant.capabilities {
        Capabilities::Kernel(conformance) => conformance,
        Capabilities::Unavailable(reason) => return Err(reason.clone().into()),
    };
    if job.executor != ExecutorKind::Kernel {
        return Err(Refusal::Kind {
            have: ExecutorKind::Kernel,
            asked: job.executor,
        });
    }
    if let Some(failed) = conformance.failed_test() {
        return Err(Refusal::SelfTest {
            adapter: conformance.adapter.name.clone(),
            failed,
        });
    }
    if job.network != NetworkPolicy::None {
        return Err(Refusal::Network);
    }
    if !job.secrets.is_empty() {
        return Err(Refusal::Secrets);
    }
    enough(&job.resources.into(), &grant.resources)?;
    let buffers = [job.output.bytes(), job.kernel.scratch_bytes].into_iter();
    let largest = buffers
        .chain(job.inputs.iter().map(|input| input.size))
        .max()
        .unwrap_or(0);
    let max = conformance.adapter.max_buffer_bytes;
    if largest > max {
        return Err(Refusal::BufferTooLarge { needed: largest, max });
    }
    let manifest_digest = job.digest().map_err(Refusal::from)?;
    let unit_deadline = Duration::from_secs(job.units.deadline_seconds.into());
    Ok(Plan {
        manifest: job.clone(),
        manifest_digest,
        unit_deadline,
    })
}

fn enough(needed: &Resources, granted: &Resources) -> Result<(), Refusal> {
    let pairs: [(&'static str, u64, u64); 5] = [
        ("GPUs", needed.gpus.into(), granted.gpus.into()),
        ("MiB of VRAM", needed.vram_mib.into(), granted.vram_mib.into()),
        (
            "thousandths of a vCPU",
            needed.cpu_milli.into(),
            granted.cpu_milli.into(),
        ),
        ("MiB of RAM", needed.ram_mib.into(), granted.ram_mib.into()),
        (
            "MiB of disk",
            needed.ephemeral_mib.into(),
            granted.ephemeral_mib.into(),
        ),
    ];
    match pairs.into_iter().find(|(_, needed, granted)| needed > granted) {
        Some((resource, needed, granted)) => Err(Refusal::Resource {
            resource,
            needed,
            granted,
        }),
        None => Ok(()),
    }
}
