//! Small jobs.

use jobs::comparison::ComparisonClass;
use jobs::manifest::{Content, ExecutorKind, Kernel, Needs, NetworkPolicy, Output, Units, VERSION};
use jobs::{Digest, Manifest};

pub struct Job {
    pub manifest: Manifest,
    pub digest: Digest,
    pub kernel: Digest,
    pub source: Vec<u8>,
    pub units: u32,
}

const HEAD: &str = "
struct Job {
    unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
    width: u32, height: u32, seed: u32, output_words: u32,
    parameters: array<vec4<u32>, 4>,
}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;
";

const BODY: &str = "
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) { output[id.x] = job.unit * 1000u + id.x; }
";

/// `units` units; word `i` of unit `u` is `1000 * u + i`.
pub fn counting(units: u32) -> Job {
    with_kernel(units, &format!("{HEAD}{BODY}"))
}

pub fn with_kernel(units: u32, source: &str) -> Job {
    let source = source.as_bytes().to_vec();
    let kernel = Digest::of(&source);
    let manifest = Manifest {
        version: VERSION,
        name: "counting".into(),
        description: String::new(),
        executor: ExecutorKind::Kernel,
        comparison: ComparisonClass::Exact,
        network: NetworkPolicy::None,
        kernel: Kernel {
            source: Content {
                digest: kernel,
                size: source.len() as u64,
                sources: vec!["kernel.wgsl".into()],
            },
            entry: "main".into(),
            dispatches: 1,
            workgroups: [1, 1, 1],
            scratch_bytes: 0,
        },
        inputs: vec![],
        units: Units {
            count: units,
            seed: 0,
            parameters: vec![],
            deadline_seconds: 60,
        },
        output: Output::Bytes { bytes: 256 },
        resources: Needs {
            gpus: 1,
            vram_mib: 64,
            cpu_milli: 500,
            ram_mib: 256,
            ephemeral_mib: 0,
        },
        secrets: vec![],
    };
    manifest.validate().unwrap();
    Job {
        digest: manifest.digest().unwrap(),
        manifest,
        kernel,
        source,
        units,
    }
}

/// `units` units, each with so much `work`. Software drivers end a loop after 65,535 rounds, so more work is more workgroups.
pub fn busy(units: u32, work: u32) -> Job {
    let body = "
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    var state = job.unit * 747796405u + id.x;
    for (var round = 0u; round < 60000u; round++) {
        state ^= state << 13u;
        state ^= state >> 17u;
        state = (state ^ (state << 5u)) + round;
    }
    if (id.x < 64u) { output[id.x] = state; }
}
";
    let mut job = with_kernel(units, &format!("{HEAD}{body}"));
    let kernel = &mut job.manifest.kernel;
    kernel.dispatches = work.div_ceil(32_768);
    kernel.workgroups = [work.div_ceil(kernel.dispatches), 1, 1];
    job.manifest.validate().unwrap();
    job.digest = job.manifest.digest().unwrap();
    job
}

/// The result of unit `unit` of [`counting`].
pub fn counted(unit: u32) -> Vec<u8> {
    (0..64u32)
        .flat_map(|word| (unit * 1_000 + word).to_le_bytes())
        .collect()
}
