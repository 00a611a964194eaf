#!/usr/bin/env python3
"""Writes receipts.json: test vectors of receipts, computed from the specification alone (packages/market-types/src/receipt).

Signatures are secp256k1 ECDSA with the deterministic nonce of RFC 6979 and low s, written out here so that nothing is shared with
the code under test."""
import hashlib
import hmac
import json
import struct

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def mul(k, point):
    out = None
    while k:
        if k & 1:
            out = add(out, point)
        point = add(point, point)
        k >>= 1
    return out


def nonce(key, digest):
    mac = lambda k, m: hmac.new(k, m, hashlib.sha256).digest()
    secret = key.to_bytes(32, "big") + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    k, v = bytes(32), b"\1" * 32
    for sep in (b"\0", b"\1"):
        k = mac(k, v + sep + secret)
        v = mac(k, v)
    while True:
        v = mac(k, v)
        out = int.from_bytes(v, "big")
        if 0 < out < N:
            return out
        k = mac(k, v + b"\0")
        v = mac(k, v)


def sign(key, digest):
    k = nonce(key, digest)
    r = mul(k, G)[0] % N
    s = (int.from_bytes(digest, "big") + r * key) * pow(k, -1, N) % N
    return r.to_bytes(32, "big") + min(s, N - s).to_bytes(32, "big")


def public(key):
    x, y = mul(key, G)
    return bytes([2 + y % 2]) + x.to_bytes(32, "big")


def h(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def market(chain_id, attestation):
    parts = [b"leasebook/market/1", chain_id.encode(), attestation.encode()]
    return h(*(struct.pack(">I", len(p)) + p for p in parts))


def leaf(r):
    encoded = market(r["chain_id"], r["attestation"])
    encoded += struct.pack(">QII", r["lease"], r["unit"], r["provider"])
    encoded += b"".join(bytes.fromhex(r[k]) for k in ("input", "parameters", "result"))
    encoded += struct.pack(">Q", r["finished_at"])
    return encoded, h(b"leasebook/receipt/1", encoded)


def top(part):
    """The tree of RFC 6962, section 2.1, with these domains: the left half has the largest power of two below the whole."""
    if len(part) == 1:
        return part[0]
    split = 1
    while split * 2 < len(part):
        split *= 2
    return h(b"leasebook/receipt-node/1", top(part[:split]), top(part[split:]))


def root(leaves):
    return h(b"leasebook/receipt-root/1", struct.pack(">I", len(leaves)), top(leaves))


def path(leaves, index):
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return path(leaves[:split], index) + [top(leaves[split:])]
    return path(leaves[split:], index - split) + [top(leaves[:split])]


def receipt(lease, unit, provider, finished_at):
    digest = lambda what: hashlib.sha256(f"{what} {unit}".encode()).hexdigest()
    return dict(chain_id="leasebook-1", attestation="wasm1attestation", lease=lease, unit=unit, provider=provider,
                input=digest("input"), parameters=digest("parameters"), result=digest("result"), finished_at=finished_at)


KEY = int.from_bytes(b"\7" * 32, "big")
receipts = [receipt(7, unit, 3, 1_800_000_000 + unit) for unit in range(65)]
receipts.append(receipt(2**64 - 1, 2**32 - 1, 2**32 - 1, 2**64 - 1))
receipts.append(receipt(0, 0, 0, 0))
receipts.append(dict(receipts[0], chain_id="leasebook-2"))
receipts.append(dict(receipts[0], attestation="wasm1other"))
receipts.append(dict(receipts[0], chain_id="leasebook-1wasm1", attestation="attestation"))
vectors = []
for r in receipts:
    encoded, hashed = leaf(r)
    vectors.append(dict(receipt=r, encoded=encoded.hex(), leaf=hashed.hex(), signature=sign(KEY, hashed).hex()))
batch = [bytes.fromhex(v["leaf"]) for v in vectors[:65]]
roots = [dict(count=n, root=root(batch[:n]).hex()) for n in range(1, 66)]
paths = [dict(count=n, index=i, path=[p.hex() for p in path(batch[:n], i)])
         for n, i in ((1, 0), (2, 1), (3, 2), (5, 4), (7, 3), (33, 32), (48, 17), (63, 62), (64, 0), (64, 63), (65, 0), (65, 64))]
with open(__file__.replace(".py", ".json"), "w") as out:
    json.dump(dict(public_key=public(KEY).hex(), leaves=vectors, roots=roots, paths=paths), out, indent=1)
    out.write("\n")
