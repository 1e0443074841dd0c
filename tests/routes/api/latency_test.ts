import assert from "node:assert/strict";
import { DEVICE, fill, startApi, turnOf } from "./api_fixture.ts";

Deno.test("what is usual for a device counts its latest turns, those of a source where one is named, and no other device's", async () => {
  await using api = await startApi();
  const timings = (firstFrameMs: number) => ({ speechEndMs: 1000, firstFrameMs });
  await fill(api, [
    turnOf(0, { timings: timings(9000) }),
    ...[1, 2, 3].map((index) => turnOf(index, { timings: timings(1000 + index * 100) })),
    turnOf(4, { source: "text", timings: timings(5000) }),
    turnOf(5, { timings: {} }),
  ]);
  await fill(api, [turnOf(6, { sessionId: "s2", deviceId: "aa", timings: timings(90_000) })]);
  const of = async (query: string) => await (await api.ask(`/api/devices/${DEVICE.toUpperCase()}/latency${query}`)).json();
  assert.deepEqual(await of("?turns=5&source=speech"), { turns: 4, response: { count: 3, p50Ms: 200, p95Ms: 300 }, stages: {} });
  assert.deepEqual((await of("?source=speech")).response, { count: 4, p50Ms: 200, p95Ms: 8000 });
  assert.deepEqual((await of("?source=text")).response, { count: 1, p50Ms: 5000, p95Ms: 5000 });
  assert.deepEqual(await of("?source=wake"), { turns: 0, stages: {} });
  assert.equal((await of("?turns=0")).code, "invalid_query");
  assert.equal((await of("?turns=201")).code, "invalid_query");
  assert.equal((await (await api.ask("/api/devices/nobody/latency")).json()).code, "device_not_found");
});
