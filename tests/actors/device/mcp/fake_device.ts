/**
 * A device's side of MCP, as far as its firmware goes: drops what firmware drops, pages its tools, answers errors without a code.
 *
 * @module
 */

import { mcpError, type McpRequest, mcpResult, parseMcpPayload } from "../../../../protocol/mod.ts";

/** What a fake device replies to a request; undefined for nothing. */
export type Reply = (request: McpRequest) => unknown;

/** A tool as devices list them. */
export function tool(name: string, description = ""): object {
  return { name, description, inputSchema: { type: "object", properties: {} } };
}

/** The replies of an ordinary device that lists `pages`. */
export function ordinary(pages: readonly (readonly object[])[], call: Reply = () => undefined): Reply {
  return (request) => {
    if (request.method === "initialize") {
      return mcpResult(request.id, {
        protocolVersion: "2024-11-05",
        capabilities: { tools: {} },
        serverInfo: { name: "board", version: "2.4.2" },
      });
    }
    if (request.method === "tools/list") {
      const index = Number(String(request.params?.cursor ?? "").replace("page", "") || 0);
      return mcpResult(request.id, { tools: pages[index], ...(index + 1 < pages.length ? { nextCursor: `page${index + 1}` } : {}) });
    }
    return call(request);
  };
}

/** The connection between a client and a fake device. Replies come in a later microtask, as over a network. */
export class FakeDevice {
  readonly requests: McpRequest[] = [];
  reply: Reply;
  /** Where replies go. */
  deliver: (payload: unknown) => void = () => {};

  constructor(reply: Reply = () => undefined) {
    this.reply = reply;
  }

  /** Takes a payload of the client. */
  readonly receive = (payload: object): void => {
    const parsed = parseMcpPayload(JSON.parse(JSON.stringify(payload)));
    if (!parsed.ok || parsed.message.kind !== "request") throw new Error("The client sent what firmware drops");
    const { request } = parsed.message;
    this.requests.push(request);
    const answer = this.reply(request);
    if (answer !== undefined) queueMicrotask(() => this.deliver(answer));
  };

  /** The last request of a method. */
  last(method: string): McpRequest {
    const request = this.requests.findLast((candidate) => candidate.method === method);
    if (request === undefined) throw new Error(`The client sent no ${method}`);
    return request;
  }
}

/** An answer of a tool, as devices write it. */
export function toolText(id: number, text: string): object {
  return mcpResult(id, { content: [{ type: "text", text }], isError: false });
}

/** An error of a tool, as devices write it. */
export function toolError(id: number, message: string): object {
  return mcpError(id, message);
}
