// Runs alone: it measures how long the server takes to come and to go.
import assert from "node:assert/strict";
import { print } from "../../tools/output.ts";
import { freePort } from "../support/free_port.ts";
import { needs } from "../support/programs.ts";
import { deviceOf, eventually, PATIENCE_MS, statusOf, untilAnswered, untilStatus } from "../support/server_device.ts";
import { newDataDir, runServer, type ServerProcess, startServer } from "../support/server_process.ts";
import { utterance } from "./sayings.ts";

const speechIsMissing = needs("flite").ignore || needs("pocketsphinx_continuous").ignore;

/** A start that takes longer loses the person who waits for it; a hundred times less on a quiet machine. */
const MAX_READY_MS = 10_000;

/** Container managers kill after 10 s; the person at the terminal thinks it hangs after 5. */
const MAX_STOP_MS = 5000;

/** What Deno writes when it asks, or would have to. */
const PROMPTS = /Deno requests|Allow\?|\[y\/n|Requires \w+ access|NotCapable|run again with the --allow/i;

/** A question whose answer takes about five seconds to speak. */
const LONG = "tell me a story";

const quick = { XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone" };

/** Other systems' `script` takes other options. */
const terminalIsMissing = Deno.build.os !== "linux" || needs("script").ignore;

/** A task on a terminal of its own, so that it may prompt and knows that people read its output. */
function onTerminal(task: string): readonly string[] {
  return ["script", "-qefc", `${Deno.execPath()} task ${task}`, "/dev/null"];
}

function report(what: string, server: ServerProcess): void {
  print(`${what}: ready in ${server.readyMs} ms\n`);
  assert.ok(server.readyMs > 0 && server.readyMs < MAX_READY_MS);
}

/** Has a device ask for a long answer, and returns in the middle of it. */
async function inTheMiddleOfAReply(server: ServerProcess) {
  const device = await deviceOf(server);
  await device.typeText(LONG);
  await device.waitFor((it) => it.state === "speaking" && it.played.length > 10, { timeoutMs: PATIENCE_MS });
  return device;
}

function assertInterrupted(server: ServerProcess): void {
  const { turns, drafts, endReasons, outbox } = server.history();
  assert.equal(turns.length, 1);
  const turn = turns[0]!;
  assert.deepEqual([turn.userText, turn.outcome], [LONG, "interrupted"]);
  assert.ok(turn.heardMs > 0 && turn.heardText.length > 0 && turn.heardText.length < turn.replyText.length);
  assert.deepEqual(drafts, []);
  assert.deepEqual(outbox, [turn.turnId]);
  assert.deepEqual(endReasons, ["shutdown"]);
}

function assertStopped(how: string, code: number, tookMs: number): void {
  print(`${how}: stopped in ${Math.round(tookMs)} ms\n`);
  assert.equal(code, 0);
  assert.ok(tookMs < MAX_STOP_MS);
}

/** A task that ends leaves no server behind. */
async function assertGone(server: ServerProcess): Promise<void> {
  await eventually("the end of the server", () => {
    try {
      Deno.kill(server.serverPid, "SIGCONT");
      return Promise.resolve({ ok: false, value: server.serverPid });
    } catch {
      return Promise.resolve({ ok: true, value: server.serverPid });
    }
  });
}

for (const task of ["dev", "start"]) {
  Deno.test({
    ignore: speechIsMissing || terminalIsMissing,
    name: `deno task ${task} on a terminal asks for no permission, at start or in a whole spoken conversation`,
    async fn() {
      const hello = await utterance("hello");
      await using server = await startServer({ command: onTerminal(task), env: { XIAOZHI_HISTORY_AUDIO: "both" } });
      report(`deno task ${task}`, server);
      using device = await deviceOf(server);
      await device.pressToggle();
      await device.waitFor((it) => it.microphoneOn, { timeoutMs: PATIENCE_MS });
      await device.speak(hello);
      await untilAnswered(device, 1);
      await untilStatus(server, ({ devices }) => devices[0]?.turns === 1 && devices[0].tools.length > 0, "the first turn");
      assert.deepEqual(device.violations, []);
      const [turn] = server.history().turns;
      assert.equal(turn?.outcome, "completed");
      const { delivery } = await statusOf(server);
      assert.deepEqual([delivery.state, delivery.depth], ["local", 1]);
      assert.ok(delivery.bytesUsed > 0, "what the history takes is measured");
      assert.ok(turn.audioFiles.user !== undefined && turn.audioFiles.reply !== undefined);
      assert.match(await (await fetch(server.url)).text(), /<html/);
      assert.doesNotMatch(server.output(), PROMPTS);
      // A missing permission may also show as something that was not loaded and was replaced by something worse.
      assert.doesNotMatch(server.output(), /WARN|ERROR|FATAL/);
    },
  });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} in the middle of a reply keeps the turn as interrupted and ends the server with exit code 0`, async () => {
    await using server = await startServer({ env: quick });
    report("main.ts", server);
    using _device = await inTheMiddleOfAReply(server);
    const { code, tookMs } = await server.stop(signal);
    assertStopped(signal, code, tookMs);
    assertInterrupted(server);
  });

  Deno.test(`${signal} reaches the server through deno task dev`, async () => {
    await using server = await startServer({ env: quick, command: [Deno.execPath(), "task", "dev"] });
    using _device = await inTheMiddleOfAReply(server);
    const { code, tookMs } = await server.stop(signal);
    assertStopped(`${signal} to deno task dev`, code, tookMs);
    assertInterrupted(server);
    await assertGone(server);
  });
}

Deno.test({
  ignore: terminalIsMissing,
  name: "Ctrl+C at the terminal of deno task dev, which signals task and server at once, ends both in good order",
  async fn() {
    await using server = await startServer({ env: quick, command: onTerminal("dev") });
    using _device = await inTheMiddleOfAReply(server);
    const startedAt = performance.now();
    await server.type("\x03");
    const { code } = await server.ended();
    // The task passes on the signal that the server had already: where that comes late, the task ends with 130 of its own, server or not.
    assertStopped("Ctrl+C", code === 130 ? 0 : code, performance.now() - startedAt);
    assert.match(server.output(), /Stopped/);
    assertInterrupted(server);
    await assertGone(server);
  },
});

Deno.test("a second process on the same data directory is told who has it, and leaves it alone", async () => {
  await using first = await startServer();
  await using second = await runServer({ dataDir: first.dataDir });
  assert.equal((await second.ended()).code, 70);
  assert.match(second.output(), new RegExp(`Cannot use data directory .*: process ${first.serverPid}, running since .* uses it`));
  assert.doesNotMatch(second.output(), /ready in|\bat .*\.ts:/);
  using device = await deviceOf(first);
  await device.open();
});

Deno.test("a port that another program uses is named, with what to do", async () => {
  const port = freePort();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port });
  await using server = await runServer({ env: { XIAOZHI_SERVER_PORT: String(port) } });
  assert.equal((await server.ended()).code, 70);
  assert.match(server.output(), new RegExp(`Cannot listen on 127.0.0.1:${port}: another program uses port ${port}.*server\\.port`));
  assert.doesNotMatch(server.output(), /ready in|\bat .*\.ts:/);
});

Deno.test("a wrong configuration ends with exit code 78 and a list of everything that is wrong", async () => {
  const env = { XIAOZHI_SERVER_PORT: "many", XIAOZHI_AUDIO_FRAME_MS: "61", XIAOZHI_DEVICES_ALOW: "any", XIAOZHI_LOG_LEVEL: "loud" };
  await using server = await runServer({ env });
  assert.equal((await server.ended()).code, 78);
  assert.match(server.output(), /4 problems/);
  for (
    const named of [/server\.port.*"many".*integer/, /audio\.frameMs.*61.*60/, /log\.level.*"loud".*info/, /ALOW.*XIAOZHI_DEVICES_ALLOW/]
  ) {
    assert.match(server.output(), named);
  }
  assert.doesNotMatch(server.output(), /ready in|\bat .*\.ts:/);
});

Deno.test("after a stop the data directory is free, and the next start finds the turns", async () => {
  await using dir = { path: await newDataDir(), [Symbol.asyncDispose]: () => Deno.remove(dir.path, { recursive: true }) };
  {
    await using server = await startServer({ dataDir: dir.path, env: quick });
    using device = await deviceOf(server);
    await device.typeText("1 plus 1");
    await untilAnswered(device, 1);
    await untilStatus(server, ({ devices }) => devices[0]?.turns === 1, "the first turn");
    assert.equal((await server.stop("SIGTERM")).code, 0);
  }
  await using server = await startServer({ dataDir: dir.path, env: quick });
  assert.deepEqual(server.history().turns.map(({ userText, outcome }) => [userText, outcome]), [["1 plus 1", "completed"]]);
  assert.doesNotMatch(server.output(), /password|crashed/i);
});
