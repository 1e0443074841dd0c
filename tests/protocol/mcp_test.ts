import assert from "node:assert/strict";
import {
  mcpCallText,
  mcpError,
  mcpInitialize,
  mcpResult,
  mcpToolsCall,
  mcpToolsList,
  parseMcpPayload,
  parseMcpServerInfo,
  parseMcpToolsPage,
} from "../../protocol/mod.ts";

const overTheWire = (value: object): unknown => JSON.parse(JSON.stringify(value));

Deno.test("built requests are ones that firmware answers", () => {
  const vision = { url: "http://host:8000/vision", token: "" };
  const requests = [
    mcpInitialize(1),
    mcpInitialize(2, { vision, clientInfo: { name: "n", version: "1" } }),
    mcpToolsList(3),
    mcpToolsCall(4, "a.b", {}),
  ];
  for (const request of requests) {
    const wire = overTheWire(request) as Record<string, unknown>;
    assert.ok(Number.isInteger(wire.id));
    assert.ok(typeof wire.params === "object" && wire.params !== null && !Array.isArray(wire.params));
    assert.deepEqual(parseMcpPayload(wire), { ok: true, message: { kind: "request", request } });
  }
  assert.deepEqual(mcpInitialize(2, { vision }).params?.capabilities, { vision });
  assert.deepEqual(mcpToolsList(3, "self.next").params, { cursor: "self.next" });
  assert.deepEqual(mcpToolsCall(4, "a.b", { volume: 3 }).params, { name: "a.b", arguments: { volume: 3 } });
});

Deno.test("what firmware drops without reply is refused", () => {
  for (
    const bad of [
      { jsonrpc: "2.0", id: "1", method: "initialize" },
      { jsonrpc: "2.0", id: 1, method: "initialize", params: null },
      { jsonrpc: "2.0", id: 1, method: "initialize", params: [] },
      { jsonrpc: "1.0", id: 1, method: "initialize" },
      { id: 1, method: "initialize" },
      { jsonrpc: "2.0", id: 1, method: 5 },
      { jsonrpc: "2.0", id: 1 },
      { jsonrpc: "2.0", id: "1", result: {} },
      { jsonrpc: "2.0", id: null, error: { message: "x" } },
      { jsonrpc: "2.0", id: 1.5, result: {} },
      { jsonrpc: "2.0", id: 1, error: "text" },
      {},
      [],
      null,
      7,
      "text",
      undefined,
    ]
  ) {
    const parsed = parseMcpPayload(bad);
    assert.equal(parsed.ok ? "ok" : parsed.error.code, "invalid_mcp", JSON.stringify(bad));
  }
});

Deno.test("replies are read, also errors without a code", () => {
  assert.deepEqual(parseMcpPayload(mcpResult(3, true)), { ok: true, message: { kind: "result", id: 3, result: true } });
  assert.deepEqual(parseMcpPayload(mcpError(4, "Unknown tool: x")), {
    ok: true,
    message: { kind: "error", id: 4, error: { message: "Unknown tool: x" } },
  });
  assert.deepEqual(parseMcpPayload({ jsonrpc: "2.0", id: 5, error: { code: -32601, message: "no" } }), {
    ok: true,
    message: { kind: "error", id: 5, error: { message: "no", code: -32601 } },
  });
  const bare = parseMcpPayload({ jsonrpc: "2.0", id: 6, error: {} });
  assert.ok(bare.ok && bare.message.kind === "error" && bare.message.error.message.length > 0);
  assert.deepEqual(parseMcpPayload({ jsonrpc: "2.0", id: 7, result: null, error: null }), {
    ok: true,
    message: { kind: "result", id: 7, result: null },
  });
  assert.deepEqual(parseMcpPayload({ jsonrpc: "2.0", method: "notifications/x" }), {
    ok: true,
    message: { kind: "notification", method: "notifications/x" },
  });
});

Deno.test("the board and firmware version come from serverInfo", () => {
  const result = { protocolVersion: "2024-11-05", capabilities: { tools: {} }, serverInfo: { name: "bread-compact", version: "2.4.2" } };
  assert.deepEqual(parseMcpServerInfo(result), { ok: true, message: { name: "bread-compact", version: "2.4.2" } });
  assert.deepEqual(parseMcpServerInfo({}), { ok: true, message: { name: "", version: "" } });
  assert.equal(parseMcpServerInfo(null).ok, false);
});

Deno.test("a page of tools keeps the good ones and counts the rest", () => {
  const schema = { type: "object", properties: { volume: { type: "integer", minimum: 0, maximum: 100 } }, required: ["volume"] };
  const page = parseMcpToolsPage({
    tools: [{ name: "self.audio_speaker.set_volume", description: "Sets it", inputSchema: schema }, { name: "" }, 5, null, {
      name: "bare",
    }],
    nextCursor: "self.more",
  });
  assert.deepEqual(page, {
    ok: true,
    message: {
      tools: [
        { name: "self.audio_speaker.set_volume", description: "Sets it", inputSchema: schema },
        { name: "bare", description: "", inputSchema: { type: "object", properties: {} } },
      ],
      skipped: 3,
      nextCursor: "self.more",
    },
  });
  assert.deepEqual(parseMcpToolsPage({ tools: [], nextCursor: "" }), { ok: true, message: { tools: [], skipped: 0 } });
  assert.equal(parseMcpToolsPage({ tools: {} }).ok, false);
});

Deno.test("the answer of a tool is text, whatever it holds", () => {
  assert.deepEqual(mcpCallText({ content: [{ type: "text", text: "a" }, { type: "text", text: "b" }], isError: false }), {
    text: "a\nb",
    isError: false,
  });
  assert.deepEqual(mcpCallText({ content: [], isError: true }), { text: "", isError: true });
  const image = mcpCallText({ content: [{ type: "image", image: '{"data":"AAAA"}' }] });
  assert.doesNotMatch(image.text, /AAAA/);
  assert.match(image.text, /image/);
  assert.deepEqual(mcpCallText({ battery: 80 }), { text: '{"battery":80}', isError: false });
  assert.deepEqual(mcpCallText("plain"), { text: "plain", isError: false });
  assert.deepEqual(mcpCallText(null), { text: "null", isError: false });
});
