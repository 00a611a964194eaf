//! Objects on their way in and out.

use std::io::Write;

use axum::body::Body;
use futures::{stream, StreamExt};
use jobs::digest::{Algorithm, Hasher};
use jobs::{Digest, Manifest};
use market_types::LeaseId;
use tokio::io::AsyncReadExt;

use super::access::Admitted;
use super::error::ApiError;
use super::state::Gateway;

const PIECE: usize = 64 * 1024;

/// Takes a body as an object of the lease. Who sends it must have all of it: content of another tenant cannot be had by
/// naming its digest.
pub(super) async fn take(
    gateway: &Gateway,
    admitted: &Admitted,
    digest: Digest,
    announced: Option<u64>,
    body: Body,
) -> Result<u64, ApiError> {
    let lease = admitted.lease;
    if !admitted.tenancy.open {
        return Err(ApiError::Ended { lease });
    }
    let manifest = Digest::from(admitted.tenancy.manifest);
    let max = allowed(gateway, lease, manifest, digest)?;
    if let Some(bytes) = announced.filter(|bytes| *bytes > max) {
        return Err(ApiError::TooLarge { bytes, max });
    }
    let stored = gateway.journal.stored(lease)?;
    let mut file = tempfile_in(gateway)?;
    let mut hashers = (Hasher::new(Algorithm::Sha256), Hasher::new(digest.algorithm));
    let mut bytes = 0u64;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| ApiError::BrokenBody)?;
        bytes = bytes.saturating_add(piece.len() as u64);
        if bytes > max {
            return Err(ApiError::TooLarge { bytes, max });
        }
        let most = gateway.settings.max_lease;
        if stored.saturating_add(bytes) > most {
            return Err(ApiError::Full {
                lease,
                stored,
                bytes,
                max: most,
            });
        }
        hashers.0.update(&piece);
        hashers.1.update(&piece);
        file.write_all(&piece)?;
    }
    if hashers.0.finish().bytes != admitted.body {
        return Err(ApiError::BodyChanged);
    }
    let found = hashers.1.finish();
    if found != digest {
        return Err(ApiError::OtherContent {
            expected: digest,
            found,
        });
    }
    if digest == manifest {
        Manifest::for_order(&std::fs::read(file.path())?, &digest)?;
    }
    gateway.store.put_file(&digest, file.path(), max)?;
    gateway.journal.write(|w| w.object(lease, &digest, bytes))?;
    gateway.arrivals.notify_one();
    Ok(bytes)
}

/// The most bytes an object may have; refuses what the manifest does not name.
fn allowed(gateway: &Gateway, lease: LeaseId, manifest: Digest, digest: Digest) -> Result<u64, ApiError> {
    let most = gateway.settings.max_object;
    if digest == manifest {
        return Ok(most.min(jobs::manifest::MAX_CANONICAL_BYTES as u64));
    }
    if gateway.journal.object(lease, &manifest)?.is_none() {
        return Err(ApiError::ManifestFirst(manifest));
    }
    let named = Manifest::for_order(&gateway.store.read(&manifest)?, &manifest)?;
    let size = named
        .contents()
        .find(|content| content.digest == digest)
        .map(|content| content.size);
    Ok(most.min(size.ok_or(ApiError::NotNamed(digest))?))
}

/// Manifest, inputs, and the results that audits have opened.
fn for_auditors(gateway: &Gateway, admitted: &Admitted, digest: Digest) -> Result<bool, ApiError> {
    let tenancy = &admitted.tenancy;
    let manifest = Digest::from(tenancy.manifest);
    if digest == manifest
        || tenancy
            .opened
            .iter()
            .any(|result| Digest::from(*result) == digest)
    {
        return Ok(true);
    }
    if gateway.journal.object(admitted.lease, &manifest)?.is_none() {
        return Ok(false);
    }
    let named = Manifest::for_order(&gateway.store.read(&manifest)?, &manifest)?;
    let found = named.contents().any(|content| content.digest == digest);
    Ok(found)
}

fn tempfile_in(gateway: &Gateway) -> Result<tempfile::NamedTempFile, ApiError> {
    Ok(tempfile::NamedTempFile::new_in(&gateway.settings.incoming)?)
}

/// An object of the lease as a body, and its size.
pub(super) async fn give(
    gateway: &Gateway,
    admitted: &Admitted,
    digest: Digest,
) -> Result<(u64, Body), ApiError> {
    let lease = admitted.lease;
    if !admitted.is_tenant() && !for_auditors(gateway, admitted, digest)? {
        return Err(ApiError::NotTenant(lease));
    }
    let bytes = gateway
        .journal
        .object(lease, &digest)?
        .ok_or(ApiError::NoObject(lease))?;
    let file = tokio::fs::File::open(gateway.store.locate(&digest)?).await?;
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((piece, file)))
    });
    Ok((bytes, Body::from_stream(pieces)))
}
