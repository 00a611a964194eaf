// A gyroscope on a stone floor at the end of a day, seen from a camera that goes round it once.
//
// Solids are signed distance fields, marched; the floor is intersected exactly. Each dispatch adds one sample a
// pixel to the scratch buffer, the last one writes the picture. Distances are in metres, y is up.

struct Job {
    unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
    width: u32, height: u32, seed: u32, output_words: u32,
    parameters: array<vec4<u32>, 4>,
    window: vec4<u32>, stride: u32,
}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;
@group(0) @binding(2) var<storage, read_write> scratch: array<f32>;

const TAU = 6.28318530718;
const FAR = 60.0;
const SUN = vec3f(-0.6396, 0.3838, -0.6661);
const SUN_LIGHT = vec3f(1.0, 0.66, 0.38) * 5.2;

// Where the gyroscope hangs, and the ball that holds it.
const GYRO = vec3f(0.0, 1.72, 0.0);
const GYRO_REACH = 1.42;
const YOKE = 1.36;
// The six figures stand on a circle.
const CIRCLE = 2.25;
const FIGURE_REACH = 0.62;

const GOLD = 1u;
const PEARL = 2u;
const LACQUER = 3u;
const FIGURE = 4u;   // to 9
const FLOOR = 10u;

struct Frame {
    turn: f32,       // 0 to TAU over the animation
    spin_a: vec2f,   // (cos, sin) of the rings' angles
    spin_b: vec2f,
    spin_c: vec2f,
}
var<private> frame: Frame;

fn angle(a: f32) -> vec2f { return vec2f(cos(a), sin(a)); }
fn rotate(p: vec2f, r: vec2f) -> vec2f { return vec2f(p.x * r.x - p.y * r.y, p.x * r.y + p.y * r.x); }

// --- noise

fn hash2(p: vec2i) -> f32 {
    var h = u32(p.x) * 0x9e3779b1u ^ u32(p.y) * 0x85ebca77u ^ job.seed * 0xc2b2ae3du;
    h ^= h >> 15u; h *= 0x2c1b3c6du; h ^= h >> 12u; h *= 0x297a2d39u; h ^= h >> 15u;
    return f32(h >> 8u) / 16777216.0;
}

fn noise(p: vec2f) -> f32 {
    let cell = vec2i(floor(p));
    let f = fract(p);
    let w = f * f * (3.0 - 2.0 * f);
    let low = mix(hash2(cell), hash2(cell + vec2i(1, 0)), w.x);
    let high = mix(hash2(cell + vec2i(0, 1)), hash2(cell + vec2i(1, 1)), w.x);
    return mix(low, high, w.y);
}

fn clouds(p: vec2f) -> f32 {
    var sum = 0.0; var weight = 0.5; var q = p;
    for (var i = 0; i < 5; i++) {
        sum += weight * noise(q);
        q = rotate(q, vec2f(0.8, 0.6)) * 2.03 + 17.0;
        weight *= 0.5;
    }
    return sum;
}

// --- shapes

fn ring(p: vec3f, radius: f32) -> f32 {
    let q = abs(vec2f(length(p.xz) - radius, p.y)) - vec2f(0.022, 0.062);
    return length(max(q, vec2f(0.0))) + min(max(q.x, q.y), 0.0) - 0.016;
}

fn rounded_box(p: vec3f, half: vec3f, r: f32) -> f32 {
    let q = abs(p) - half + r;
    return length(max(q, vec3f(0.0))) + min(max(q.x, max(q.y, q.z)), 0.0) - r;
}

fn octahedron(p: vec3f, s: f32) -> f32 {
    let q = abs(p);
    let m = q.x + q.y + q.z - s;
    var r = q;
    if 3.0 * q.x >= m {
        if 3.0 * q.y < m { r = q.yzx; } else if 3.0 * q.z < m { r = q.zxy; } else { return m * 0.57735027; }
    }
    let k = clamp(0.5 * (r.z - r.y + s), 0.0, s);
    return length(vec3f(r.x, r.y - s + k, r.z - k));
}

fn capped_cone(p: vec3f, height: f32, low: f32, high: f32) -> f32 {
    let q = vec2f(length(p.xz), p.y);
    let k1 = vec2f(high, height);
    let k2 = vec2f(high - low, 2.0 * height);
    let ca = vec2f(q.x - min(q.x, select(high, low, q.y < 0.0)), abs(q.y) - height);
    let cb = q - k1 + k2 * clamp(dot(k1 - q, k2) / dot(k2, k2), 0.0, 1.0);
    let s = select(1.0, -1.0, cb.x < 0.0 && ca.y < 0.0);
    return s * sqrt(min(dot(ca, ca), dot(cb, cb)));
}

fn hexagon(p: vec3f, radius: f32, height: f32) -> f32 {
    let k = vec3f(-0.8660254, 0.5, 0.57735);
    var q = abs(p.xz);
    q -= 2.0 * min(dot(k.xy, q), 0.0) * k.xy;
    let side = length(q - vec2f(clamp(q.x, -k.z * radius, k.z * radius), radius)) * sign(q.y - radius);
    let d = vec2f(side, abs(p.y) - height);
    return min(max(d.x, d.y), 0.0) + length(max(d, vec2f(0.0)));
}

fn blend(a: f32, b: f32, k: f32) -> f32 {
    let h = max(k - abs(a - b), 0.0) / k;
    return min(a, b) - h * h * k * 0.25;
}

fn rings(p: vec3f) -> f32 {
    var q = p;
    let xy = rotate(q.xy, frame.spin_a);
    q = vec3f(xy.x, xy.y, q.z);
    var d = ring(q, 1.18);
    let yz = rotate(q.yz, frame.spin_b);
    q = vec3f(q.x, yz.x, yz.y);
    d = min(d, ring(q, 0.95));
    let xy2 = rotate(q.xy, frame.spin_c);
    q = vec3f(xy2.x, xy2.y, q.z);
    d = min(d, ring(q, 0.72));
    // The axle through the core, and the pins on which the outer ring turns.
    d = min(d, max(length(q.xz) - 0.028, abs(q.y) - 0.72));
    return min(d, max(length(p.xy) - 0.035, abs(abs(p.z) - 1.28) - 0.13));
}

fn gyroscope(p: vec3f) -> f32 { return min(rings(p), length(p) - 0.43); }

fn stand(p: vec3f) -> f32 {
    let foot = capped_cone(p - vec3f(0.0, 0.09, 0.0), 0.06, 0.78, 0.7) - 0.03;
    let stem = capped_cone(p - vec3f(0.0, 0.28, 0.0), 0.2, 0.26, 0.07) - 0.02;
    // The yoke: half a circle under the outer ring.
    let q = p - GYRO;
    let r = length(q.yz) - YOKE;
    let arm = select(length(vec3f(q.x, q.y, abs(q.z) - YOKE)), length(vec2f(r, q.x)), q.y < 0.0) - 0.055;
    return blend(blend(foot, stem, 0.3), arm, 0.08);
}

// Which of the six figures is nearest, and p as that figure sees it.
fn nearest_figure(p: vec3f) -> vec4f {
    let x = vec3f(p.x, dot(p.xz, vec2f(0.5, 0.8660254)), dot(p.xz, vec2f(-0.5, 0.8660254)));
    let z = vec3f(p.z, dot(p.xz, vec2f(-0.8660254, 0.5)), dot(p.xz, vec2f(-0.8660254, -0.5)));
    let a = abs(x);
    var at = vec3f(x.x, z.x, 0.0);
    if a.y > a.x && a.y >= a.z { at = vec3f(x.y, z.y, 1.0); } else if a.z > a.x { at = vec3f(x.z, z.z, 2.0); }
    if at.x < 0.0 { at = vec3f(-at.xy, at.z + 3.0); }
    return vec4f(at.x - CIRCLE, p.y, at.y, at.z);
}

fn figure(p: vec3f, index: u32) -> f32 {
    switch index {
        case 0u: { return length(p - vec3f(0.0, 0.45, 0.0)) - 0.45; }
        case 1u: {
            let q = rotate(p.xz, vec2f(0.8, 0.6));
            return rounded_box(vec3f(q.x, p.y - 0.38, q.y), vec3f(0.38), 0.07);
        }
        case 2u: { return octahedron(p - vec3f(0.0, 0.545, 0.0), 0.52) - 0.02; }
        case 3u: {
            let q = p - vec3f(0.0, 0.16, 0.0);
            return length(vec2f(length(q.xz) - 0.36, q.y)) - 0.16;
        }
        case 4u: { return capped_cone(p - vec3f(0.0, 0.47, 0.0), 0.42, 0.4, 0.02) - 0.045; }
        default: { return hexagon(p - vec3f(0.0, 0.34, 0.0), 0.34, 0.3) - 0.035; }
    }
}

// Distance to the nearest solid, the floor left out; far from a group, to the ball around it.
fn solids(p: vec3f) -> f32 {
    let to_gyro = length(p - GYRO);
    var d = to_gyro - GYRO_REACH;
    if d < 0.15 { d = gyroscope(p - GYRO); }
    d = min(d, stand(p));
    let f = nearest_figure(p);
    var e = length(f.xyz - vec3f(0.0, 0.45, 0.0)) - FIGURE_REACH;
    if e < 0.15 { e = figure(f.xyz, u32(f.w)); }
    return min(d, e);
}

fn material(p: vec3f) -> u32 {
    let core = length(p - GYRO) - 0.43;
    let gold = rings(p - GYRO);
    let wood = stand(p);
    let f = nearest_figure(p);
    let e = figure(f.xyz, u32(f.w));
    let least = min(min(core, gold), min(wood, e));
    if least == core { return PEARL; }
    if least == gold { return GOLD; }
    if least == wood { return LACQUER; }
    return FIGURE + u32(f.w);
}

fn normal(p: vec3f) -> vec3f {
    let h = 0.0006;
    let a = vec3f(1.0, -1.0, -1.0); let b = vec3f(-1.0, -1.0, 1.0);
    let c = vec3f(-1.0, 1.0, -1.0); let d = vec3f(1.0, 1.0, 1.0);
    return normalize(a * solids(p + a * h) + b * solids(p + b * h) + c * solids(p + c * h) + d * solids(p + d * h));
}

// --- rays

// The stretch of a ray inside the cylinder that holds all solids; empty if x >= y.
fn inside(o: vec3f, d: vec3f) -> vec2f {
    let radius = CIRCLE + 0.62; let top = GYRO.y + 1.3;
    let a = dot(d.xz, d.xz);
    let b = dot(o.xz, d.xz);
    let h = b * b - a * (dot(o.xz, o.xz) - radius * radius);
    if h < 0.0 { return vec2f(1.0, 0.0); }
    let s = sqrt(h);
    let t0 = (0.0 - o.y) / d.y;
    let t1 = (top - o.y) / d.y;
    let near = max(max((-b - s) / a, min(t0, t1)), 0.0);
    let far = min((-b + s) / a, max(t0, t1));
    return vec2f(near, far);
}

fn march(o: vec3f, d: vec3f) -> f32 {
    let span = inside(o, d);
    var t = span.x;
    for (var i = 0; i < 96; i++) {
        if t >= span.y { break; }
        let step = solids(o + d * t);
        if step < 0.0004 * (1.0 + t) { return t; }
        t += step;
    }
    return FAR;
}

// How much of the sun's disc is seen: 0 to 1.
fn sunlight(o: vec3f) -> f32 {
    let span = inside(o, SUN);
    var t = max(span.x, 0.012);
    var seen = 1.0;
    for (var i = 0; i < 44; i++) {
        if t >= span.y { break; }
        let d = solids(o + SUN * t);
        seen = min(seen, 13.0 * d / t);
        if seen < -1.0 { break; }
        t += clamp(d * 0.8, 0.012, 0.5);
    }
    seen = max(seen, -1.0);
    return 0.25 * (1.0 + seen) * (1.0 + seen) * (2.0 - seen);
}

// How much of the sky is seen around a normal.
fn openness(p: vec3f, n: vec3f) -> f32 {
    var hidden = 0.0; var weight = 1.0;
    for (var i = 1; i <= 5; i++) {
        let h = 0.015 + 0.11 * f32(i);
        let q = p + n * h;
        hidden += max(h - min(solids(q), q.y), 0.0) * weight;
        weight *= 0.78;
    }
    return clamp(1.0 - 1.15 * hidden, 0.0, 1.0);
}

fn sky(d: vec3f) -> vec3f {
    let up = max(d.y, 0.0);
    let toward = max(dot(d, SUN), 0.0);
    var c = mix(vec3f(0.74, 0.36, 0.25), vec3f(0.30, 0.22, 0.40), smoothstep(0.0, 0.22, up));
    c = mix(c, vec3f(0.05, 0.09, 0.26), smoothstep(0.08, 0.6, up));
    c += vec3f(1.0, 0.42, 0.14) * (0.5 * pow(toward, 5.0) * (1.0 - 0.7 * up));
    if up > 0.015 {
        let p = d.xz / (up + 0.12) * 1.35 + vec2f(3.1, 0.7);
        let cover = smoothstep(0.42, 0.66, clouds(p)) * smoothstep(0.015, 0.12, up);
        let lit = mix(vec3f(0.42, 0.27, 0.36), vec3f(1.25, 0.62, 0.36), 0.25 + 0.75 * toward * toward);
        c = mix(c, lit, 0.82 * cover);
    }
    return c + vec3f(1.0, 0.72, 0.4) * (18.0 * smoothstep(0.9990, 0.9996, toward) + 1.6 * pow(toward, 220.0));
}

// --- surfaces

struct Surface { colour: vec3f, mirror: vec3f, gloss: f32 }

fn figure_colour(index: u32) -> vec3f {
    switch index {
        case 0u: { return vec3f(0.62, 0.05, 0.04); }
        case 1u: { return vec3f(0.03, 0.30, 0.34); }
        case 2u: { return vec3f(0.04, 0.36, 0.12); }
        case 3u: { return vec3f(0.06, 0.12, 0.46); }
        case 4u: { return vec3f(0.72, 0.66, 0.58); }
        default: { return vec3f(0.72, 0.30, 0.03); }
    }
}

fn stone(p: vec3f) -> Surface {
    let far = exp(-0.005 * dot(p.xz, p.xz));
    let r = length(p.xz);
    let grain = noise(p.xz * 3.1) * 0.6 + noise(p.xz * 11.0) * 0.4;
    let tile = vec2i(floor(p.xz / 1.1));
    let odd = f32((tile.x + tile.y) & 1);
    var colour = mix(vec3f(0.17, 0.155, 0.15), vec3f(0.045, 0.043, 0.05), 0.5 + (odd - 0.5) * far) * (0.75 + 0.5 * grain);
    let edge = abs(fract(p.xz / 1.1) - 0.5);
    let joint = smoothstep(0.488, 0.494, max(edge.x, edge.y)) * far;
    colour *= 1.0 - 0.6 * joint;
    var mirror = vec3f(0.05 + 0.05 * odd) * (1.0 - joint);
    // The round dais under the figures, with two brass inlays.
    if r < 3.12 {
        colour = mix(vec3f(0.30, 0.27, 0.24), vec3f(0.22, 0.19, 0.17), grain);
        mirror = vec3f(0.07);
        let rays = abs(fract(atan2(p.z, p.x) / TAU * 12.0 + 0.5) - 0.5) * r;
        if r > 1.32 && r < 2.9 && rays < 0.022 { colour *= 0.45; }
    }
    if abs(r - 3.06) < 0.06 || abs(r - 1.26) < 0.05 {
        colour = vec3f(0.30, 0.19, 0.07);
        mirror = vec3f(0.55, 0.40, 0.18);
    }
    return Surface(colour, mirror, 60.0);
}

fn surface(p: vec3f, id: u32) -> Surface {
    switch id {
        case FLOOR: { return stone(p); }
        case GOLD: { return Surface(vec3f(0.16, 0.10, 0.03), vec3f(0.95, 0.67, 0.28), 180.0); }
        case PEARL: { return Surface(vec3f(0.05), vec3f(0.86, 0.87, 0.90), 400.0); }
        case LACQUER: { return Surface(vec3f(0.035, 0.014, 0.012), vec3f(0.07), 120.0); }
        default: { return Surface(figure_colour(id - FIGURE), vec3f(0.045), 90.0); }
    }
}

fn lit(p: vec3f, n: vec3f, d: vec3f, s: Surface) -> vec3f {
    let facing = max(dot(n, SUN), 0.0);
    var sun = 0.0;
    if facing > 0.0 { sun = sunlight(p + n * 0.004); }
    let open = openness(p, n);
    let half = normalize(SUN - d);
    let shine = pow(max(dot(n, half), 0.0), s.gloss) * s.gloss * 0.012;
    let from_sky = mix(vec3f(0.30, 0.24, 0.25), vec3f(0.26, 0.33, 0.58), 0.5 + 0.5 * n.y);
    let glow = vec3f(0.50, 0.24, 0.11) * pow(0.5 + 0.5 * dot(n, normalize(vec3f(SUN.x, 0.05, SUN.z))), 2.0);
    let bounce = vec3f(0.16, 0.10, 0.07) * (0.5 - 0.5 * n.y);
    let diffuse = s.colour * (SUN_LIGHT * facing * sun + (from_sky + glow + bounce) * open * 1.1);
    return diffuse + SUN_LIGHT * s.mirror * shine * sun * facing;
}

fn radiance(origin: vec3f, direction: vec3f) -> vec3f {
    var o = origin; var d = direction;
    var through = vec3f(1.0);
    var sum = vec3f(0.0);
    for (var bounce = 0; bounce < 4; bounce++) {
        var t = march(o, d);
        var id = 0u;
        if d.y < 0.0 && -o.y / d.y < t { t = -o.y / d.y; id = FLOOR; }
        if t >= FAR { return sum + through * sky(d); }
        let p = o + d * t;
        var n = vec3f(0.0, 1.0, 0.0);
        if id != FLOOR { n = normal(p); id = material(p); }
        let s = surface(p, id);
        let haze = select(0.0, 1.0 - exp(-0.0004 * t * t), id == FLOOR);
        let air = sky(normalize(vec3f(d.x, 0.02, d.z)));
        sum += through * mix(lit(p, n, d, s), air, haze);
        let grazing = pow(1.0 - max(dot(n, -d), 0.0), 5.0);
        through *= (s.mirror + (1.0 - s.mirror) * grazing * 0.85) * (1.0 - haze);
        if max(through.x, max(through.y, through.z)) < 0.03 { break; }
        o = p + n * 0.003;
        d = reflect(d, n);
    }
    return sum;
}

// --- camera

fn film(c: vec3f) -> vec3f {
    let x = c * 0.54;
    let y = clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), vec3f(0.0), vec3f(1.0));
    return pow(y, vec3f(1.0 / 2.2));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= job.window.z || id.y >= job.window.w { return; }
    let seat = job.window.xy + id.xy * job.stride;   // the frame's pixel
    let turn = TAU * f32(job.unit) / f32(job.unit_count);
    frame = Frame(turn, angle(0.5 + turn), angle(0.9 - turn), angle(0.4 + 2.0 * turn));

    // Samples on a rotated grid.
    let k = f32(job.dispatch) + 0.5;
    let jitter = fract(vec2f(k / f32(job.dispatch_count), k * 0.6180340 + 0.25)) - 0.5;
    let size = vec2f(f32(job.width), f32(job.height));
    let at = (vec2f(seat) + 0.5 + jitter - 0.5 * size) / size.y * vec2f(2.0, -2.0);

    let swing = 0.62 + turn;
    let eye = vec3f(6.1 * cos(swing), 2.15 + 0.3 * sin(turn), 6.1 * sin(swing));
    let ahead = normalize(vec3f(0.0, 1.28, 0.0) - eye);
    let right = normalize(cross(ahead, vec3f(0.0, 1.0, 0.0)));
    let up = cross(right, ahead);
    let direction = normalize(ahead * 2.05 + right * at.x + up * at.y);

    let pixel = id.y * job.window.z + id.x;
    let seen = min(radiance(eye, direction), vec3f(6.0));
    var sum = vec3f(scratch[3u * pixel], scratch[3u * pixel + 1u], scratch[3u * pixel + 2u]) + film(seen);
    if job.dispatch + 1u < job.dispatch_count {
        scratch[3u * pixel] = sum.x;
        scratch[3u * pixel + 1u] = sum.y;
        scratch[3u * pixel + 2u] = sum.z;
        return;
    }
    let corner = vec2f(seat) / size - 0.5;
    sum = sum / f32(job.dispatch_count) * (1.0 - 0.55 * dot(corner, corner));
    // Half a level of dither keeps the sky free of bands.
    let level = clamp(sum * 255.0 + hash2(vec2i(seat)), vec3f(0.0), vec3f(255.0));
    output[pixel] = pack(vec3u(level));
}

fn pack(c: vec3u) -> u32 { return c.x | c.y << 8u | c.z << 16u | 0xff000000u; }
