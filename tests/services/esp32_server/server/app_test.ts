import assert from "node:assert/strict";
import { encodeWav } from "../../../../audio/wav.ts";
import { embedded, serveContract } from "../support.ts";

const wav = encodeWav({ sampleRate: 16000, samples: new Int16Array(1600) });
const json = (body: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

async function withServer(body: (base: string) => Promise<void>, apiKey = ""): Promise<void> {
  await using server = await embedded({ synthesize: { provider: "embedded", modelDir: "", voice: "", program: "tone" } });
  await using running = serveContract(server, apiKey);
  await body(running.baseUrl);
}

Deno.test("The served contract refuses what is wrong with a problem that says what would be right", async () => {
  await withServer(async (base) => {
    const cases: [string, RequestInit, number, RegExp][] = [
      ["/api/asr", { method: "POST", body: "MP3 data" }, 415, /neither WAV nor Ogg/],
      ["/api/asr", { method: "POST" }, 400, /empty/],
      ["/api/asr", { method: "POST", body: wav.slice(0, 20) }, 415, /WAV/],
      ["/api/asr", { method: "POST", body: new Uint8Array(9 << 20) }, 413, /larger/],
      ["/api/vad", { method: "POST", body: encodeWav({ sampleRate: 8000, samples: new Int16Array(8000 * 130) }) }, 413, /120 s/],
      ["/api/chat", { method: "POST", body: "{" }, 400, /no JSON/],
      ["/api/chat", json({ stream: true }), 400, /message/],
      ["/api/chat", json({ message: "x".repeat(1 << 19) }), 413, /larger/],
      ["/api/tts", json({ text: "" }), 400, /text/],
      ["/api/tts", json({ text: "x".repeat(5000) }), 400, /text/],
      ["/api/chat/history?since=yesterday", {}, 400, /ISO time/],
      ["/api/none", {}, 404, /no GET/],
    ];
    for (const [path, init, status, detail] of cases) {
      const response = await fetch(base + path, init);
      const problem = await response.json();
      assert.equal(response.status, status, path);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.equal(problem.status, status);
      assert.match(problem.detail, detail);
    }
  });
});

Deno.test("The served contract wants its key for everything but health", async () => {
  await withServer(async (base) => {
    const ask = async (path: string, authorization?: string) => {
      const response = await fetch(base + path, authorization === undefined ? {} : { headers: { authorization } });
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await ask("/api/chat/history"), 401);
    assert.equal(await ask("/api/chat/history", "Bearer wrong"), 401);
    assert.equal(await ask("/api/chat/history", "Bearer right"), 200);
    assert.equal(await ask("/health"), 200);
  }, "right");
});

Deno.test("The served chat answers as one object or as events that end with [DONE]", async () => {
  await withServer(async (base) => {
    assert.equal((await (await fetch(`${base}/api/chat`, json({ message: "one plus one" }))).json()).text, "That makes 2.");
    const response = await fetch(`${base}/api/chat`, json({ message: "one plus one", stream: true }));
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    const events = (await response.text()).split("\n\n").filter((event) => event !== "");
    assert.ok(events.includes('data: {"text":"That makes 2."}'));
    assert.equal(events.at(-1), "data: [DONE]");
  });
});

Deno.test("The served history lists exchanges since a time", async () => {
  await withServer(async (base) => {
    await (await fetch(`${base}/api/chat`, json({ message: "hello", session_id: "s1", device_id: "d1" }))).json();
    const since = async (time: number) => await (await fetch(`${base}/api/chat/history?since=${new Date(time).toISOString()}`)).json();
    const [record] = await since(Date.now() - 60_000);
    assert.equal(record.session_id, "s1");
    assert.equal(record.user_text, "hello");
    assert.equal(record.ai_response, "Hello! How can I help?");
    assert.deepEqual(await since(Date.now() + 60_000), []);
  });
});

Deno.test("The served speech is WAV, or raw samples for those who ask for them", async () => {
  await withServer(async (base) => {
    const asked = async (accept: string) => await fetch(`${base}/api/tts`, { ...json({ text: "One two" }), headers: { accept } });
    const file = await asked("*/*");
    assert.equal(file.headers.get("content-type"), "audio/wav");
    const whole = new Uint8Array(await file.arrayBuffer());
    assert.equal(new TextDecoder().decode(whole.subarray(0, 4)), "RIFF");
    const raw = await asked("audio/L16");
    assert.equal(raw.headers.get("content-type"), "audio/L16;rate=16000;channels=1;endianness=little-endian");
    assert.deepEqual(new Uint8Array(await raw.arrayBuffer()), whole.subarray(44));
  });
});
