//! What a manifest may say, and what becomes of one that says something else.

#![allow(clippy::unwrap_used)]

use jobs::comparison::ComparisonClass;
use jobs::manifest::{Bound, ManifestError, Output, MAX_CANONICAL_BYTES};

use jobs::{Digest, JobDir, JobDirError, Manifest};

const ORBIT: &str = include_str!("../examples-data/orbit/job.toml");
const MINIMAL: &str = include_str!("../testdata/minimal.toml");
const MINIMAL_YAML: &str = include_str!("../testdata/minimal.yaml");

fn with(from: &str, to: &str) -> Result<Manifest, ManifestError> {
    assert!(MINIMAL.contains(from), "{from}");
    Manifest::from_toml(&MINIMAL.replacen(from, to, 1))
}

#[test]
fn a_minimal_manifest_has_documented_defaults() {
    let manifest = Manifest::from_toml(MINIMAL).unwrap();
    assert_eq!(manifest.kernel.entry, "main");
    assert_eq!(manifest.kernel.scratch_bytes, 0);
    assert_eq!(manifest.units.seed, 0);
    assert_eq!(manifest.output, Output::Bytes { bytes: 256 });
    assert!(manifest.inputs.is_empty() && manifest.secrets.is_empty());
}

#[test]
fn the_hash_is_that_of_the_canonical_bytes_and_never_changes() {
    let manifest = Manifest::from_toml(MINIMAL).unwrap();
    let canonical = manifest.canonical().unwrap();
    assert_eq!(
        String::from_utf8(canonical.clone()).unwrap(),
        include_str!("../testdata/minimal.json").trim_end()
    );
    assert_eq!(manifest.digest().unwrap(), Digest::of(&canonical));
    assert_eq!(Manifest::from_canonical(&canonical).unwrap(), manifest);
    assert_eq!(
        Manifest::for_order(&canonical, &Digest::of(&canonical)).unwrap(),
        manifest
    );
}

#[test]
fn comments_order_and_spacing_of_the_toml_do_not_change_the_hash() {
    let rewritten = format!(
        "# mine\nname   =  \"minimal\"\n{}",
        MINIMAL.replacen("name = \"minimal\"\n", "", 1)
    );
    assert_eq!(
        Manifest::from_toml(&rewritten).unwrap().digest().unwrap(),
        Manifest::from_toml(MINIMAL).unwrap().digest().unwrap()
    );
}

#[test]
fn another_manifest_than_the_orders_is_refused_before_it_is_parsed() {
    let expected = Manifest::from_toml(MINIMAL).unwrap().digest().unwrap();
    for garbage in [&b"{"[..], b"", &[0xff; 40]] {
        assert_eq!(
            Manifest::for_order(garbage, &expected),
            Err(ManifestError::Digest {
                expected,
                found: Digest::of(garbage)
            })
        );
    }
}

#[test]
fn the_same_content_in_other_bytes_is_not_canonical() {
    let mut spaced = Manifest::from_toml(MINIMAL).unwrap().canonical().unwrap();
    spaced.push(b'\n');
    assert_eq!(
        Manifest::from_canonical(&spaced),
        Err(ManifestError::NotCanonical)
    );
}

#[test]
fn unknown_fields_are_refused_at_every_level() {
    for (from, to) in [
        ("version = 1", "version = 1\npriority = 9"),
        ("[kernel]", "[kernel]\nlanguage = \"wgsl\""),
        ("size = 10", "size = 10\nmirror = \"x\""),
        ("[units]", "[units]\ncuont = 3"),
        ("[resources]", "[resources]\ngpu = 1"),
        ("bytes = 256", "bytes = 256\nwidth = 3"),
    ] {
        let refused = with(from, to).unwrap_err();
        assert!(
            matches!(&refused, ManifestError::Toml(e) if e.message().contains("unknown field")),
            "{to}: {refused}"
        );
    }
}

#[test]
fn malformed_values_are_refused() {
    for (from, to) in [
        ("executor = \"kernel\"", "executor = \"quantum\""),
        ("comparison = \"exact\"", "comparison = \"roughly\""),
        ("count = 2", "count = -1"),
        ("count = 2", "count = 4294967296"),
        ("count = 2", "count = 1.5"),
        ("count = 2", "count = \"2\""),
        ("kind = \"bytes\"", "kind = \"video\""),
        ("workgroups = [1, 1, 1]", "workgroups = [1, 1]"),
        ("digest = \"sha256:", "digest = \"sha1:"),
        ("version = 1", "version"),
    ] {
        assert!(matches!(with(from, to), Err(ManifestError::Toml(_))), "{to}");
    }
}

#[test]
fn figures_outside_their_bounds_are_named_with_them() {
    const MIB: u64 = 1 << 20;
    for (from, to, field, value, min, max) in [
        ("count = 2", "count = 0", "units.count", 0, 1, 1_000_000),
        (
            "count = 2",
            "count = 1000001",
            "units.count",
            1_000_001,
            1,
            1_000_000,
        ),
        (
            "deadline_seconds = 5",
            "deadline_seconds = 0",
            "units.deadline_seconds",
            0,
            1,
            86_400,
        ),
        (
            "deadline_seconds = 5",
            "deadline_seconds = 86401",
            "units.deadline_seconds",
            86_401,
            1,
            86_400,
        ),
        (
            "dispatches = 1",
            "dispatches = 0",
            "kernel.dispatches",
            0,
            1,
            1_024,
        ),
        (
            "dispatches = 1",
            "dispatches = 1025",
            "kernel.dispatches",
            1_025,
            1,
            1_024,
        ),
        ("[1, 1, 1]", "[1, 0, 1]", "kernel.workgroups", 0, 1, 65_535),
        (
            "[1, 1, 1]",
            "[65536, 1, 1]",
            "kernel.workgroups",
            65_536,
            1,
            65_535,
        ),
        (
            "size = 10",
            "size = 1048577",
            "kernel.source.size",
            MIB + 1,
            1,
            MIB,
        ),
        ("bytes = 256", "bytes = 0", "the output's bytes", 0, 4, 128 * MIB),
        (
            "bytes = 256",
            "bytes = 134217732",
            "the output's bytes",
            128 * MIB + 4,
            4,
            128 * MIB,
        ),
        ("gpus = 1", "gpus = 0", "resources.gpus", 0, 1, 64),
    ] {
        assert_eq!(
            with(from, to),
            Err(ManifestError::Range {
                field,
                value,
                bound: Bound { min, max }
            }),
            "{to}"
        );
    }
}

#[test]
fn lists_words_and_sources_are_bounded() {
    let many = |n: usize| format!("seed = 0\nparameters = {:?}", vec![1; n]);
    assert!(with("seed = 0", &many(16)).is_ok());
    assert_eq!(
        with("seed = 0", &many(17)),
        Err(ManifestError::TooMany {
            field: "units.parameters",
            count: 17,
            max: 16
        })
    );
    assert!(matches!(
        with("\"minimal\"", "\"Minimal!\""),
        Err(ManifestError::Word { field: "name", .. })
    ));
    assert!(matches!(
        with("[kernel]", "[kernel]\nentry = \"a b\""),
        Err(ManifestError::Identifier { .. })
    ));
    assert_eq!(
        with("bytes = 256", "bytes = 255"),
        Err(ManifestError::OutputAlignment(255))
    );
    assert_eq!(
        with("comparison = \"exact\"", "comparison = \"image\""),
        Err(ManifestError::ImageOfBytes)
    );
    assert_eq!(with("version = 1", "version = 2"), Err(ManifestError::Version(2)));
    for source in [
        "/etc/passwd",
        "../k.wgsl",
        "a/../k",
        "http://x/k",
        "file:///k",
        "",
        "a//b",
        "a b",
    ] {
        let refused = with("sources = [\"k.wgsl\"]", &format!("sources = [{source:?}]"));
        assert_eq!(refused, Err(ManifestError::Source(source.into())));
    }
}

#[test]
fn a_manifest_too_long_is_refused_unread() {
    let long = format!("{MINIMAL}\n#{}", "x".repeat(MAX_CANONICAL_BYTES));
    assert_eq!(
        Manifest::from_toml(&long),
        Err(ManifestError::TooLong {
            bytes: long.len(),
            max: MAX_CANONICAL_BYTES
        })
    );
    assert!(matches!(
        Manifest::from_canonical(&[b' '; 70_000]),
        Err(ManifestError::TooLong { bytes: 70_000, .. })
    ));
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    assert!(matches!(
        Manifest::from_canonical(deep.as_bytes()),
        Err(ManifestError::Json { .. })
    ));
}

#[test]
fn units_differ_in_their_parameters_digest_and_jobs_in_both() {
    let orbit = Manifest::from_toml(ORBIT).unwrap();
    let minimal = Manifest::from_toml(MINIMAL).unwrap();
    assert_ne!(
        orbit.parameters_digest(0).unwrap(),
        orbit.parameters_digest(1).unwrap()
    );
    assert_ne!(
        orbit.parameters_digest(0).unwrap(),
        minimal.parameters_digest(0).unwrap()
    );
    assert_ne!(orbit.input_digest(), minimal.input_digest());
}

#[test]
fn the_example_job_opens_and_asks_for_48_frames() {
    let orbit = JobDir::open(concat!(env!("CARGO_MANIFEST_DIR"), "/examples-data/orbit")).unwrap();
    assert_eq!(orbit.manifest.units.count, 48);
    assert_eq!(
        orbit.manifest.output,
        Output::Rgba8 {
            width: 640,
            height: 360
        }
    );
    assert_eq!(orbit.manifest.comparison, ComparisonClass::Image);
    assert_eq!(orbit.digest, orbit.manifest.digest().unwrap());
}

#[test]
fn a_job_directory_whose_kernel_was_changed_says_what_to_write() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("job.toml"), MINIMAL).unwrap();
    std::fs::write(dir.path().join("k.wgsl"), "changed it").unwrap();
    let refused = JobDir::open(dir.path()).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains(&Digest::of(b"changed it").to_string()),
        "{refused}"
    );
}

#[test]
fn yaml_and_toml_of_one_job_have_one_hash() {
    let yaml = Manifest::from_yaml(MINIMAL_YAML).unwrap();
    assert_eq!(yaml, Manifest::from_toml(MINIMAL).unwrap());

    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/examples-data/orbit/orbit.wgsl"),
        dir.path().join("orbit.wgsl"),
    )
    .unwrap();
    let orbit = Manifest::from_toml(ORBIT).unwrap();
    let as_json = String::from_utf8(orbit.canonical().unwrap()).unwrap();
    for name in ["job.yaml", "job.yml"] {
        let path = dir.path().join(name);
        std::fs::write(&path, &as_json).unwrap();
        for opened in [dir.path(), &path] {
            assert_eq!(
                JobDir::open(opened).unwrap().digest,
                orbit.digest().unwrap(),
                "{name}"
            );
        }
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn yaml_that_breaks_a_rule_is_refused_as_toml_is_and_with_its_line() {
    let with = |from: &str, to: &str| {
        assert!(MINIMAL_YAML.contains(from), "{from}");
        Manifest::from_yaml(&MINIMAL_YAML.replacen(from, to, 1))
    };
    assert_eq!(with("version: 1", "version: 9"), Err(ManifestError::Version(9)));
    assert!(matches!(
        with("count: 2", "count: 0"),
        Err(ManifestError::Range {
            field: "units.count",
            value: 0,
            ..
        })
    ));
    for (from, to, line, words) in [
        (
            "executor: kernel",
            "executor: magic",
            3,
            "unknown variant `magic`",
        ),
        (
            "name: minimal",
            "name: minimal\ncolour: blue",
            3,
            "unknown field `colour`",
        ),
        ("name: minimal", "name: minimal\nname: again", 3, "duplicate"),
        ("count: 2", "count: -1", 13, "invalid"),
        ("gpus: 1", "gpus: 70000", 19, "invalid"),
        ("name: minimal", "name: [", 2, "expected string"),
    ] {
        match with(from, to) {
            Err(ManifestError::Yaml {
                line: found, message, ..
            }) => {
                assert_eq!(found, line, "{to}: {message}");
                assert!(message.to_lowercase().contains(words), "{to}: {message}");
            }
            other => panic!("{to}: {other:?}"),
        }
    }
    assert!(matches!(
        with("executor: kernel\n", ""),
        Err(ManifestError::Yaml { message, .. }) if message.contains("missing field `executor`")
    ));
}

#[test]
fn yaml_that_would_swell_is_refused() {
    let long = format!("{MINIMAL_YAML}\n#{}", "x".repeat(MAX_CANONICAL_BYTES));
    assert!(matches!(
        Manifest::from_yaml(&long),
        Err(ManifestError::TooLong { .. })
    ));
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let all = vec![format!("*a{}", n - 1); 9].join(", ");
        laughs += &format!("a{n}: &a{n} [{all}]\n");
    }
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    for text in [laughs, deep, format!("inputs: {}", "- ".repeat(20_000))] {
        assert!(matches!(
            Manifest::from_yaml(&text),
            Err(ManifestError::Yaml { .. })
        ));
    }
}

#[test]
fn a_directory_with_two_manifests_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("job.toml"), MINIMAL).unwrap();
    std::fs::write(dir.path().join("job.yaml"), MINIMAL_YAML).unwrap();
    assert!(matches!(
        JobDir::open(dir.path()).unwrap_err(),
        JobDirError::ManyManifests {
            first: "job.toml",
            second: "job.yaml",
            ..
        }
    ));
}
