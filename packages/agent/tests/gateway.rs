//! The gateway from outside: who may do what, and what nonsense gets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "support/job.rs"]
mod job;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use agent::client::{Client, ClientError};
use agent::gateway::{router, Gateway, Progress, Settings, Tenancy};
use agent::journal::Journal;
use agent::request::{body_hash, SignedRequest, Subject};
use chain_client::SigningKey;
use jobs::{Digest, Store};
use market_types::escrow::{LeaseMoney, LeaseStatus};
use market_types::{Hash32, LeaseId, Price, UnixTime};
use metrics_exporter_prometheus::PrometheusBuilder;
use reqwest::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;

const LEASE: LeaseId = LeaseId(8);
const OTHER_LEASE: LeaseId = LeaseId(16);
const OWNER: &str = "lease1owner";

struct House {
    _dir: tempfile::TempDir,
    url: String,
    gateway: Arc<Gateway>,
    tenant: SigningKey,
    session: SigningKey,
    stranger: SigningKey,
    job: job::Job,
}

fn tenancy(lease: LeaseId, tenant: &SigningKey, session: Option<&SigningKey>, manifest: Hash32) -> Tenancy {
    let money = LeaseMoney {
        funded: 9u128.into(),
        remaining: 9u128.into(),
        held: 0u128.into(),
        gross: 0u128.into(),
        refunded: 0u128.into(),
        fee: 0u128.into(),
        premium: 0u128.into(),
        income: 0u128.into(),
    };
    Tenancy {
        tenant: tenant.address("lease").unwrap(),
        session_key: session.map(|key| key.public_key().as_bytes().to_vec()),
        auditors: vec![],
        opened: vec![],
        manifest,
        serving: false,
        open: true,
        progress: Progress {
            lease,
            status: LeaseStatus::Active,
            close_reason: None,
            manifest,
            price: Price::new(3),
            money,
            as_of: UnixTime(1),
            task: None,
            serving: false,
        },
    }
}

async fn house(requests_per_minute: u32) -> House {
    let dir = tempfile::tempdir().unwrap();
    let incoming = dir.path().join("incoming");
    std::fs::create_dir(&incoming).unwrap();
    let settings = Settings {
        chain_id: "test".into(),
        prefix: "lease".into(),
        owner: OWNER.into(),
        incoming,
        max_object: 1 << 20,
        max_lease: 2_000,
        requests_per_minute,
    };
    let gateway = Arc::new(Gateway::new(
        settings,
        Arc::new(Journal::in_memory().unwrap()),
        Store::open(dir.path().join("objects")).unwrap(),
        None,
        PrometheusBuilder::new().build_recorder().handle(),
        Arc::new(Notify::new()),
    ));
    let [tenant, session, stranger] = std::array::from_fn(|_| SigningKey::random());
    let job = job::counting(3);
    let manifest = Hash32(job.digest.bytes);
    gateway.put_tenancy(LEASE, tenancy(LEASE, &tenant, Some(&session), manifest));
    gateway.put_tenancy(OTHER_LEASE, tenancy(OTHER_LEASE, &stranger, None, manifest));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = router(gateway.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    House {
        _dir: dir,
        url,
        gateway,
        tenant,
        session,
        stranger,
        job,
    }
}

impl House {
    fn client(&self, key: &SigningKey, lease: LeaseId) -> Client {
        Client::new(&self.url, "test", OWNER, lease, key.clone()).unwrap()
    }

    fn tenants(&self) -> Client {
        self.client(&self.tenant, LEASE)
    }

    async fn put_manifest(&self) {
        self.tenants()
            .put(&self.job.digest, self.job.manifest.canonical().unwrap())
            .await
            .unwrap();
    }

    /// Sends a request as it is, with a signature over `signed`.
    async fn raw(
        &self,
        method: reqwest::Method,
        path: &str,
        signed: &[u8],
        body: Vec<u8>,
    ) -> (StatusCode, Value) {
        let subject = Subject {
            chain_id: "test",
            provider: OWNER,
            lease: LEASE,
            method: method.as_str(),
            path,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let signed = SignedRequest::sign(&self.tenant, &subject, now, body_hash(signed));
        let mut request = reqwest::Client::new()
            .request(method, format!("{}{path}", self.url))
            .body(body);
        for (name, value) in signed.headers() {
            request = request.header(name, value);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> (u16, String) {
    match answer.unwrap_err() {
        ClientError::Refused { status, error, .. } => (status.as_u16(), error),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_tenant_puts_what_its_manifest_names_and_gets_it_back() {
    let house = house(600).await;
    for key in [&house.tenant, &house.session] {
        let client = house.client(key, LEASE);
        client
            .put(&house.job.digest, house.job.manifest.canonical().unwrap())
            .await
            .unwrap();
        client
            .put(&house.job.kernel, house.job.source.clone())
            .await
            .unwrap();
        assert_eq!(
            client.get(&house.job.kernel, 1 << 20).await.unwrap(),
            house.job.source
        );
        assert_eq!(client.progress().await.unwrap().lease, LEASE);
    }
}

#[tokio::test]
async fn only_the_tenant_of_a_lease_is_served() {
    let house = house(600).await;
    let stranger = house.client(&house.stranger, LEASE);
    assert_eq!(refused(stranger.progress().await), (403, "not_tenant".into()));
    let content = house.job.manifest.canonical().unwrap();
    assert_eq!(
        refused(stranger.put(&house.job.digest, content).await),
        (403, "not_tenant".into())
    );
    let nowhere = house.client(&house.tenant, LeaseId(80));
    assert_eq!(refused(nowhere.progress().await), (404, "no_lease".into()));
}

#[tokio::test]
async fn an_auditor_reads_what_it_needs_to_run_a_unit_again_and_no_result_before_it_is_opened() {
    let house = house(600).await;
    house.put_manifest().await;
    let (job, tenants) = (&house.job, house.tenants());
    tenants.put(&job.kernel, job.source.clone()).await.unwrap();
    let content = b"what a unit made".to_vec();
    let result = Digest::of(&content);
    house.gateway.store.put_as(&result, &content).unwrap();
    let journal = &house.gateway.journal;
    journal
        .write(|w| w.object(LEASE, &result, content.len() as u64))
        .unwrap();

    let auditor = SigningKey::random();
    let client = house.client(&auditor, LEASE);
    let not_tenant = (403, "not_tenant".to_owned());
    assert_eq!(refused(client.get(&job.digest, 1 << 20).await), not_tenant);

    let mut tenancy = house.gateway.tenancy(LEASE).unwrap();
    tenancy.auditors = vec![auditor.address("lease").unwrap()];
    house.gateway.put_tenancy(LEASE, tenancy.clone());
    client.get(&job.digest, 1 << 20).await.unwrap();
    assert_eq!(client.get(&job.kernel, 1 << 20).await.unwrap(), job.source);
    assert_eq!(refused(client.get(&result, 100).await), not_tenant);
    assert_eq!(refused(client.units(0).await), not_tenant);
    assert_eq!(refused(client.progress().await), not_tenant);
    let again = job.manifest.canonical().unwrap();
    assert_eq!(refused(client.put(&job.digest, again).await), not_tenant);

    tenancy.opened = vec![Hash32(result.bytes)];
    house.gateway.put_tenancy(LEASE, tenancy);
    assert_eq!(client.get(&result, 100).await.unwrap(), content);
}

#[tokio::test]
async fn unsigned_requests_and_signatures_for_something_else_are_refused() {
    let house = house(600).await;
    let unsigned = reqwest::get(format!("{}/v1/leases/8", house.url)).await.unwrap();
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(unsigned.json::<Value>().await.unwrap()["error"], "unsigned");
    // for another chain or another provider's gateway
    for (chain, owner) in [("other", OWNER), ("test", "lease1other")] {
        let client = Client::new(&house.url, chain, owner, LEASE, house.tenant.clone()).unwrap();
        assert_eq!(refused(client.progress().await), (401, "signature".into()));
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_was_signed_is_refused_and_not_kept() {
    let house = house(600).await;
    let path = format!("/v1/leases/8/objects/{}", house.job.digest);
    let manifest = house.job.manifest.canonical().unwrap();
    let (status, answer) = house
        .raw(reqwest::Method::PUT, &path, b"something else", manifest)
        .await;
    assert_eq!((status.as_u16(), &answer["error"]), (401, &Value::from("body")));
    assert_eq!(
        house.gateway.journal.object(LEASE, &house.job.digest).unwrap(),
        None
    );
    assert!(!house.gateway.store.has(&house.job.digest));
}

#[tokio::test]
async fn content_with_another_digest_is_refused() {
    let house = house(600).await;
    house.put_manifest().await;
    let mut wrong = house.job.source.clone();
    wrong[0] ^= 1;
    let answer = house.tenants().put(&house.job.kernel, wrong).await;
    assert_eq!(refused(answer), (422, "other_content".into()));
}

#[tokio::test]
async fn another_tenants_content_cannot_be_had_by_naming_its_digest() {
    let house = house(600).await;
    house.put_manifest().await;
    house
        .tenants()
        .put(&house.job.kernel, house.job.source.clone())
        .await
        .unwrap();
    let other = house.client(&house.stranger, OTHER_LEASE);
    other
        .put(&house.job.digest, house.job.manifest.canonical().unwrap())
        .await
        .unwrap();
    assert_eq!(
        refused(other.get(&house.job.kernel, 1 << 20).await),
        (404, "no_object".into())
    );
    // who does not have the content cannot claim it either
    let guess = vec![0; house.job.source.len()];
    assert_eq!(
        refused(other.put(&house.job.kernel, guess).await),
        (422, "other_content".into())
    );
    assert_eq!(
        refused(other.get(&house.job.kernel, 1 << 20).await),
        (404, "no_object".into())
    );
}

#[tokio::test]
async fn the_manifest_comes_first_and_names_all_else() {
    let house = house(600).await;
    let client = house.tenants();
    let early = client.put(&house.job.kernel, house.job.source.clone()).await;
    assert_eq!(refused(early), (409, "manifest_first".into()));
    house.put_manifest().await;
    let junk = b"junk".to_vec();
    assert_eq!(
        refused(client.put(&Digest::of(&junk), junk).await),
        (422, "not_named".into())
    );
}

#[tokio::test]
async fn sizes_are_bounded_by_the_manifest_and_by_the_lease() {
    let house = house(600).await;
    house.put_manifest().await;
    let mut long = house.job.source.clone();
    long.push(b' ');
    assert_eq!(
        refused(house.tenants().put(&house.job.kernel, long).await),
        (413, "too_large".into())
    );
    let full = 2_000 - house.job.source.len() as u64;
    house
        .gateway
        .journal
        .write(|w| w.object(LEASE, &Digest::of(b"results"), full))
        .unwrap();
    let source = house.job.source.clone();
    assert_eq!(
        refused(house.tenants().put(&house.job.kernel, source).await),
        (413, "too_large".into())
    );
}

#[tokio::test]
async fn an_order_for_something_that_is_no_manifest_is_refused_when_it_comes() {
    let house = house(600).await;
    let nonsense = b"{\"version\":1}".to_vec();
    let digest = Digest::of(&nonsense);
    house
        .gateway
        .put_tenancy(LEASE, tenancy(LEASE, &house.tenant, None, Hash32(digest.bytes)));
    assert_eq!(
        refused(house.tenants().put(&digest, nonsense).await),
        (422, "manifest".into())
    );
}

#[tokio::test]
async fn a_lease_that_ended_takes_nothing_and_still_answers() {
    let house = house(600).await;
    house.put_manifest().await;
    let mut over = house.gateway.tenancy(LEASE).unwrap();
    over.open = false;
    house.gateway.put_tenancy(LEASE, over);
    let source = house.job.source.clone();
    assert_eq!(
        refused(house.tenants().put(&house.job.kernel, source).await),
        (409, "ended".into())
    );
    assert!(house.tenants().get(&house.job.digest, 1 << 20).await.is_ok());
}

#[tokio::test]
async fn a_tenant_beyond_its_rate_waits_and_nobody_else_does() {
    let house = house(2).await;
    let client = house.tenants();
    for _ in 0..2 {
        client.progress().await.unwrap();
    }
    assert_eq!(refused(client.progress().await), (429, "too_many".into()));
    assert!(house
        .client(&house.stranger, OTHER_LEASE)
        .progress()
        .await
        .is_ok());
}

#[tokio::test]
async fn nonsense_in_the_path_gets_a_clear_answer() {
    let house = house(600).await;
    for (path, status) in [
        ("/v1/leases/8/objects/sha256:zz", 400),
        ("/v1/leases/8/objects/..%2f..%2fetc", 400),
        ("/v1/leases/eight", 400),
        ("/v1/leases/-1", 400),
        ("/v1/leases/8/units?from=99999999999", 400),
        ("/v1/leases/8/logs", 404),
        ("/v1/leases/8/service", 503),
        ("/v2", 404),
    ] {
        let (found, answer) = house.raw(reqwest::Method::GET, path, b"", vec![]).await;
        assert_eq!(found.as_u16(), status, "{path}: {answer}");
        assert!(answer["message"].is_string(), "{path}: {answer}");
    }
}

#[tokio::test]
async fn health_readiness_and_metrics_need_no_signature() {
    let house = house(600).await;
    let get = async |path: &str| {
        reqwest::get(format!("{}{path}", house.url))
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(get("/health").await, 200);
    assert_eq!(get("/ready").await, 503);
    house.gateway.set_unready(None);
    assert_eq!((get("/ready").await, get("/metrics").await), (200, 200));
}
