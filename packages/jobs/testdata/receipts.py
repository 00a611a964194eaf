#!/usr/bin/env python3
"""Writes receipts.json: the test vectors of receipts, computed from the specification alone."""
import hashlib
import json
import struct


def h(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(r):
    encoded = struct.pack(">QII", r["lease"], r["unit"], r["provider"])
    encoded += b"".join(bytes.fromhex(r[k]) for k in ("input", "parameters", "result"))
    encoded += struct.pack(">Q", r["finished_at"])
    return encoded, h(b"leasebook/receipt/v1", encoded)


def root(leaves):
    def top(part):
        if len(part) == 1:
            return part[0]
        split = 1
        while split * 2 < len(part):
            split *= 2
        return h(b"leasebook/receipt-node/v1", top(part[:split]), top(part[split:]))

    return h(b"leasebook/receipt-root/v1", struct.pack(">I", len(leaves)), top(leaves))


def receipt(lease, unit, provider, finished_at):
    digest = lambda what: hashlib.sha256(f"{what} {unit}".encode()).hexdigest()
    return dict(lease=lease, unit=unit, provider=provider, input=digest("input"), parameters=digest("parameters"),
                result=digest("result"), finished_at=finished_at)


receipts = [receipt(7, unit, 3, 1_800_000_000 + unit) for unit in range(64)]
receipts.append(receipt(2**64 - 1, 2**32 - 1, 2**32 - 1, 2**64 - 1))
receipts.append(receipt(0, 0, 0, 0))
vectors = []
for r in receipts:
    encoded, hashed = leaf(r)
    vectors.append(dict(receipt=r, encoded=encoded.hex(), leaf=hashed.hex()))
batch = [bytes.fromhex(v["leaf"]) for v in vectors[:64]]
roots = [dict(count=n, root=root(batch[:n]).hex()) for n in range(1, 65)]
with open(__file__.replace(".py", ".json"), "w") as out:
    json.dump(dict(leaves=vectors, roots=roots), out, indent=1)
    out.write("\n")
