//! A job from its folder to its results, with an agent's process on the other side.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use jobs::Digest;
use serde_json::Value;
use tempfile::TempDir;

use crate::market::{market, person, Person};
use crate::run::words;

const CLASS: &str = "class-of-jobs";
const UNITS: u32 = 3;
const WORDS: u32 = 64;

const KERNEL: &str = "
struct Job {
    unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
    width: u32, height: u32, seed: u32, output_words: u32,
    parameters: array<vec4<u32>, 4>,
}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    output[id.x] = job.unit * 1000u + job.seed + id.x * id.x;
}
";

/// What [`KERNEL`] computes.
fn result(unit: u32) -> Vec<u8> {
    (0..WORDS)
        .flat_map(|word| (unit * 1_000 + 7 + word * word).to_le_bytes())
        .collect()
}

/// A folder with the kernel and a manifest in YAML.
fn job() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("squares.wgsl"), KERNEL).unwrap();
    let manifest = format!(
        "version: 1
name: squares
executor: kernel
comparison: exact
kernel:
  dispatches: 1
  workgroups: [1, 1, 1]
  source: {{digest: \"{}\", size: {}, sources: [squares.wgsl]}}
units: {{count: {UNITS}, seed: 7, deadline_seconds: 60}}
output: {{kind: bytes, bytes: {}}}
resources: {{gpus: 1, vram_mib: 64, cpu_milli: 1000, ram_mib: 512}}
",
        Digest::of(KERNEL.as_bytes()),
        KERNEL.len(),
        WORDS * 4,
    );
    fs::write(folder.path().join("job.yaml"), manifest).unwrap();
    folder
}

/// A program of this build, beside the tested command.
fn program(name: &str) -> PathBuf {
    let path = assert_cmd::cargo::cargo_bin("leasebook").with_file_name(name);
    assert!(
        path.exists(),
        "{} is not built; build it: cargo build --bin leasebook-agent --bin leasebook-kernel",
        path.display()
    );
    path
}

/// The agent's process, which ends with this value, and with the test's process in whatever way that ends.
struct Agent {
    shell: Child,
    log: PathBuf,
}

impl Agent {
    fn start(config: &Path, gateway: &str) -> Self {
        let log = config.with_extension("log");
        let file = fs::File::create(&log).unwrap();
        let shell = Command::new("sh")
            .arg("-c")
            .arg("\"$@\" & agent=$!; read _; kill -9 $agent; wait $agent")
            .arg("sh")
            .arg(program("leasebook-agent"))
            .args(words("run --config"))
            .arg(config)
            .env("LEASEBOOK_HOME", market().home())
            .env("RUST_LOG", "info")
            .stdin(Stdio::piped())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let agent = Self { shell, log };
        agent.until("its gateway listens", || TcpStream::connect(gateway).ok());
        agent
    }

    /// Ask until there is an answer.
    fn until<T>(&self, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
        let began = std::time::Instant::now();
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            assert!(
                began.elapsed().as_secs() < 120,
                "not within two minutes: {what}\n{}",
                fs::read_to_string(&self.log).unwrap()
            );
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        self.shell.wait().unwrap();
    }
}

/// A provider with one machine of [`CLASS`], and its agent.
fn provider(owner: Person, folder: &Path) -> Agent {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let key = market().key_file("job-agent");
    owner.done(&format!(
        "provider register --agent-key {key} --gateway http://127.0.0.1:{port} --machine {CLASS}:1:4:65536:32:262144"
    ));
    owner.done("provider bond 5000");
    let config = folder.join("agent.toml");
    let text = format!(
        r#"[chain]
rpc = ["{rpc}"]
contracts = "{home}/market.json"
poll_ms = 100
[provider]
owner = "{owner}"
key = "{key}"
data = "{data}"
[gateway]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
[[bidding.floors]]
class = "{CLASS}"
token = "usdc"
watts = 100
kwh_price = 100000
depreciation_per_hour = 50000
unit_seconds = 2
[work]
batch_units = 8
batch_seconds = 1
settle_seconds = 0
[executors]
kernel_worker = "{worker}"
unmeasured_classes = ["{CLASS}"]
"#,
        rpc = market().url(),
        home = market().home().display(),
        owner = owner.address(),
        data = folder.join("data").display(),
        worker = program("leasebook-kernel").display(),
    );
    fs::write(&config, text).unwrap();
    Agent::start(&config, &format!("127.0.0.1:{port}"))
}

fn task(lease: &Value) -> &Value {
    &lease["progress"]["task"]
}

#[test]
fn a_job_is_submitted_delivered_rendered_fetched_and_paid() {
    let (tenant, owner) = (person("job-customer"), person("job-owner"));
    let clock = market().clock();
    let (folder, job) = (tempfile::tempdir().unwrap(), job());
    let agent = provider(owner, folder.path());
    let path = job.path().display();

    let submit =
        format!("--json job submit {path} --class {CLASS} --max-price 0.05/frame --window 10s --thin-audit");
    let submitted = std::thread::scope(|scope| {
        let submitting = scope.spawn(|| tenant.run(&submit));
        agent.until("the agent bids", || {
            assert!(!submitting.is_finished(), "{:?}", tenant.run(&submit));
            let orders = tenant.json("order list --tenant job-customer");
            let number = orders["items"][0]["order"].as_u64()?;
            let order = tenant.json(&format!("order show {number}"));
            (order["bids"] == 1).then_some(())
        });
        clock.advance(30);
        crate::run::json(&submitting.join().unwrap().done())
    });
    let lease = submitted["lease"].as_u64().unwrap();

    let again = tenant.done(&format!("job deliver {lease} {path}"));
    assert!(again.contains("delivered to http://127.0.0.1"), "{again}");

    let show = format!("lease show {lease}");
    agent.until("every unit is attested", || {
        (task(&tenant.json(&show))["attested"] == UNITS).then_some(())
    });
    let to = folder.path().join("results");
    let fetched = tenant.done(&format!("job results {lease} {path} --to {}", to.display()));
    assert!(fetched.contains("3 results"), "{fetched}");
    for unit in 0..UNITS {
        let file = to.join(format!("unit-{unit}.bin"));
        assert_eq!(fs::read(&file).unwrap(), result(unit), "unit {unit}");
    }

    clock.advance(25 * 3_600);
    let closed = tenant.done(&format!("job watch {lease}"));
    assert!(closed.contains("3 of 3 attested, 3 paid, 0 refunded"), "{closed}");
    assert!(owner.escrow("usdc") > 0);
}
