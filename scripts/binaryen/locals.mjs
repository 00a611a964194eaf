// The most locals any function of a Wasm file declares beside its parameters. CosmWasm refuses more than 100.
//
//   node locals.mjs FILE...      prints a line for each file; fails where one has more

import { readFileSync } from "node:fs";

const LIMIT = 100;

function reader(bytes, at = 0) {
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  return { number, byte: () => bytes[at++], skip: (count) => (at += count), here: () => at };
}

// Reads the code section, which is section 10.
export function mostLocals(bytes) {
  const file = reader(bytes, 8);
  let most = 0;
  while (file.here() < bytes.length) {
    const section = file.byte();
    const end = file.number() + file.here();
    if (section === 10) {
      for (let left = file.number(); left > 0; left--) {
        const next = file.number() + file.here();
        let locals = 0;
        for (let groups = file.number(); groups > 0; groups--) {
          locals += file.number();
          file.skip(1);
        }
        most = Math.max(most, locals);
        file.skip(next - file.here());
      }
    }
    file.skip(end - file.here());
  }
  return most;
}

let failed = false;
for (const path of process.argv.slice(2)) {
  const most = mostLocals(readFileSync(path));
  console.log(`${path}: at most ${most} locals a function`);
  if (most > LIMIT) failed = true;
}
if (failed) {
  console.error(`more than ${LIMIT}: the chain would refuse it`);
  process.exit(1);
}
