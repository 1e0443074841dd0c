import assert from "node:assert/strict";
import { LineWriter } from "../../../services/logging/line_writer.ts";
import { configureLogging, createLogger } from "../../../services/logging/mod.ts";
import { conversation } from "../../support/conversation.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("lines are written in their order, whole, however little is taken at a time", async () => {
  let out = "";
  const writer = new LineWriter({
    write: (bytes) => {
      out += decode(bytes.subarray(0, 7));
      return Promise.resolve(Math.min(7, bytes.byteLength));
    },
  });
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index}\n`);
  lines.forEach((line) => writer.put(line));
  await writer[Symbol.asyncDispose]();
  assert.equal(out, lines.join(""));
});

Deno.test("what nobody reads takes bounded room, and the end does not wait for it", async () => {
  const clock = new VirtualClock();
  const writer = new LineWriter({ write: () => new Promise(() => {}), maxBytes: 100, clock });
  for (let i = 0; i < 10; i++) writer.put("123456789\n");
  assert.throws(() => writer.put("x\n"), { code: "log_full" });
  assert.equal(writer.waitingBytes, 100);
  const ended = writer[Symbol.asyncDispose]();
  await clock.advance(1000);
  await ended;
});

Deno.test("lines that a broken pipe swallows are counted, and writing goes on when it is mended", async () => {
  let broken = true;
  let out = "";
  const write = (bytes: Uint8Array) => {
    if (broken) return Promise.reject(new Deno.errors.BrokenPipe());
    out += decode(bytes);
    return Promise.resolve(bytes.byteLength);
  };
  const writer = new LineWriter({ write });
  writer.put("a\nb\n");
  await settle();
  broken = false;
  assert.deepEqual([writer.takeLost(), writer.takeLost()], [2, 0]);
  writer.put("c\n");
  await settle();
  assert.equal(out, "c\n");
});

/** Runs the flood with its output going where the test says. */
async function flood(treat: (child: Deno.ChildProcess) => Promise<void>): Promise<{ readonly code: number; readonly err: string }> {
  const args = ["run", "--quiet", "--no-prompt", "-P=inspect", "tests/services/logging/flood_child.ts"];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const err = new Response(child.stderr).text();
  await treat(child);
  const { code } = await child.status;
  return { code, err: await err };
}

Deno.test("a pipe that is never read does not stop the program, and not its end", async () => {
  let unread: ReadableStreamDefaultReader | undefined;
  const { code, err } = await flood((child) => {
    // Held, so that nothing closes it.
    unread = child.stdout.getReader();
    return Promise.resolve();
  });
  assert.deepEqual([code, err], [0, "logged all\nended\n"]);
  await unread?.cancel();
});

Deno.test("a pipe that is closed does not stop the program, and not its end", async () => {
  const { code, err } = await flood((child) => child.stdout.cancel());
  assert.deepEqual([code, err], [0, "logged all\nended\n"]);
});

Deno.test("every line of a turn says whose it is, whoever writes it", async () => {
  await using talk = conversation({ deps: { logger: createLogger("device") } });
  let text = "";
  await using _logging = configureLogging({ level: "trace", format: "json", terminal: false, write: (lines) => void (text += lines) });
  // Somebody deep below, who knows nothing of devices.
  const { recognize, chat, synthesize } = talk.server;
  const deep = createLogger("esp32_server");
  talk.server.recognize = (...args) => {
    deep.warn("Recognition is slow");
    return recognize(...args);
  };
  talk.server.chat = async function* (...args) {
    for await (const event of chat(...args)) {
      deep.warn("A piece came");
      yield event;
    }
  };
  talk.server.synthesize = async (...args) => {
    const audio = await synthesize(...args);
    deep.warn("Synthesis is slow");
    return audio;
  };
  const devices = ["aa:aa:aa:aa:aa:aa", "bb:bb:bb:bb:bb:bb"].map((id) => talk.connect(id));
  for (const device of devices) await device.hello();
  for (let turn = 0; turn < 2; turn++) {
    for (const device of devices) device.listen();
    await Promise.all([devices[0]!.say(), devices[1]!.record("speech", 0)]);
    await devices[1]!.say();
    await talk.clock.advance(8000);
  }
  const records = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const ofTurns = records.filter(({ logger, message }) => logger === "xiaozhi.esp32_server" || /turn/.test(message));
  assert.equal(ofTurns.length, talk.history.turns.length * 4, JSON.stringify(ofTurns.map(({ message }) => message)));
  assert.equal(talk.history.turns.length, 4);
  for (const { turnId, sessionId, deviceId } of talk.history.turns) {
    const mine = ofTurns.filter(({ properties }) => properties.turnId === turnId);
    assert.equal(mine.length, 4);
    for (const { properties } of mine) assert.deepEqual([properties.sessionId, properties.deviceId], [sessionId, deviceId]);
  }
  for (const { logger, message, properties } of records) {
    if (logger === "xiaozhi.device") assert.ok(properties.deviceId && properties.sessionId, message);
  }
});
