// CosmJS, unmodified, against a chain that has cw20-base as code 1.
//
//   node e2e.mjs RPC_URL "MNEMONIC"
//
// The first account of the mnemonic (prefix `lease`) needs 100000000 ulease; on the devnet it should be the only
// validator for the governance part, which is skipped where POST /devnet/time is not answered.

import assert from "node:assert/strict";
import { SigningCosmWasmClient } from "@cosmjs/cosmwasm";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { GasPrice, QueryClient, createProtobufRpcClient } from "@cosmjs/stargate";
import { Comet38Client, HttpBatchClient, WebsocketClient } from "@cosmjs/tendermint-rpc";
import { MsgSubmitProposal, MsgSubmitProposalResponse, MsgVote } from "cosmjs-types/cosmos/gov/v1/tx";
import { ProposalStatus, VoteOption } from "cosmjs-types/cosmos/gov/v1/gov";
import { QueryClientImpl as GovQuery } from "cosmjs-types/cosmos/gov/v1/query";
import { QueryClientImpl as AuthQuery } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { ModuleAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { MsgExecuteContract } from "cosmjs-types/cosmwasm/wasm/v1/tx";
import { MsgDelegate } from "cosmjs-types/cosmos/staking/v1beta1/tx";

const [url, mnemonic] = process.argv.slice(2);
if (!url || !mnemonic) {
  console.error('usage: node e2e.mjs RPC_URL "MNEMONIC"');
  process.exit(2);
}

const passed = [];
async function step(rule, prove) {
  await prove();
  passed.push(rule);
  console.log(`ok   ${rule}`);
}

const utf8 = (value) => new TextEncoder().encode(JSON.stringify(value));
const prefix = "lease";
const wallet = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix });
const stranger = await DirectSecp256k1HdWallet.generate(12, { prefix });
const [{ address: me }] = await wallet.getAccounts();
const [{ address: other }] = await stranger.getAccounts();
const options = { gasPrice: GasPrice.fromString("0.025ulease"), broadcastPollIntervalMs: 100 };
const client = await SigningCosmWasmClient.connectWithSigner(url, wallet, options);
const comet = await Comet38Client.connect(url);

await step("an account and its balance are found, a missing account is null", async () => {
  assert.ok((await client.getAccount(me)).accountNumber >= 0);
  assert.ok(BigInt((await client.getBalance(me, "ulease")).amount) > 0n);
  assert.equal(await client.getAccount(other), null);
  assert.equal((await client.getBalance(other, "ulease")).amount, "0");
});

await step("a send with automatic gas arrives and is found again", async () => {
  const sent = await client.sendTokens(me, other, [{ denom: "ulease", amount: "123" }], "auto", "a memo <&>");
  assert.equal(sent.code, 0);
  assert.equal((await client.getBalance(other, "ulease")).amount, "123");
  assert.equal((await client.getTx(sent.transactionHash)).height, sent.height);
  const found = await client.searchTx([
    { key: "transfer.recipient", value: other },
    { key: "tx.height", value: sent.height },
  ]);
  assert.deepEqual(found.map((tx) => tx.hash), [sent.transactionHash]);
});

let token;
await step("a contract is instantiated, executed and queried", async () => {
  const msg = {
    name: "test token",
    symbol: "TEST",
    decimals: 6,
    initial_balances: [{ address: me, amount: "1000" }],
  };
  const made = await client.instantiate(me, 1, msg, "e2e token", "auto", { admin: me });
  token = made.contractAddress;
  const done = await client.execute(me, token, { transfer: { recipient: other, amount: "40" } }, "auto");
  const wasm = done.events.find((event) => event.type === "wasm");
  assert.equal(wasm.attributes.find(({ key }) => key === "action").value, "transfer");
  assert.equal(wasm.attributes.find(({ key }) => key === "_contract_address").value, token);
  assert.deepEqual(await client.queryContractSmart(token, { balance: { address: other } }), { balance: "40" });
  assert.equal((await client.getContract(token)).admin, me);
  assert.ok((await client.getContracts(1)).includes(token));
  assert.ok((await client.getCodes()).some((code) => code.id === 1));
  assert.ok((await client.queryContractRaw(token, new TextEncoder().encode("token_info"))).length > 0);
});

await step("several messages in one transaction are all or nothing", async () => {
  const transfer = (amount) => ({ contractAddress: token, msg: { transfer: { recipient: other, amount } } });
  await client.executeMultiple(me, [transfer("1"), transfer("2")], "auto");
  const fee = { amount: [{ denom: "ulease", amount: "10000" }], gas: "500000" };
  await assert.rejects(client.executeMultiple(me, [transfer("1"), transfer("9999")], fee), /execute wasm contract failed/);
  assert.deepEqual(await client.queryContractSmart(token, { balance: { address: other } }), { balance: "43" });
});

await step("a call that would fail is refused by simulation with its cause", async () => {
  const call = client.execute(me, token, { transfer: { recipient: other, amount: "99999" } }, "auto");
  await assert.rejects(call, /Cannot Sub with given operands.*execute wasm contract failed.*with gas used/s);
});

await step("a failing query names its cause", async () => {
  await assert.rejects(client.queryContractSmart(token, { nonsense: {} }), /query wasm contract failed/);
  await assert.rejects(client.queryContractSmart(me, {}), /no such contract/);
});

await step("a wrong chain id, a wrong sequence and an empty purse are refused", async () => {
  const fee = { amount: [{ denom: "ulease", amount: "5000" }], gas: "200000" };
  const { accountNumber, sequence } = await client.getSequence(me);
  const chainId = await client.getChainId();
  const msgs = [
    {
      typeUrl: "/cosmos.bank.v1beta1.MsgSend",
      value: { fromAddress: me, toAddress: other, amount: [{ denom: "ulease", amount: "1" }] },
    },
  ];
  const { TxRaw } = await import("cosmjs-types/cosmos/tx/v1beta1/tx");
  const send = async (signing, feeNow = fee) => {
    const raw = await client.sign(me, msgs, feeNow, "", signing);
    return client.broadcastTx(TxRaw.encode(raw).finish());
  };
  await assert.rejects(send({ accountNumber, sequence, chainId: "another-1" }), /\(unable to verify single signer signature\)|code 4/);
  await assert.rejects(send({ accountNumber, sequence: sequence + 7, chainId }), /account sequence mismatch, expected \d+, got \d+/);
  const dear = { amount: [{ denom: "ulease", amount: "900000000000000" }], gas: "200000" };
  await assert.rejects(send({ accountNumber, sequence, chainId }, dear), /is smaller than .*: insufficient funds/);
  assert.equal((await send({ accountNumber, sequence, chainId })).code, 0);
});

await step("running out of gas fails the transaction with code 11", async () => {
  const fee = { amount: [{ denom: "ulease", amount: "5000" }], gas: "60000" };
  const msg = {
    typeUrl: "/cosmwasm.wasm.v1.MsgExecuteContract",
    value: MsgExecuteContract.fromPartial({
      sender: me,
      contract: token,
      msg: utf8({ transfer: { recipient: other, amount: "1" } }),
    }),
  };
  const failed = await client.signAndBroadcast(me, [msg], fee);
  assert.equal(failed.code, 11);
});

await step("a message the chain does not have is refused by name", async () => {
  const fee = { amount: [{ denom: "ulease", amount: "5000" }], gas: "200000" };
  // The bytes of another message under a name that no chain knows.
  const typeUrl = "/leasebook.v1.MsgNothing";
  client.registry.register(typeUrl, MsgDelegate);
  const value = MsgDelegate.fromPartial({ delegatorAddress: me, validatorAddress: other });
  await assert.rejects(client.signAndBroadcast(me, [{ typeUrl, value }], fee), /MsgNothing/);
});

await step("blocks and their results are read by height", async () => {
  const height = await client.getHeight();
  for (const at of [1, height]) {
    assert.equal((await comet.block(at)).block.header.height, at);
    assert.equal((await comet.blockResults(at)).height, at);
  }
  assert.equal((await comet.validatorsAll()).validators.length, 1);
  assert.equal((await client.getBlock(height)).header.chainId, await client.getChainId());
  assert.equal((await comet.status()).nodeInfo.network, await client.getChainId());
});

await step("requests in a batch are answered one by one", async () => {
  const batch = await Comet38Client.create(new HttpBatchClient(url));
  const [status, health, block] = await Promise.all([batch.status(), batch.health(), batch.block(1)]);
  assert.equal(block.block.header.chainId, status.nodeInfo.network);
  assert.equal(health, null);
  // Its timer would keep the process alive.
  batch.disconnect();
});

await step("a subscriber hears of blocks and of the transactions it asked for", async () => {
  const socket = await Comet38Client.create(new WebsocketClient(url.replace("http", "ws")));
  const first = (stream) => new Promise((next, error) => {
    const listener = { next: (event) => { stream.removeListener(listener); next(event); }, error, complete: () => error(new Error("closed")) };
    stream.addListener(listener);
  });
  const block = first(socket.subscribeNewBlock());
  const tx = first(socket.subscribeTx(`wasm._contract_address='${token}'`));
  await socket.status();
  const done = await client.execute(me, token, { transfer: { recipient: other, amount: "1" } }, "auto");
  assert.equal((await tx).height, done.height);
  assert.ok((await block).header.height <= done.height);
  socket.disconnect();
});

const time = await fetch(`${url}/devnet/block`, { method: "POST" }).catch(() => undefined);
if (time?.ok) {
  await step("a proposal that passes executes a contract as the governance account", async () => {
    const rpc = createProtobufRpcClient(new QueryClient(comet));
    const [gov, auth] = [new GovQuery(rpc), new AuthQuery(rpc)];
    const account = (await auth.ModuleAccountByName({ name: "gov" })).account;
    const govAddress = ModuleAccount.decode(account.value).baseAccount.address;
    await client.execute(me, token, { transfer: { recipient: govAddress, amount: "10" } }, "auto");
    const transfer = MsgExecuteContract.fromPartial({
      sender: govAddress,
      contract: token,
      msg: utf8({ transfer: { recipient: other, amount: "10" } }),
    });
    const before = (await client.queryContractSmart(token, { balance: { address: other } })).balance;
    const { params } = await gov.Params({ paramsType: "voting" });
    const submit = MsgSubmitProposal.fromPartial({
      messages: [{ typeUrl: "/cosmwasm.wasm.v1.MsgExecuteContract", value: MsgExecuteContract.encode(transfer).finish() }],
      initialDeposit: params.minDeposit,
      proposer: me,
      title: "a transfer",
      summary: "by the governance account",
    });
    const submitted = await client.signAndBroadcast(me, [{ typeUrl: "/cosmos.gov.v1.MsgSubmitProposal", value: submit }], "auto");
    assert.equal(submitted.code, 0, submitted.rawLog);
    const { proposalId } = MsgSubmitProposalResponse.decode(submitted.msgResponses[0].value);
    const vote = MsgVote.fromPartial({ proposalId, voter: me, option: VoteOption.VOTE_OPTION_YES });
    const voted = await client.signAndBroadcast(me, [{ typeUrl: "/cosmos.gov.v1.MsgVote", value: vote }], "auto");
    assert.equal(voted.code, 0, voted.rawLog);
    const moved = await fetch(`${url}/devnet/time`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ advance_seconds: Number(params.votingPeriod.seconds) }),
    });
    assert.ok(moved.ok);
    const { proposal } = await gov.Proposal({ proposalId });
    assert.equal(proposal.status, ProposalStatus.PROPOSAL_STATUS_PASSED, proposal.failedReason);
    const after = (await client.queryContractSmart(token, { balance: { address: other } })).balance;
    assert.equal(BigInt(after) - BigInt(before), 10n);
  });
} else {
  console.log("skip governance: this chain has no clock to move");
}

client.disconnect();
comet.disconnect();
console.log(`${passed.length} rules hold`);
// CosmJS leaves a minute-long timer behind for every broadcast that was refused.
process.exit(0);
