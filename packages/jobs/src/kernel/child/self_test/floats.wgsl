// Every operation whose rounding is left to the driver.
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let x = f32(id.x) * 0.0371 + 0.5;
    var y = 0.0;
    for (var i = 1u; i <= 32u; i++) {
        let k = f32(i);
        y += sin(x * k) / k + sqrt(x + k) * 0.01 - log2(x + k) * cos(y);
        y = fma(y, 0.93, exp2(-abs(y)) + pow(x, 0.37) * inverseSqrt(k));
    }
    output[id.x] = bitcast<u32>(y);
}
