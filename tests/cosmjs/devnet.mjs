// Starts a devnet of its own, runs e2e.mjs against it, stops it.
//
//   node devnet.mjs [PATH_OF_THE_DEVNET_BINARY]

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const binary = process.argv[2] ?? here("../../target/debug/devnet");
const wallet = await DirectSecp256k1HdWallet.generate(12, { prefix: "lease" });
const [{ address }] = await wallet.getAccounts();

const flags = ["--listen", "127.0.0.1:0", "--account", `${address}=1000000000ulease`, "--validator", address];
const devnet = spawn(binary, flags, { stdio: ["ignore", "pipe", "inherit"] });
const [url] = await new Promise((ready, failed) => {
  devnet.once("error", failed);
  devnet.once("exit", (code) => failed(new Error(`the devnet ended with ${code} before it listened`)));
  createInterface({ input: devnet.stdout }).once("line", (line) => ready([line]));
});
process.once("exit", () => devnet.kill("SIGTERM"));
process.once("SIGTERM", () => process.exit(143));
const test = spawn(process.execPath, [here("e2e.mjs"), url, wallet.mnemonic], { stdio: "inherit" });
const code = await new Promise((ended) => test.once("exit", (code) => ended(code ?? 1)));
process.exit(code);
