import assert from "node:assert/strict";
import { audioPath } from "../../../services/history/audio_files.ts";
import { deviceStatus } from "../app_fixture.ts";
import { type ApiFixture, ARCHIVES, DEVICE, fill, SESSION, startApi, STARTED, turnOf } from "./api_fixture.ts";

const json = async (api: ApiFixture, path: string, init?: RequestInit) => {
  const response = await api.ask(path, init);
  assert.ok(response.ok, `${path}: ${response.status} ${response.ok ? "" : await response.text()}`);
  return await response.json();
};

/** Ids of all items of a list, page by page. */
async function walk(api: ApiFixture, path: string, key: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await json(api, `${path}${path.includes("?") ? "&" : "?"}limit=3${cursor === undefined ? "" : `&cursor=${cursor}`}`);
    assert.ok(page.items.length <= 3);
    ids.push(...page.items.map((item: Record<string, string>) => item[key]));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}

for (const [kind, make] of ARCHIVES) {
  const start = () => {
    const archive = make();
    return startApi(archive === undefined ? {} : { archive });
  };
  const test = (what: string, body: (api: ApiFixture) => Promise<void>) =>
    Deno.test(`${what}, with an archive ${kind}`, async () => {
      await using api = await start();
      await body(api);
    });

  test("sessions and turns are listed page by page, each once, in order", async (api) => {
    for (let session = 0; session < 7; session++) {
      const sessionId = `s${session}`;
      await fill(api, [turnOf(session, { sessionId })], { ...SESSION, sessionId, startedAt: STARTED + session });
    }
    assert.deepEqual(await walk(api, "/api/sessions", "sessionId"), ["s6", "s5", "s4", "s3", "s2", "s1", "s0"]);
    const ids = [0, 1, 2, 3, 4, 5, 6].map((index) => turnOf(index).turnId);
    assert.deepEqual(await walk(api, "/api/turns", "turnId"), ids.toReversed());
    assert.deepEqual(await walk(api, "/api/turns?order=oldest", "turnId"), ids);
    assert.deepEqual(await walk(api, "/api/search?text=question", "turnId"), ids.toReversed());
  });

  test("lists are narrowed by device, session, outcome and time, in either spelling", async (api) => {
    await fill(api, [turnOf(0), turnOf(1), turnOf(2, { outcome: "failed" })]);
    await fill(api, [turnOf(3, { sessionId: "s2", deviceId: "aa" })], { ...SESSION, sessionId: "s2", deviceId: "aa" });
    const ids = async (query: string) =>
      (await json(api, `/api/turns?order=oldest&${query}`)).items.map((turn: { turnId: string }) => Number(turn.turnId.slice(-3)));
    assert.deepEqual(await ids("deviceId=AA"), [3]);
    assert.deepEqual(await ids("sessionId=s1"), [0, 1, 2]);
    assert.deepEqual(await ids("outcome=failed"), [2]);
    assert.deepEqual(await ids(`from=${STARTED + 60_000}&until=${STARTED + 180_000}`), [1, 2]);
    assert.deepEqual(await ids("from=2026-01-01T08:01:00Z&until=2026-01-01T09:03:00%2B01:00"), [1, 2]);
    assert.equal((await json(api, "/api/sessions?deviceId=aa")).items.length, 1);
    const reversed = await api.ask(`/api/turns?from=${STARTED + 1}&until=${STARTED}`);
    assert.deepEqual([reversed.status, (await reversed.json()).code], [400, "invalid_query"]);
  });

  test("words are found in either side, in any order, Chinese without spaces", async (api) => {
    await fill(api, [
      turnOf(0, { userText: "明天北京天气怎么样", replyText: "明天晴，最高二十度。" }),
      turnOf(1, { userText: "Tell me a story", replyText: "Once upon a time there was a fox." }),
      turnOf(2, { userText: "100% sure?", replyText: "a_b" }),
    ]);
    const found = async (text: string) => {
      const { items } = await json(api, `/api/search?text=${encodeURIComponent(text)}`);
      return items.map((turn: { turnId: string }) => Number(turn.turnId.slice(-3)));
    };
    assert.deepEqual(await found("天气"), [0]);
    assert.deepEqual(await found("晴 北京"), [0]);
    assert.deepEqual(await found("FOX story"), [1]);
    assert.deepEqual(await found("100%"), [2]);
    assert.deepEqual(await found("a%b"), []);
    assert.deepEqual(await found("nothing"), []);
  });

  test("a session is titled, and its title taken away", async (api) => {
    await fill(api, [turnOf(0)]);
    const titled = await (await api.send("PATCH", "/api/sessions/s1", { title: "  天气 & more " })).json();
    assert.deepEqual([titled.title, titled.turns], ["天气 & more", 1]);
    assert.equal((await json(api, "/api/sessions/s1")).title, "天气 & more");
    const bare = await (await api.send("PATCH", "/api/sessions/s1", { title: "" })).json();
    assert.equal("title" in bare && bare.title !== "", false);
  });

  test("a turn is shown without paths, and a session with its turns", async (api) => {
    await fill(api, [turnOf(0, { audioFiles: { user: "audio/x/y.user.ogg" } }), turnOf(1)]);
    const turn = await json(api, `/api/turns/${turnOf(0).turnId}`);
    const { audioFiles: _, ...rest } = turnOf(0);
    assert.deepEqual(turn, { ...rest, audio: { user: `/api/turns/${turnOf(0).turnId}/audio/user` } });
    assert.equal((await json(api, "/api/sessions/s1")).turns, 2);
    assert.deepEqual(await walk(api, "/api/sessions/s1/turns", "turnId"), [turnOf(0).turnId, turnOf(1).turnId]);
    assert.deepEqual(await walk(api, "/api/sessions/s1/turns?order=newest", "turnId"), [turnOf(1).turnId, turnOf(0).turnId]);
  });

  test("erasing a turn, a session or a device takes its audio along, and nothing else", async (api) => {
    const { audio } = api.lifeCycle;
    const withAudio = async (index: number, sessionId: string, deviceId: string) => {
      const turn = turnOf(index, { sessionId, deviceId });
      const user = audioPath(deviceId, turn.turnId, "user");
      await audio.put(user, new Uint8Array([1]));
      await fill(api, [{ ...turn, audioFiles: { user } }], { ...SESSION, sessionId, deviceId });
      return user;
    };
    const files = [
      await withAudio(0, "s1", DEVICE),
      await withAudio(1, "s1", DEVICE),
      await withAudio(2, "s2", DEVICE),
      await withAudio(3, "s3", DEVICE),
      await withAudio(4, "s4", "aa:aa:aa:aa:aa:aa"),
    ];
    const left = async () => (await Array.fromAsync(audio.list())).map((file) => file.path).sort();
    assert.deepEqual(await json(api, `/api/turns/${turnOf(0).turnId}`, { method: "DELETE" }), { turns: 1, sessions: 0, audioFiles: 1 });
    assert.deepEqual(await left(), files.slice(1).sort());
    assert.deepEqual(await json(api, "/api/sessions/s2", { method: "DELETE" }), { turns: 1, sessions: 1, audioFiles: 1 });
    assert.deepEqual(await left(), [files[1], files[3], files[4]].sort());
    assert.deepEqual(await json(api, `/api/devices/${DEVICE.toUpperCase()}`, { method: "DELETE" }), {
      turns: 2,
      sessions: 2,
      audioFiles: 2,
    });
    assert.deepEqual(await left(), [files[4]]);
    assert.deepEqual((await json(api, "/api/turns")).items.map((turn: { deviceId: string }) => turn.deviceId), ["aa:aa:aa:aa:aa:aa"]);
    for (const path of [`/api/turns/${turnOf(0).turnId}`, "/api/sessions/s2", `/api/devices/${DEVICE}`]) {
      const again = await api.ask(path, { method: "DELETE" });
      assert.deepEqual([again.status, again.headers.get("content-type")], [404, "application/problem+json"], path);
      await again.body?.cancel();
    }
  });
}

Deno.test("a device is online while it is connected, and says what it is doing", async () => {
  const connected = [deviceStatus({ deviceId: DEVICE, state: "speaking", board: "from-mcp", firmware: "9" })];
  await using api = await startApi({ deps: { devices: () => connected } });
  api.lifeCycle.registry.note({ deviceId: DEVICE, seenAt: 5, clientId: "c", board: "bread" });
  await api.lifeCycle.registry.update(DEVICE, {});
  const device = await json(api, `/api/devices/${DEVICE}`);
  assert.deepEqual([device.online, device.state, device.sessionId, device.board, device.firmware], [true, "speaking", "s1", "bread", "9"]);
  assert.deepEqual((await json(api, "/api/devices")).items, [device]);
  connected.length = 0;
  const gone = await json(api, `/api/devices/${DEVICE}`);
  assert.deepEqual([gone.online, gone.state, gone.firmware], [false, undefined, undefined]);
});

Deno.test("what people say of a device is changed, and for how long its turns are kept", async () => {
  await using api = await startApi({ retentionDays: 90 });
  api.lifeCycle.registry.note({ deviceId: DEVICE, seenAt: 5 });
  const path = `/api/devices/${DEVICE}`;
  const changed = await (await api.send("PATCH", path, { name: " Kitchen ", room: "Küche", flags: { beta: true } })).json();
  assert.deepEqual([changed.name, changed.room, changed.flags, changed.retention], ["Kitchen", "Küche", { beta: true }, {
    days: 90,
    source: "default",
  }]);
  assert.deepEqual(await (await api.send("PUT", `${path}/retention`, { days: 7 })).json(), { days: 7, source: "device" });
  assert.deepEqual((await json(api, path)).retention, { days: 7, source: "device" });
  assert.deepEqual(await (await api.send("PUT", `${path}/retention`, { days: null })).json(), { days: 90, source: "default" });
  const bare = await (await api.send("PATCH", path, { name: null })).json();
  assert.deepEqual([bare.name, bare.room], [undefined, "Küche"]);
});

Deno.test("a device's own retention is kept to, audio included", async () => {
  await using api = await startApi();
  const path = audioPath(DEVICE, turnOf(0).turnId, "user");
  await api.lifeCycle.audio.put(path, new Uint8Array([1]));
  const old = Date.UTC(2020, 0, 1);
  await fill(api, [turnOf(0, { startedAt: old, endedAt: old, audioFiles: { user: path } })]);
  api.lifeCycle.registry.note({ deviceId: DEVICE, seenAt: 5 });
  assert.equal(await api.lifeCycle.retention.apply(), 0);
  await (await api.send("PUT", `/api/devices/${DEVICE}/retention`, { days: 30 })).body?.cancel();
  assert.equal(await api.lifeCycle.retention.apply(), 1);
  assert.deepEqual([(await json(api, "/api/turns")).items, await api.lifeCycle.audio.size(path)], [[], undefined]);
});

Deno.test("a device that is erased is forgotten in every way", async () => {
  const forgotten: string[] = [];
  const wrap = (lifeCycle: Parameters<NonNullable<NonNullable<Parameters<typeof startApi>[0]>["wrap"]>>[0]) => ({
    ...lifeCycle,
    forget: (deviceId: string) => (forgotten.push(deviceId), lifeCycle.forget(deviceId)),
  });
  await using api = await startApi({ wrap });
  api.lifeCycle.registry.note({ deviceId: DEVICE, seenAt: 5 });
  assert.deepEqual(await json(api, `/api/devices/${DEVICE}`, { method: "DELETE" }), { turns: 0, sessions: 0, audioFiles: 0 });
  assert.deepEqual(forgotten, [DEVICE]);
  assert.deepEqual((await json(api, "/api/devices")).items, []);
});

Deno.test("with the feature off, status and announcements are all that is there", async () => {
  await using api = await startApi({ wrap: () => undefined as never });
  for (const path of ["/api/devices", "/api/sessions", "/api/import"]) {
    const response = await api.ask(path);
    assert.deepEqual([response.status, (await response.json()).code], [404, "not_found"], path);
  }
  const { paths } = await json(api, "/api/openapi.json");
  assert.deepEqual(Object.keys(paths).sort(), [
    "/api/alerts",
    "/api/alerts/{id}/acknowledge",
    "/api/devices/{id}/say",
    "/api/openapi.json",
    "/api/status",
  ]);
});
