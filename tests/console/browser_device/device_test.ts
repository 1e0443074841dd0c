import assert from "node:assert/strict";
import { BrowserDevice } from "../../../console/browser_device/device.ts";
import type { LinkEvents } from "../../../console/browser_device/link.ts";
import { readServerMessage } from "../../../console/browser_device/server_message.ts";
import { type Trouble, TroubleError } from "../../../console/browser_device/trouble.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

/** A device without a browser around it. */
function scene({ microphone, link }: { microphone?: Trouble; link?: Trouble } = {}) {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const played: number[] = [];
  let events: LinkEvents | undefined;
  let speak: ((frame: Int16Array<ArrayBuffer>) => void) | undefined;
  let silent = true;
  const state = { open: false, given: 0, closed: 0, flushed: 0, volume: 0 };
  const device = new BrowserDevice({
    clock,
    version: "1",
    openMicrophone(take) {
      if (microphone !== undefined) return Promise.reject(new TroubleError(microphone));
      speak = take;
      const mic = {
        get open() {
          return state.open;
        },
        set open(value) {
          state.open = value;
        },
        close: () => void state.given++,
      };
      return Promise.resolve(mic);
    },
    openEncoder: (news) =>
      Promise.resolve({ kind: "wasm", encode: (frame) => news.done(new Uint8Array(frame.buffer, 0, 1)), close: () => {} }),
    openSpeaker: (volume) => {
      state.volume = volume;
      return Promise.resolve({
        codec: "wasm",
        play: (packet) => void played.push(packet[0]!),
        flush: () => void state.flushed++,
        silent: () => silent,
        setVolume: (to) => void (state.volume = to),
        level: () => 0.5,
        close: () => {},
      });
    },
    openLink(given) {
      if (link !== undefined) return Promise.reject(new TroubleError(link, "No room"));
      events = given;
      return Promise.resolve({
        url: "ws://x/",
        hello: { sessionId: "s", sampleRate: 24_000, frameMs: 60 },
        sendText: (text) => {
          const { session_id: _, ...rest } = JSON.parse(text);
          sent.push(Object.values(rest).map((value) => typeof value === "object" ? JSON.stringify(value) : value).join(" "));
        },
        sendAudio: (packet) => void sent.push(`audio ${packet.length}`),
        close: () => void state.closed++,
      });
    },
  });
  const say = (message: object) => events?.text(JSON.stringify(message), readServerMessage(JSON.stringify(message)));
  return {
    clock,
    device,
    sent,
    played,
    state,
    say,
    tts: (to: "start" | "stop") => say({ type: "tts", state: to }),
    packet: (byte: number) => events?.packet(Uint8Array.of(byte)),
    lose: (code: number) => events?.lost(code, ""),
    frame: () => speak?.(new Int16Array(960)),
    playing: (is: boolean) => void (silent = !is),
  };
}

Deno.test("auto: the button opens the microphone, the answer shuts it, and it opens again when the answer has played out", async () => {
  const { device, clock, sent, played, state, tts, packet, frame, playing, say } = scene();
  await device.press();
  assert.equal(device.state.value, "listening");
  assert.deepEqual(sent, ["listen start auto"]);
  frame();
  assert.equal(sent.at(-1), "audio 1");
  packet(1);
  say({ type: "stt", text: "hello" });
  tts("start");
  assert.deepEqual([device.state.value, state.open], ["speaking", false]);
  playing(true);
  packet(2);
  packet(3);
  tts("stop");
  assert.equal(device.state.value, "listening");
  await clock.advance(500);
  assert.equal(state.open, false);
  playing(false);
  await clock.advance(100);
  assert.deepEqual([state.open, sent.at(-1)], [true, "listen start auto"]);
  assert.deepEqual(played, [2, 3]);
  assert.deepEqual([device.sound.counts.value.received, device.sound.counts.value.unheard], [2, 1]);
  await device.press();
  assert.deepEqual([device.state.value, state.closed, state.given], ["idle", 1, 1]);
});

Deno.test("auto: a loudspeaker that never falls silent does not leave the device deaf", async () => {
  const { device, clock, state, tts, playing } = scene();
  await device.press();
  tts("start");
  playing(true);
  tts("stop");
  await clock.advance(5000);
  assert.equal(state.open, true);
});

Deno.test("realtime: the microphone stays on, and nothing is said of it again", async () => {
  const { device, clock, sent, state, tts } = scene();
  device.setMode("realtime");
  await device.press();
  tts("start");
  assert.equal(state.open, true);
  tts("stop");
  await clock.advance(5000);
  assert.deepEqual(sent, ["listen start realtime"]);
  assert.equal(device.state.value, "listening");
});

Deno.test("push to talk: the microphone is on while the button is held, and the last sound is not lost", async () => {
  const { device, clock, sent, state, tts } = scene();
  device.setMode("manual");
  await device.hold();
  await device.hold();
  assert.deepEqual([sent.join(), state.open], ["listen start manual", true]);
  device.release();
  assert.equal(state.open, true);
  await clock.advance(200);
  assert.deepEqual([sent.at(-1), state.open, device.state.value], ["listen stop", false, "idle"]);
  tts("start");
  await device.hold();
  assert.deepEqual(sent.slice(-2), ["abort", "listen start manual"]);
  device.release();
  await clock.advance(200);
  assert.equal(device.state.value, "idle");
});

Deno.test("push to talk: a button that comes up before the microphone is there opens nothing", async () => {
  const { device, sent, state } = scene();
  device.setMode("manual");
  const held = device.hold();
  device.release();
  await held;
  assert.deepEqual([sent, state.open, device.state.value], [[], false, "idle"]);
});

Deno.test("an interruption waits for the server's word, and a wake word does not", async () => {
  const { device, sent, tts } = scene();
  await device.press();
  tts("start");
  await device.press();
  assert.deepEqual([device.state.value, sent.at(-1)], ["speaking", "abort"]);
  tts("stop");
  assert.equal(device.state.value, "listening");
  tts("start");
  await device.wake("hi");
  assert.deepEqual(sent.slice(-2), ["abort wake_word_detected", "listen start auto"]);
  assert.equal(device.state.value, "listening");
});

Deno.test("typed text needs no microphone, interrupts, and leaves a device idle that was not listening", async () => {
  const { device, sent, state, tts } = scene({ microphone: "denied" });
  await device.type("What time is it?");
  assert.deepEqual([sent.join(), device.trouble.value, device.state.value], ["listen detect What time is it?", undefined, "idle"]);
  tts("start");
  await device.type("And now?");
  assert.deepEqual(sent.slice(-2), ["abort wake_word_detected", "listen detect And now?"]);
  tts("stop");
  assert.deepEqual([device.state.value, state.given], ["idle", 0]);
});

Deno.test("a microphone that cannot be had is named, and the wake word goes out all the same", async () => {
  const { device, sent } = scene({ microphone: "denied" });
  await device.press();
  assert.deepEqual([device.trouble.value?.kind, device.state.value, sent], ["denied", "idle", []]);
  await device.wake("hi");
  assert.deepEqual([device.trouble.value?.kind, sent], ["denied", ["listen detect hi"]]);
});

Deno.test("a connection that cannot be had, breaks or ends is named, and the microphone given back", async () => {
  const refused = scene({ link: "not_allowed" });
  await refused.device.press();
  assert.deepEqual([refused.device.trouble.value, refused.state.given], [{ kind: "not_allowed", detail: "No room" }, 1]);
  for (const [code, kind] of [[1006, "lost"], [1011, "lost"], [1000, "ended"], [1001, "ended"]] as const) {
    const { device, lose, state } = scene();
    await device.press();
    lose(code);
    assert.deepEqual([device.trouble.value?.kind, device.state.value, state.given], [kind, "idle", 1]);
    assert.equal(device.facts.value, undefined);
    await device.press();
    assert.deepEqual([device.trouble.value, device.state.value], [undefined, "listening"]);
  }
});

Deno.test("hanging up while the microphone is asked for leaves nothing open", async () => {
  const { device, state } = scene();
  const pressed = device.press();
  assert.equal(device.state.value, "connecting");
  await device.press();
  await pressed;
  await settle();
  assert.deepEqual([device.state.value, device.facts.value, state.given, state.open], ["idle", undefined, 1, false]);
});

Deno.test("tools of the server change what is heard, and a restart ends the session", async () => {
  const { device, state, say, sent } = scene();
  await device.press();
  const params = { name: "self.audio_speaker.set_volume", arguments: { volume: 5 } };
  say({ type: "mcp", payload: { jsonrpc: "2.0", id: 3, method: "tools/call", params } });
  assert.equal(state.volume, 5);
  assert.match(sent.at(-1) ?? "", /^mcp .*"id":3.*"text":"true"/);
  say({ type: "system", command: "dance" });
  assert.equal(device.state.value, "listening");
  say({ type: "system", command: "reboot" });
  assert.equal(device.state.value, "idle");
});
