import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { McpServer } from "../../../tools/device/mcp_server.ts";
import { type Board, type DeviceTool, standardTools } from "../../../tools/device/mcp_tools.ts";
import { ViolationLog } from "../../../tools/device/violations.ts";

function server(extra: DeviceTool[] = []) {
  const board: Board = { volume: 70, brightness: 75, theme: "light" };
  const violations = new ViolationLog(systemClock());
  const mcp = new McpServer({ board: "virtual", version: "2.4.2", tools: [...standardTools(board), ...extra], violations });
  const ask = (payload: object): Record<string, unknown> | undefined => {
    const outcome = mcp.handle(payload);
    if (outcome.kind === "ignored") return undefined;
    return JSON.parse(outcome.kind === "reply" ? outcome.payload : outcome.run());
  };
  return { board, mcp, ask, codes: () => violations.violations.map(({ code }) => code) };
}

const request = (id: unknown, method: string, params?: unknown) => ({
  jsonrpc: "2.0",
  id,
  method,
  ...(params === undefined ? {} : { params }),
});

Deno.test("initialize tells board and firmware and keeps where photos go", () => {
  const { mcp, ask, codes } = server();
  const answer = ask(request(1, "initialize", { capabilities: { vision: { url: "http://127.0.0.1/v", token: "t" } } }));
  assert.deepEqual(answer, {
    jsonrpc: "2.0",
    id: 1,
    result: { protocolVersion: "2024-11-05", capabilities: { tools: {} }, serverInfo: { name: "virtual", version: "2.4.2" } },
  });
  assert.deepEqual(mcp.vision, { url: "http://127.0.0.1/v", token: "t" });
  assert.deepEqual(codes(), []);
});

Deno.test("requests that the firmware drops get no answer and are violations", () => {
  for (
    const payload of [
      request("1", "initialize"),
      { jsonrpc: "2.0", id: 1, method: "tools/list", params: null },
      { jsonrpc: "2.0", id: 1, method: "tools/list", params: [] },
      { id: 1, method: "tools/list" },
      { jsonrpc: "2.0", id: 1 },
      { jsonrpc: "2.0", method: "tools/list" },
    ]
  ) {
    const { ask, codes } = server();
    assert.equal(ask(payload), undefined, JSON.stringify(payload));
    assert.deepEqual(codes(), ["mcp_ignored"], JSON.stringify(payload));
  }
});

Deno.test("notifications are swallowed without blame", () => {
  const { ask, codes } = server();
  assert.equal(ask({ jsonrpc: "2.0", method: "notifications/initialized" }), undefined);
  assert.deepEqual(codes(), []);
});

Deno.test("an id used twice on one connection is a violation, on the next connection it is not", () => {
  const { ask, mcp, codes } = server();
  ask(request(1, "initialize"));
  mcp.connected();
  ask(request(1, "initialize"));
  assert.deepEqual(codes(), []);
  ask(request(1, "tools/list"));
  assert.deepEqual(codes(), ["mcp_id_reused"]);
});

Deno.test("tools come in pages of at most 8000 bytes that nextCursor links, without loss", () => {
  const many = Array.from({ length: 60 }, (_, i): DeviceTool => ({
    name: `self.tool_${i}`,
    description: "d".repeat(200),
    properties: {},
    durationMs: 1,
    call: () => true,
  }));
  const { mcp, codes } = server(many);
  const names: string[] = [];
  let cursor: string | undefined = "";
  for (let id = 1; cursor !== undefined; id++) {
    const outcome = mcp.handle(request(id, "tools/list", { cursor }));
    assert.equal(outcome.kind, "reply");
    if (outcome.kind !== "reply") return;
    const { result } = JSON.parse(outcome.payload);
    assert.ok(JSON.stringify(result).length <= 8000);
    names.push(...result.tools.map((tool: { name: string }) => tool.name));
    cursor = result.nextCursor;
    assert.ok(id < 10);
  }
  assert.equal(names.length, 64);
  assert.equal(new Set(names).size, 64);
  assert.deepEqual(codes(), []);
});

Deno.test("user tools are listed only on request, and say for whom they are", () => {
  const { ask } = server();
  const list = (withUserTools: boolean, id: number) =>
    (ask(request(id, "tools/list", { withUserTools }))?.result as { tools: { name: string; annotations?: object }[] }).tools;
  assert.equal(list(false, 1).some((tool) => tool.name === "self.get_system_info"), false);
  assert.deepEqual(list(true, 2).find((tool) => tool.name === "self.get_system_info")?.annotations, { audience: ["user"] });
});

Deno.test("a call changes the board and answers with text", () => {
  const { ask, board } = server();
  const answer = ask(request(1, "tools/call", { name: "self.audio_speaker.set_volume", arguments: { volume: 30 } }));
  assert.deepEqual(answer?.result, { content: [{ type: "text", text: "true" }], isError: false });
  assert.equal(board.volume, 30);
  const status = ask(request(2, "tools/call", { name: "self.get_device_status" }))?.result as { content: { text: string }[] };
  assert.equal(JSON.parse(status.content[0]!.text).audio_speaker.volume, 30);
});

Deno.test("errors carry a message and no code", () => {
  const { ask, board } = server();
  const call = (id: number, args: object) => ask(request(id, "tools/call", { name: "self.audio_speaker.set_volume", arguments: args }));
  for (
    const answer of [
      call(1, { volume: 101 }),
      call(2, { volume: -1 }),
      call(3, { volume: "30" }),
      call(4, {}),
      ask(request(5, "tools/call", { name: "self.nothing" })),
      ask(request(6, "resources/list")),
    ]
  ) {
    assert.deepEqual(Object.keys(answer?.error as object), ["message"]);
  }
  assert.equal(board.volume, 70);
});

Deno.test("an error's message is not escaped, so that the answer may be no JSON", () => {
  const { mcp } = server();
  const outcome = mcp.handle(request(1, "tools/call", { name: 'a"b' }));
  assert.equal(outcome.kind, "reply");
  if (outcome.kind === "reply") assert.throws(() => JSON.parse(outcome.payload));
});
