// A Julia set whose constant goes once round a circle, in whole numbers: every machine computes the same bytes.
//
// Numbers are fixed point with 12 bits after the point. Values stay below 8 in size, so products fit into 32 bits.

struct Job {
    unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
    width: u32, height: u32, seed: u32, output_words: u32,
    parameters: array<vec4<u32>, 4>,
}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

const ONE = 4096;
const ROUNDS = 96;

// A quarter of a circle in 16 steps, of length 0.7885: the radius at which the set is never dull.
const QUARTER = array<i32, 17>(
    3230, 3214, 3168, 3091, 2984, 2849, 2685, 2497, 2284,
    2049, 1794, 1522, 1236, 938, 630, 317, 0
);

fn cosine(step: i32) -> i32 {
    let at = ((step % 64) + 64) % 64;
    if at <= 16 { return QUARTER[at]; }
    if at <= 32 { return -QUARTER[32 - at]; }
    if at <= 48 { return -QUARTER[at - 32]; }
    return QUARTER[64 - at];
}

fn multiply(a: i32, b: i32) -> i32 { return (a * b) >> 12u; }

fn shade(round: i32) -> u32 {
    if round >= ROUNDS { return 0xff201008u; }
    let r = u32(min(round * 9, 255));
    let g = u32(min(round * 5, 255));
    let b = u32(min(48 + round * 3, 255));
    return 0xff000000u | (b << 16u) | (g << 8u) | r;
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= job.width || id.y >= job.height { return; }
    let turn = i32(job.unit * 64u / max(job.unit_count, 1u));
    let c = vec2i(cosine(turn), cosine(turn - 16));
    let half = vec2i(i32(job.width), i32(job.height)) / 2;
    let scale = 3 * ONE / i32(job.width);
    var z = (vec2i(i32(id.x), i32(id.y)) - half) * scale;
    var round = 0;
    loop {
        let x2 = multiply(z.x, z.x);
        let y2 = multiply(z.y, z.y);
        if round >= ROUNDS || x2 + y2 > 4 * ONE { break; }
        z = vec2i(x2 - y2 + c.x, 2 * multiply(z.x, z.y) + c.y);
        round += 1;
    }
    output[id.y * job.width + id.x] = shade(round);
}
