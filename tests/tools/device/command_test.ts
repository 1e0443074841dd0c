import assert from "node:assert/strict";
import { encodeWav } from "../../../audio/wav.ts";
import { loadOpus } from "../../../audio/opus/libopus.ts";
import { systemClock } from "../../../base/clock.ts";
import { runDeviceCommand } from "../../../tools/device/command.ts";
import { webSocketClient } from "../../../tools/device/websocket_client.ts";
import { GOOD_HELLO } from "./memory_bench.ts";

const clock = systemClock();

/** A WAV of `ms` milliseconds of a tone. */
function tone(sampleRate: number, ms: number): Uint8Array {
  const samples = Int16Array.from(
    { length: sampleRate * ms / 1000 },
    (_, i) => Math.round(8000 * Math.sin(i * 2 * Math.PI * 440 / sampleRate)),
  );
  return encodeWav({ sampleRate, samples });
}

/** A server that answers what is said with 3 frames, except the text "silence"; `spoil` is its chance to break rules on each `tts start`. */
async function withServer(
  use: (server: string, seen: { frames: number; token: string | null }) => Promise<void>,
  spoil: (socket: WebSocket) => void = () => {},
): Promise<void> {
  const seen = { frames: 0, token: null as string | null };
  const opus = await loadOpus();
  using encoder = await opus.encoder({ sampleRate: 24_000, frameMs: 60, complexity: 0, bitrate: 24_000 });
  const packets = Array.from({ length: 3 }, () => encoder.encode(new Int16Array(1440).fill(100)).slice());
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (ms: number, action: () => void) => void timers.add(setTimeout(action, ms));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { host, pathname } = new URL(request.url);
    if (pathname === "/xiaozhi/ota/") {
      return Response.json({ websocket: { url: `ws://127.0.0.1:${host.split(":")[1]}/talk`, token: "abc", version: 1 } });
    }
    seen.token = request.headers.get("authorization");
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    let speech = 0;
    const send = (message: object) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
    const answer = () => {
      send({ type: "stt", text: "a tone" });
      send({ type: "tts", state: "start" });
      spoil(socket);
      later(100, () => {
        send({ type: "tts", state: "sentence_start", text: "I heard you." });
        for (const packet of packets) socket.send(packet);
      });
      later(500, () => send({ type: "tts", state: "stop" }));
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        const message = JSON.parse(data);
        if (message.type === "hello") send(GOOD_HELLO);
        if (message.state === "stop" || (message.state === "detect" && message.text !== "silence")) answer();
        return;
      }
      seen.frames++;
      if (data.byteLength > 3) speech++;
      else if (speech > 0) {
        speech = 0;
        answer();
      }
    };
    return response;
  });
  try {
    await use(`http://127.0.0.1:${server.addr.port}`, seen);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await server.shutdown();
  }
}

async function run(args: string[], files: Record<string, Uint8Array> = {}) {
  const output: string[] = [];
  const errors: string[] = [];
  const written: Record<string, Uint8Array> = {};
  const code = await runDeviceCommand(args, {
    clock,
    fetch,
    openSocket: webSocketClient({ clock }),
    readFile: (path) => files[path] === undefined ? Promise.reject(new Error("no such file")) : Promise.resolve(files[path]),
    writeFile: (path, bytes) => {
      written[path] = bytes;
      return Promise.resolve();
    },
    print: (line) => void output.push(line),
    complain: (line) => void errors.push(line),
  });
  return { code, output: output.join("\n"), errors: errors.join("\n"), written };
}

Deno.test("the command speaks a WAV of any rate in auto mode, writes the reply and ends with 0", async () => {
  await withServer(async (server, seen) => {
    const { code, output, errors, written } = await run(["--wav", "q.wav", "--server", server, "--out", "reply.wav"], {
      "q.wav": tone(44_100, 300),
    });
    assert.equal(errors, "");
    assert.equal(code, 0, output);
    assert.equal(seen.token, "Bearer abc");
    assert.ok(seen.frames >= 6);
    assert.match(output, /understood: a tone/);
    assert.match(output, /answered: +I heard you\./);
    assert.match(output, /frames 3, played 3, underruns 0/);
    assert.match(output, /No protocol violation/);
    assert.equal(written["reply.wav"]?.length, 44 + 3 * 1440 * 2);
  });
});

Deno.test("the command has several turns over one connection in manual mode", async () => {
  await withServer(async (server) => {
    const { code, output } = await run(["--wav", "q.wav", "--server", server, "--mode", "manual", "--turns", "2"], {
      "q.wav": tone(8000, 120),
    });
    assert.equal(code, 0, output);
    assert.match(output, /Turn 2/);
    assert.equal(output.match(/"type":"hello","version":1,"features"/g)?.length, 1);
  });
});

Deno.test("the command types text and ends with 1 when the server breaks a rule", async () => {
  await withServer(async (server) => {
    const { code, output } = await run(["--text", "hello", "--server", server]);
    assert.equal(code, 1, output);
    assert.match(output, /VIOLATION bad_text/);
  }, (socket) => socket.send("no json"));
});

Deno.test("the command ends with 3 when no answer comes in time", async () => {
  await withServer(async (server) => {
    const { code, errors } = await run(["--text", "silence", "--server", server, "--timeout", "1"]);
    assert.equal(code, 3);
    assert.match(errors, /still waits for the end of the answer, in state idle, after 1000 ms/);
  });
});

Deno.test("the command ends with 3 when the server closes instead of answering", async () => {
  await withServer(async (server) => {
    const { code, errors } = await run(["--text", "hello", "--url", server.replace("http", "ws") + "/talk", "--timeout", "1"]);
    assert.equal(code, 3);
    assert.match(errors, /closed the connection before it answered/);
  }, (socket) => socket.close(1000, "bye"));
});

Deno.test("wrong usage and unreadable files end with 2 and say what would be right", async () => {
  for (
    const [args, message] of [
      [[], /--wav .* or --text/],
      [["--text", "a", "--wav", "b"], /either/],
      [["--text", "a", "--mode", "fast"], /auto, manual, realtime/],
      [["--text", "a", "--firmware", "9"], /1\.6, 1\.8, 2\.1, 2\.4/],
      [["--text", "a", "--turns", "0"], /whole number/],
      [["--text", "a", "--server", "localhost"], /http:\/\//],
      [["--text", "a", "--device-id", "me"], /MAC address/],
      [["--nope"], /--nope/],
      [["--wav", "missing.wav"], /missing\.wav cannot be read/],
      [["--wav", "bad.wav"], /bad\.wav cannot be read/],
    ] as [string[], RegExp][]
  ) {
    const { code, errors } = await run(args, { "bad.wav": Uint8Array.of(1, 2, 3) });
    assert.equal(code, 2, args.join(" "));
    assert.match(errors, message);
    assert.match(errors, /--help/);
  }
});

Deno.test("a server that is not there ends with 3 and is named", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const server = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { code, errors } = await run(["--text", "a", "--server", server]);
  assert.equal(code, 3);
  assert.match(errors, new RegExp(`No server answers at ${server}/xiaozhi/ota/`));
});

Deno.test("--help prints usage and ends with 0", async () => {
  const { code, output } = await run(["--help"]);
  assert.equal(code, 0);
  assert.match(output, /Usage: deno task device/);
});
