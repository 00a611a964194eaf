// A walk through memory that must be there: see the documentation of jobs::capacity. All arithmetic is modulo 2^32.
//
// Memory is two halves of `job.parameters[0].x` blocks; a block is a matrix of DIM x DIM words, row by row. Dispatch 0 fills all of it,
// the last folds it into the output, those between rewrite one half each from the other.

const DIM = 16u;
const AREA = DIM * DIM;

struct Job {
    unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
    width: u32, height: u32, seed: u32, output_words: u32,
    parameters: array<vec4<u32>, 4>,
}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;
@group(0) @binding(2) var<storage, read_write> memory: array<u32>;
@group(0) @binding(3) var<storage, read> seed: array<u32>;

var<workgroup> left: array<u32, AREA>;
var<workgroup> right: array<u32, AREA>;

// A permutation of the words that is no polynomial of small degree: products cannot be pulled through it.
fn mix(value: u32) -> u32 {
    var x = value;
    x ^= x >> 16u; x *= 0x7feb352du; x ^= x >> 15u; x *= 0x846ca68bu; x ^= x >> 16u;
    return x;
}

fn filling(word: u32) -> u32 {
    var x = mix(job.unit ^ 0x9e3779b9u);
    for (var i = 0u; i < 8u; i++) { x = mix(x + word) ^ seed[i]; }
    return mix(x);
}

@compute @workgroup_size(AREA)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let half = job.parameters[0].x;
    let block = group.y * groups.x + group.x;
    if job.dispatch == 0u {
        if block < half {
            for (var side = 0u; side < 2u; side++) {
                let word = (side * half + block) * AREA + local;
                memory[word] = filling(word);
            }
        }
        return;
    }
    if job.dispatch + 1u == job.dispatch_count {
        let lane = block * AREA + local;
        if block < half && lane < job.output_words {
            var sum = lane;
            for (var word = lane; word < 2u * half * AREA; word += job.output_words) { sum = mix(sum ^ memory[word]); }
            output[lane] = sum;
        }
        return;
    }
    if block >= half { return; }

    let round = job.dispatch;
    let origin = ((round + 1u) & 1u) * half;
    let own = ((round & 1u) * half + block) * AREA;
    let before = memory[own + local];
    // Which block is read depends on what this one holds, and the second on what the first holds.
    let first = mix(memory[own] ^ (memory[own + AREA - 1u] + round * 0x85ebca6bu)) % half;
    left[local] = memory[(origin + first) * AREA + local];
    workgroupBarrier();
    let second = mix(left[0] ^ (left[AREA - 1u] + round * 0xc2b2ae35u)) % half;
    right[local] = memory[(origin + second) * AREA + local];
    workgroupBarrier();
    let row = local / DIM * DIM;
    let column = local % DIM;
    var sum = before;
    for (var i = 0u; i < DIM; i++) { sum += left[row + i] * right[i * DIM + column]; }
    memory[own + local] = mix(sum ^ (local * 0x27d4eb2fu + round));
}
