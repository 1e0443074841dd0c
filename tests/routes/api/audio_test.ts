import assert from "node:assert/strict";
import fc from "fast-check";
import { matches, parseRange } from "../../../routes/api/range.ts";
import { audioPath } from "../../../services/history/audio_files.ts";
import { type ApiFixture, DEVICE, fill, startApi, turnOf } from "./api_fixture.ts";

const { turnId } = turnOf(0);
const PATH = `/api/turns/${turnId}/audio/user`;
const BYTES = Uint8Array.from({ length: 10_000 }, (_, at) => at % 251);

async function startWithAudio(): Promise<ApiFixture> {
  const api = await startApi();
  const user = audioPath(DEVICE, turnId, "user");
  await api.lifeCycle.audio.put(user, BYTES);
  await fill(api, [turnOf(0, { audioFiles: { user, reply: audioPath(DEVICE, turnId, "reply") } })]);
  return api;
}

Deno.test("audio is sent whole, with what a player needs to jump", async () => {
  await using api = await startWithAudio();
  const response = await api.ask(PATH);
  assert.deepEqual(await response.bytes(), BYTES);
  const header = (name: string) => response.headers.get(name);
  assert.deepEqual([response.status, header("content-type"), header("content-length"), header("accept-ranges")], [
    200,
    "audio/ogg",
    "10000",
    "bytes",
  ]);
  assert.match(header("etag") ?? "", /^"[\w-]{22}"$/);
  assert.equal(header("cross-origin-resource-policy"), "same-origin");
});

for (
  const [range, from, to] of [
    ["bytes=0-0", 0, 1],
    ["bytes=0-", 0, 10_000],
    ["bytes=9999-", 9999, 10_000],
    ["bytes=100-199", 100, 200],
    ["bytes=9000-99999", 9000, 10_000],
    ["bytes=-1", 9999, 10_000],
    ["bytes=-99999", 0, 10_000],
  ] as const
) {
  Deno.test(`the range ${range} is answered with that part`, async () => {
    await using api = await startWithAudio();
    const response = await api.ask(PATH, { headers: { range } });
    assert.equal(response.status, 206);
    assert.equal(response.headers.get("content-range"), `bytes ${from}-${to - 1}/10000`);
    assert.equal(response.headers.get("content-length"), String(to - from));
    assert.deepEqual(await response.bytes(), BYTES.slice(from, to));
  });
}

for (const range of ["bytes=10000-", "bytes=99999-100000", "bytes=-0"]) {
  Deno.test(`the range ${range} is behind the end`, async () => {
    await using api = await startWithAudio();
    const response = await api.ask(PATH, { headers: { range } });
    assert.deepEqual([response.status, response.headers.get("content-range"), (await response.json()).code], [
      416,
      "bytes */10000",
      "range_not_satisfiable",
    ]);
  });
}

for (const range of ["bytes=5-1", "bytes=a-b", "bytes=", "lines=0-1", "bytes=0-1,5-6", "bytes=1"]) {
  Deno.test(`${range} is no range that is understood, so that all is sent`, async () => {
    await using api = await startWithAudio();
    const response = await api.ask(PATH, { headers: { range } });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.bytes(), BYTES);
  });
}

Deno.test("a part is sent only of the file that is meant, and a file that is there already is not sent", async () => {
  await using api = await startWithAudio();
  const etag = (await api.ask(PATH, { method: "HEAD" })).headers.get("etag") ?? "";
  const status = async (headers: Record<string, string>) => {
    const response = await api.ask(PATH, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await status({ range: "bytes=0-1", "if-range": etag }), 206);
  assert.equal(await status({ range: "bytes=0-1", "if-range": '"other"' }), 200);
  assert.equal(await status({ range: "bytes=0-1", "if-range": "Wed, 21 Oct 2015 07:28:00 GMT" }), 200);
  assert.equal(await status({ "if-none-match": etag }), 304);
  assert.equal(await status({ "if-none-match": `"x", W/${etag}` }), 304);
  assert.equal(await status({ "if-none-match": "*" }), 304);
  assert.equal(await status({ "if-none-match": '"x"' }), 200);
});

Deno.test("HEAD tells size and tag, of a part too, and sends nothing", async () => {
  await using api = await startWithAudio();
  const whole = await api.ask(PATH, { method: "HEAD" });
  assert.deepEqual([whole.status, whole.headers.get("content-length"), (await whole.bytes()).length], [200, "10000", 0]);
  const part = await api.ask(PATH, { method: "HEAD", headers: { range: "bytes=0-99" } });
  assert.deepEqual([part.status, part.headers.get("content-length"), (await part.bytes()).length], [206, "100", 0]);
});

Deno.test("audio that was not kept, or whose file is gone, is not found", async () => {
  await using api = await startWithAudio();
  for (const path of [`/api/turns/${turnId}/audio/reply`, `/api/turns/${turnOf(9).turnId}/audio/user`]) {
    const response = await api.ask(path);
    assert.equal(response.status, 404, path);
    assert.match((await response.json()).code, /not_found$/);
  }
});

Deno.test("a turn that names a file outside the audio is answered without that file", async () => {
  await using api = await startApi();
  await Deno.writeTextFile(`${api.dataDir}/secret.ogg`, "secret");
  await fill(api, [turnOf(0, { audioFiles: { user: "audio/../secret.ogg", reply: "/etc/passwd" } })]);
  for (const side of ["user", "reply"]) {
    const response = await api.ask(`/api/turns/${turnId}/audio/${side}`);
    assert.ok(response.status >= 400);
    assert.doesNotMatch(await response.text(), /secret|root:/);
  }
});

Deno.test("every range that is understood lies within the file and is never empty", () => {
  const text = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(200).map(String), fc.nat(200).map(String)).map(([a, b]) => `bytes=${a}-${b}`),
    fc.nat(200).map((a) => `bytes=-${a}`),
    fc.nat(200).map((a) => `bytes=${a}-`),
  );
  fc.assert(fc.property(text, fc.nat(100), (header, size) => {
    const range = parseRange(header, size);
    if (range === undefined || range === "unsatisfiable") return;
    assert.ok(0 <= range.start && range.start < range.end && range.end <= size, JSON.stringify({ header, size, range }));
  }));
  assert.equal(parseRange(undefined, 5), undefined);
  assert.equal(matches(undefined, '"a"'), false);
});
