// Fills the scratch buffer, writes far outside the output, then shows the scratch buffer.
struct Job {
    unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
    width: u32, height: u32, seed: u32, output_words: u32,
    parameters: array<vec4<u32>, 4>,
}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;
@group(0) @binding(2) var<storage, read_write> scratch: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if job.dispatch == 0u {
        scratch[id.x] = id.x ^ 0x5ca1ab1eu;
    } else if job.dispatch == 1u {
        for (var i = 0u; i < 1000u; i++) {
            output[job.output_words + id.x + i * 64u] = 0xdeadbeefu;
            output[(id.x + i) * 1000003u + job.output_words] = 0xdeadbeefu;
        }
    } else {
        output[id.x] = scratch[id.x];
    }
}
