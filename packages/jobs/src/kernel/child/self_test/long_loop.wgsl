// Counts to 100,000 in one invocation.
struct Job {
    unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
    width: u32, height: u32, seed: u32, output_words: u32,
    parameters: array<vec4<u32>, 4>,
}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(1)
fn main() {
    var count = 0u;
    var x = job.seed;
    for (var i = 0u; i < job.parameters[0].x; i++) {
        x = x * 1664525u + 1013904223u;
        count++;
    }
    output[0] = count;
    output[1] = x;
}
