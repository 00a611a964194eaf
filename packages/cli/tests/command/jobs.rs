//! Jobs: checked before anything is ordered.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::market::{market, person};
use crate::run::{json, OTHER, REFUSED, USAGE};

fn orbit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../jobs/examples-data/orbit")
}

/// The digest and the size of the example's kernel.
fn kernel() -> (String, u64) {
    let job = jobs::JobDir::open(orbit()).unwrap();
    (job.files[0].digest.to_string(), job.files[0].size)
}

/// A copy of the example job with its manifest changed.
fn job(change: impl FnOnce(String) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = fs::read_to_string(orbit().join("job.toml")).unwrap();
    fs::write(folder.path().join("job.toml"), change(manifest)).unwrap();
    fs::copy(orbit().join("orbit.wgsl"), folder.path().join("orbit.wgsl")).unwrap();
    folder
}

fn replacing(from: &str, to: &str) -> TempDir {
    job(|manifest| {
        assert!(manifest.contains(from), "{from}");
        manifest.replace(from, to)
    })
}

#[track_caller]
fn refused(folder: &Path, words: &str) {
    let check = format!("job check {}", folder.display());
    market().run(&check).fails(OTHER, words);
}

#[test]
fn a_sound_job_is_described() {
    let path = orbit().display().to_string();
    let text = market().run(&format!("job check {path}")).done();
    assert!(text.contains("orbit  48 units, each within 60 s"), "{text}");
    let data = json(&market().run(&format!("--json job check {path}/job.toml")).done());
    assert_eq!((&data["units"], &data["name"]), (&48.into(), &"orbit".into()));
    assert!(text.contains(data["digest"].as_str().unwrap()));
    assert_eq!(data["files"][0]["bytes"], kernel().1);
}

#[test]
fn a_manifest_that_is_not_there_or_not_one_is_refused() {
    refused(Path::new("/nowhere"), "/nowhere");
    refused(tempfile::tempdir().unwrap().path(), "job.toml");
    refused(job(|_| "units = [".into()).path(), "no valid TOML");
    refused(job(|_| String::new()).path(), "missing field");
    refused(
        job(|manifest| "x".repeat(70_000) + &manifest).path(),
        "at most 65536 are taken",
    );
    let folder = job(|manifest| manifest);
    fs::write(folder.path().join("job.toml"), [0xff, 0xfe, 0x00]).unwrap();
    refused(folder.path(), "UTF-8");
}

#[test]
fn a_manifest_that_breaks_a_rule_is_refused_with_the_rule() {
    for (from, to, words) in [
        ("version = 1", "version = 9", "version = 9 is unknown"),
        (
            "version = 1",
            "version = 1\ncolour = \"blue\"",
            "unknown field `colour`",
        ),
        (
            "executor = \"kernel\"",
            "executor = \"magic\"",
            "unknown variant `magic`",
        ),
        ("count = 48", "count = 0", "units.count = 0 is outside"),
        ("count = 48", "count = -1", "no valid TOML"),
        ("deadline_seconds = 60", "deadline_seconds = 0", "is outside"),
        ("name = \"orbit\"", "name = \"Orbit!\"", "no word of 1 to 64"),
        ("orbit.wgsl", "../../etc/passwd", "nor a plain relative path"),
        ("orbit.wgsl", "other.wgsl", "other.wgsl"),
        ("width = 640", "width = 4000000000", "is outside"),
    ] {
        refused(replacing(from, to).path(), words);
    }
}

#[test]
fn a_kernel_that_is_not_what_the_manifest_says_is_refused() {
    let (digest, size) = kernel();
    refused(
        replacing(&digest[..11], "sha256:0000").path(),
        "but the manifest says sha256:0000",
    );
    refused(replacing("sha256:", "md5:").path(), "digest");
    let (right, wrong) = (format!("size = {size}"), format!("size = {}", size + 1));
    refused(replacing(&right, &wrong).path(), &format!("{} bytes", size + 1));

    let changed = job(|manifest| manifest);
    let kernel = changed.path().join("orbit.wgsl");
    fs::write(&kernel, fs::read_to_string(&kernel).unwrap() + "// later\n").unwrap();
    refused(changed.path(), "write the former into it if the change is meant");
}

#[test]
fn nothing_is_ordered_for_a_job_that_is_not_sound() {
    let tenant = person("job-tenant");
    let before = tenant.wallet("usdc");
    let wrong = replacing(&kernel().0[..11], "sha256:0000");
    let submit = |folder: &Path, price: &str| {
        format!(
            "job submit {} --class software-vulkan --max-price {price}",
            folder.display()
        )
    };
    tenant.fails(
        &submit(wrong.path(), "0.05/frame"),
        OTHER,
        "but the manifest says",
    );
    tenant.fails(&submit(&orbit(), "0.05/h"), USAGE, "priced per unit");
    assert_eq!(tenant.wallet("usdc"), before);
}

#[test]
fn an_order_that_nobody_takes_ends_and_its_money_is_available() {
    let tenant = person("job-waiter");
    let clock = market().clock();
    let submit = format!(
        "job submit {} --class class-of-nobody --max-price 0.05/frame --window 10s",
        orbit().display()
    );
    let placed = tenant.json(&format!("{submit} --no-wait"))["order"]
        .as_u64()
        .unwrap();
    clock.advance(60);
    tenant.done(&format!("order award {placed}"));
    assert_eq!(tenant.json(&format!("order show {placed}"))["status"], "unfilled");
    assert_eq!(tenant.escrow("usdc"), 48 * 50_000);

    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| tenant.run(&submit));
        let next = format!("order show {}", placed + 1);
        while market().run(&next).code == REFUSED {
            assert!(!waiting.is_finished());
        }
        clock.advance(60);
        waiting
            .join()
            .unwrap()
            .stderr
            .contains("nobody could take")
            .then_some(())
            .unwrap();
    });
    tenant.done("account withdraw");
    assert_eq!(tenant.escrow("usdc"), 0);
}

#[test]
fn what_is_asked_of_a_lease_that_is_not_there_is_refused() {
    let tenant = person("job-tenant");
    let path = orbit().display().to_string();
    for command in [
        "job watch 99999".to_owned(),
        format!("job deliver 99999 {path}"),
        format!("job results 99999 {path} --to /nowhere"),
    ] {
        tenant.fails(&command, REFUSED, "lease 99999 is unknown");
    }
}
