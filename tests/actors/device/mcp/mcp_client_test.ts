import assert from "node:assert/strict";
import fc from "fast-check";
import { McpClient, type McpClientOptions } from "../../../../actors/device/mcp/mcp_client.ts";
import { McpError } from "../../../../actors/device/mcp/mcp_error.ts";
import { MAX_TOOLS } from "../../../../actors/device/mcp/discover.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { FakeDevice, ordinary, type Reply, tool, toolError, toolText } from "./fake_device.ts";

function connect(reply?: Reply, options: Partial<McpClientOptions> = {}) {
  const clock = new VirtualClock();
  const device = new FakeDevice(reply);
  const client = new McpClient({ send: device.receive, clock, ...options });
  device.deliver = (payload) => client.handle(payload);
  return { clock, device, client };
}

/** A client that knows the tools `self.volume` and `self.light`. */
async function ready(call?: Reply) {
  const connection = connect(ordinary([[tool("self.volume"), tool("self.light")]], call));
  assert.equal(await connection.client.start(), "ready");
  return connection;
}

const closed = (error: unknown) => error instanceof McpError && error.code === "mcp_closed";

Deno.test("start learns the board, its firmware and the tools of every page", async () => {
  const vision = { url: "http://host/vision", token: "t" };
  const { clock, device, client } = connect(ordinary([[tool("self.a.one")], [tool("self.a.two")], [tool("self.b")]]), { vision });
  assert.equal(client.status, "new");
  assert.equal(await client.start(), "ready");
  assert.deepEqual(client.serverInfo, { name: "board", version: "2.4.2" });
  assert.deepEqual(client.tools().map((spec) => spec.name), ["self_a_one", "self_a_two", "self_b"]);
  assert.deepEqual(device.requests.map((request) => [request.id, request.method]), [
    [1, "initialize"],
    [2, "tools/list"],
    [3, "tools/list"],
    [4, "tools/list"],
  ]);
  assert.deepEqual(device.last("initialize").params?.capabilities, { vision });
  assert.equal(device.last("tools/list").params?.cursor, "page2");
  assert.equal(clock.armed, 0);
});

Deno.test("start asks once, however often it is called", async () => {
  const { device, client } = connect(ordinary([[tool("a")]]));
  await Promise.all([client.start(), client.start()]);
  assert.equal(device.requests.filter((request) => request.method === "initialize").length, 1);
});

Deno.test("a device that never answers is given up after 10 s", async () => {
  const { clock, client } = connect();
  const started = client.start();
  await clock.advance(9_999);
  assert.equal(client.status, "discovering");
  await clock.advance(1);
  assert.equal(await started, "failed");
  assert.deepEqual(client.tools(), []);
  assert.equal(clock.armed, 0);
});

Deno.test("the tools of earlier pages stay usable when a later page does not come", async () => {
  const pages = ordinary([[tool("self.first")], [tool("self.second")]]);
  const { clock, client } = connect((request) => request.params?.cursor === "page1" ? undefined : pages(request));
  const started = client.start();
  await clock.advance(10_000);
  assert.equal(await started, "failed");
  assert.deepEqual(client.tools().map((spec) => spec.name), ["self_first"]);
});

Deno.test("a device that refuses initialize is still asked for its tools", async () => {
  const pages = ordinary([[tool("a")]]);
  const { client } = connect((request) => request.method === "initialize" ? toolError(request.id, "no") : pages(request));
  assert.equal(await client.start(), "ready");
  assert.equal(client.serverInfo, undefined);
  assert.equal(client.tools().length, 1);
});

Deno.test("a cursor that comes again ends the list", async () => {
  const pages = ordinary([]);
  const { device, client } = connect((request) =>
    request.method === "initialize"
      ? pages(request)
      : { jsonrpc: "2.0", id: request.id, result: { tools: [tool(`t${request.id}`)], nextCursor: request.id % 2 ? "odd" : "even" } }
  );
  assert.equal(await client.start(), "failed");
  assert.equal(device.requests.length, 4);
  assert.deepEqual(client.tools().map((spec) => spec.name), ["t2", "t3", "t4"]);
});

Deno.test("pages and tools without end are cut off", async () => {
  const endless = (perPage: number): Reply => (request) =>
    request.method === "initialize" ? ordinary([])(request) : {
      jsonrpc: "2.0",
      id: request.id,
      result: { tools: Array.from({ length: perPage }, (_, n) => tool(`t${request.id}_${n}`)), nextCursor: `c${request.id}` },
    };
  const empty = connect(endless(0));
  assert.equal(await empty.client.start(), "failed");
  assert.ok(empty.device.requests.length < 50);
  const full = connect(endless(100));
  assert.equal(await full.client.start(), "failed");
  assert.equal(full.client.tools().length, MAX_TOOLS);
});

Deno.test("a list of the wrong shape is no list", async () => {
  for (const result of [null, 5, {}, { tools: "none" }, []]) {
    const { client } = connect((request) =>
      request.method === "initialize" ? ordinary([])(request) : { jsonrpc: "2.0", id: request.id, result }
    );
    assert.equal(await client.start(), "failed");
    assert.deepEqual(client.tools(), []);
  }
});

Deno.test("a tool is called by the device's own name and its answer is text", async () => {
  const { device, client } = await ready((request) => toolText(request.id, `volume ${JSON.stringify(request.params)}`));
  assert.deepEqual(await client.call("self_volume", { volume: 30 }), {
    text: 'volume {"name":"self.volume","arguments":{"volume":30}}',
    isError: false,
  });
  assert.equal(device.last("tools/call").id, 3);
  assert.equal(client.deviceName("self_volume"), "self.volume");
});

Deno.test("descriptions and schemas are ready for a model", async () => {
  const { client } = connect(ordinary([[
    { name: "self.screen", description: "See self.screen.theme, self.screen and my.self.screen. Not self.screening" },
    { name: "self.screen.theme", description: "Plain", inputSchema: { properties: { theme: { type: "string" } } } },
  ]]));
  await client.start();
  assert.deepEqual(client.tools(), [
    {
      name: "self_screen",
      description: "See self_screen_theme, self_screen and my.self.screen. Not self.screening",
      parameters: { type: "object", properties: {} },
    },
    { name: "self_screen_theme", description: "Plain", parameters: { type: "object", properties: { theme: { type: "string" } } } },
  ]);
});

Deno.test("a name that the device does not have is told to the model, and nothing is sent", async () => {
  const { device, client } = await ready();
  const sent = device.requests.length;
  const answer = await client.call("self.lamp", {});
  assert.equal(answer.isError, true);
  assert.match(answer.text, /self\.lamp/);
  assert.equal(device.requests.length, sent);
});

Deno.test("a device's error, which has no code, is told to the model", async () => {
  const { client } = await ready((request) => toolError(request.id, "Valid range is 0 to 100"));
  assert.deepEqual(await client.call("self_volume", { volume: 300 }), { text: "Valid range is 0 to 100", isError: true });
});

Deno.test("a tool that is silent for 30 s is told to the model, and its late answer is ignored", async () => {
  const { clock, device, client } = await ready();
  const call = client.call("self_volume", {});
  await clock.advance(29_999);
  client.handle({ jsonrpc: "2.0", id: "3", error: { message: "not a number" } });
  client.handle('{"jsonrpc":"2.0","id":3,"error":{"message":"bad "text""}}');
  assert.equal(client.ignored, 2);
  await clock.advance(1);
  const answer = await call;
  assert.equal(answer.isError, true);
  assert.match(answer.text, /30 s/);
  client.handle(toolText(device.last("tools/call").id, "late"));
  assert.equal(client.ignored, 3);
  assert.equal(clock.armed, 0);
});

Deno.test("a late answer is never taken for that of the next call", async () => {
  const { clock, device, client } = await ready();
  const first = client.call("self_volume", {});
  const firstId = device.last("tools/call").id;
  await clock.advance(30_000);
  await first;
  const second = client.call("self_volume", {});
  client.handle(toolText(firstId, "late"));
  client.handle(toolText(device.last("tools/call").id, "mine"));
  assert.deepEqual(await second, { text: "mine", isError: false });
});

Deno.test("parallel calls each get their own answer, in whatever order", async () => {
  const { device, client } = await ready();
  const volume = client.call("self_volume", {});
  const volumeId = device.last("tools/call").id;
  const light = client.call("self_light", {});
  const lightId = device.last("tools/call").id;
  client.handle(toolText(lightId, "light"));
  client.handle(toolText(lightId, "light again"));
  client.handle(toolText(volumeId, "volume"));
  client.handle(toolText(9_999, "nobody's"));
  assert.deepEqual((await Promise.all([volume, light])).map((answer) => answer.text), ["volume", "light"]);
  assert.equal(client.ignored, 2);
});

Deno.test("a call ends with the reason of its signal, and its answer is then ignored", async () => {
  const { clock, device, client } = await ready();
  const abort = new AbortController();
  const call = client.call("self_volume", {}, { signal: abort.signal });
  const reason = new Error("Turn was interrupted");
  abort.abort(reason);
  await assert.rejects(call, (error) => error === reason);
  client.handle(toolText(device.last("tools/call").id, "late"));
  assert.equal(client.ignored, 1);
  assert.equal(clock.armed, 0);
  const sent = device.requests.length;
  await assert.rejects(client.call("self_volume", {}, { signal: abort.signal }), (error) => error === reason);
  assert.equal(device.requests.length, sent);
});

Deno.test("closing rejects what waits and what comes after", async () => {
  const { clock, client } = await ready();
  const call = client.call("self_volume", {});
  client.close();
  client.close();
  await assert.rejects(call, closed);
  await assert.rejects(client.call("self_volume", {}), closed);
  client.handle(toolText(3, "late"));
  assert.equal(client.status, "closed");
  assert.equal(clock.armed, 0);
});

Deno.test("closing during discovery ends it", async () => {
  const { clock, client } = connect();
  const started = client.start();
  client.close();
  assert.equal(await started, "closed");
  assert.equal(clock.armed, 0);
  const never = connect();
  never.client.close();
  assert.equal(await never.client.start(), "closed");
  assert.equal(never.device.requests.length, 0);
});

Deno.test("a link that throws fails the request and nothing else", async () => {
  const clock = new VirtualClock();
  const client = new McpClient({
    clock,
    send: () => {
      throw new Error("Socket is gone");
    },
  });
  assert.equal(await client.start(), "failed");
  assert.equal(clock.armed, 0);
});

Deno.test("a result that is no MCP result is still an answer", async () => {
  const { client } = await ready((request) => ({ jsonrpc: "2.0", id: request.id, result: true }));
  assert.deepEqual(await client.call("self_volume", {}), { text: "true", isError: false });
});

Deno.test("no payload makes handle throw", () => {
  const { client } = connect();
  fc.assert(fc.property(fc.anything(), (payload) => client.handle(payload)));
});
