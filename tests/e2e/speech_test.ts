// Runs alone: a neighbour that takes the processor makes replies stutter, and that they do not is asserted.
import assert from "node:assert/strict";
import { loadOpus } from "../../audio/opus/libopus.ts";
import type { VirtualDevice } from "../../tools/device/mod.ts";
import type { StoredTurn } from "../../services/history/store.ts";
import { needs } from "../support/programs.ts";
import { deviceOf, identityOf, PATIENCE_MS, type ServerDeviceOptions, untilAnswered, untilStatus } from "../support/server_device.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { utterance } from "./sayings.ts";
import { TURN_MARKS } from "../support/turn_marks.ts";

const ignore = needs("flite").ignore || needs("pocketsphinx_continuous").ignore || needs("espeak-ng").ignore;

/** The device's loudspeaker. */
const OUTPUT_RATE = 24_000;

/** RMS above which a loudspeaker is heard across a room: 30 dB below full scale. Noise of a codec is far below, beeps and speech above. */
const AUDIBLE_RMS = 1000;

/** Half of the commands for each of two devices, which talk at the same time. */
const COMMANDS = [
  ["hello", "turn on the light", "what time is it", "one two three four five", "open the door"],
  ["good morning", "turn off the light", "stop the music", "six seven eight nine ten", "set the volume to seven"],
] as const;

const serverEnv = {
  XIAOZHI_ESP32_SERVER_RECOGNIZE_GRAMMAR: "tests/e2e/commands.gram",
  // As far ahead as allowed: what is tested is the path, not whether two processes with a recogniser beside them keep 120 ms.
  XIAOZHI_DEVICES_LEAD_FRAMES: "5",
};

async function listeningDevice(server: ServerProcess, options: ServerDeviceOptions): Promise<VirtualDevice> {
  const device = await deviceOf(server, options);
  await device.pressToggle();
  await device.waitFor((it) => it.microphoneOn, { name: "its microphone", timeoutMs: PATIENCE_MS });
  return device;
}

async function decoder() {
  return await (await loadOpus()).decoder(OUTPUT_RATE);
}

/** The loudest tenth of what sounded since packet `from`. */
function loudness(device: VirtualDevice, from: number): number {
  const levels = device.played.slice(from).map(({ samples = new Int16Array(1) }) => {
    return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
  });
  return levels.sort((a, b) => b - a)[Math.floor(levels.length / 10)] ?? 0;
}

function assertWhole(turn: StoredTurn | undefined, said: string): void {
  assert.equal(turn?.userText, said);
  assert.equal(turn.source, "speech");
  assert.equal(turn.outcome, "completed", `outcome of ${said}`);
  assert.notEqual(turn.replyText, "");
  assert.equal(turn.heardText.trim(), turn.replyText.trim(), `all of the reply to ${said} was heard`);
  assert.ok(turn.heardMs > 0);
  const marks = TURN_MARKS.map((name) => turn.timings[name] ?? assert.fail(`${said} has no ${name}`));
  assert.deepEqual(marks, marks.toSorted((a, b) => a - b), `marks of ${said} in order`);
  assert.ok(turn.timings.leadingSilenceMs !== undefined, `the silence before the answer to ${said} was measured`);
}

function assertWellTreated(device: VirtualDevice): void {
  assert.deepEqual(device.violations, []);
  assert.deepEqual(device.warnings, []);
  // A machine that others load starves now and then, and that is no fault of the server: `deno task load` measures what is.
  assert.ok(device.underruns <= device.played.length / 20, `${device.underruns} underruns in ${device.played.length} frames`);
}

function turnsOf(server: ServerProcess, number: number): readonly StoredTurn[] {
  return server.history().turns.filter((turn) => turn.deviceId === identityOf(number).deviceId);
}

/** Waits until the turns of a device are committed and it may speak again. */
async function untilListening(server: ServerProcess, number: number, turns: number): Promise<void> {
  const { deviceId } = identityOf(number);
  const calm = ["listening", "idle"];
  await untilStatus(server, ({ devices }) => {
    const it = devices.find((device) => device.deviceId === deviceId);
    return it?.turns === turns && calm.includes(it.state);
  }, `device ${number} after turn ${turns}`);
}

Deno.test({
  ignore,
  name: "ten spoken commands are heard word for word, answered aloud, and kept with all their timings",
  async fn(t) {
    const commands = await Promise.all(COMMANDS.map((half) => Promise.all(half.map(utterance))));
    await using server = await startServer({ env: serverEnv });
    await Promise.all(COMMANDS.map(async (half, index) => {
      const number = index + 1;
      using ear = await decoder();
      using device = await listeningDevice(server, { number, decoder: ear });
      for (const [at, said] of half.entries()) {
        const from = device.played.length;
        await device.speak(commands[index]?.[at] ?? []);
        await untilAnswered(device, at + 1);
        assert.equal(device.turns[at]?.sttText, said);
        assert.ok(loudness(device, from) > AUDIBLE_RMS, `the answer to ${said} is audible`);
        await device.waitFor((it) => it.state === "listening" && it.microphoneOn, { timeoutMs: PATIENCE_MS });
        await untilListening(server, number, at + 1);
        assertWhole(turnsOf(server, number)[at], said);
        if (said === "set the volume to seven") assert.equal(device.board.volume, 7);
      }
      assertWellTreated(device);
    }));
    await t.step("and they wait for delivery in the order of their commits", () => {
      const { turns, outbox, drafts } = server.history();
      assert.deepEqual(outbox.toSorted(), turns.map((turn) => turn.turnId).toSorted());
      assert.equal(outbox.length, COMMANDS.flat().length);
      assert.deepEqual(drafts, []);
    });
    await t.step("and neither log nor recordings hold what was said", async () => {
      const log = server.output().split("\n").filter((line) => line.startsWith("{")).join("\n");
      for (const [index, half] of COMMANDS.entries()) {
        const response = await fetch(`${server.url}/debug/devices/${identityOf(index + 1).deviceId}/recording`);
        const recording = await response.text();
        assert.ok(recording.includes("utterance"));
        // A greeting of one word is a word of the protocol, too.
        for (const said of half.filter((command) => command.includes(" "))) {
          assert.ok(!recording.includes(said) && !log.includes(said), `"${said}" is told`);
        }
      }
    });
  },
});

Deno.test({
  ignore,
  name: "push-to-talk, and an open microphone whose speech interrupts the reply, keep what was heard",
  async fn() {
    const [hello, door, light] = await Promise.all(["hello", "open the door", "turn on the light"].map(utterance));
    await using server = await startServer({ env: serverEnv });

    const pushToTalk = async () => {
      using ear = await decoder();
      using device = await deviceOf(server, { number: 1, mode: "manual", decoder: ear });
      await device.pressTalk();
      await device.waitFor((it) => it.microphoneOn, { timeoutMs: PATIENCE_MS });
      await device.speak(door ?? []);
      await device.releaseTalk();
      await untilAnswered(device, 1);
      await device.waitFor("idle", { timeoutMs: PATIENCE_MS });
      assert.equal(device.turns[0]?.sttText, "open the door");
      assert.ok(loudness(device, 0) > AUDIBLE_RMS);
      await untilListening(server, 1, 1);
      assertWhole(turnsOf(server, 1)[0], "open the door");
      assertWellTreated(device);
    };

    const openMicrophone = async () => {
      using ear = await decoder();
      using device = await listeningDevice(server, { number: 2, mode: "realtime", decoder: ear });
      await device.speak(hello ?? []);
      await untilAnswered(device, 1);
      await untilListening(server, 2, 1);
      assertWhole(turnsOf(server, 2)[0], "hello");

      await device.speak(light ?? []);
      const before = device.played.length;
      // A second of the reply, which takes about five.
      await device.waitFor((it) => it.state === "speaking" && it.played.length > before + 16, { timeoutMs: PATIENCE_MS });
      await device.speak(door ?? []);
      await untilAnswered(device, 3);
      await untilListening(server, 2, 3);
      const [, interrupted, last] = turnsOf(server, 2);
      assert.equal(interrupted?.userText, "turn on the light");
      assert.equal(interrupted.outcome, "interrupted");
      assert.ok(interrupted.heardText.length > 0 && interrupted.heardText.length < interrupted.replyText.length);
      assert.ok(interrupted.replyText.startsWith(interrupted.heardText));
      assert.ok(interrupted.heardMs > 0);
      assertWhole(last, "open the door");
      assertWellTreated(device);
    };

    await Promise.all([pushToTalk(), openMicrophone()]);
  },
});
