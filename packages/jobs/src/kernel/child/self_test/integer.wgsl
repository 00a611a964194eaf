// A chain of 1,000 integer mixes for each of 4,096 elements.
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    var x = id.x * 2654435761u + 1u;
    for (var i = 0u; i < 1000u; i++) {
        x ^= x << 13u;
        x ^= x >> 17u;
        x ^= x << 5u;
        x = x * 1664525u + i;
    }
    output[id.x] = x;
}
