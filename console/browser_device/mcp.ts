/**
 * The device's answers to MCP, in the shape of the firmware's (78/xiaozhi-esp32 main/mcp_server.cc), and its tools.
 *
 * @module
 */

import { MCP_PROTOCOL_VERSION } from "../../protocol/mcp_request.ts";
import type { Board } from "./board.ts";
import { isObject } from "./server_message.ts";

/** An argument of a tool: firmware knows whole numbers, texts and truth values. Here all are numbers. */
interface Argument {
  readonly type: "integer";
  readonly minimum: number;
  readonly maximum: number;
}

interface Tool {
  readonly name: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, Argument>>;
  readonly call: (args: Readonly<Record<string, number>>) => unknown;
}

/** Facts that the device tells of itself. */
export interface McpFacts {
  readonly board: Board;
  /** Version of the page, as that of a firmware. */
  readonly version: string;
}

const PERCENT: Argument = { type: "integer", minimum: 0, maximum: 100 };
const COLOUR: Argument = { type: "integer", minimum: 0, maximum: 255 };

/** The answer to a request; undefined where a device keeps silent. */
export function answerMcp(payload: Readonly<Record<string, unknown>>, facts: McpFacts): object | undefined {
  const { jsonrpc, id, method, params = {} } = payload;
  if (jsonrpc !== "2.0" || typeof method !== "string" || typeof id !== "number" || !isObject(params)) return undefined;
  const result = (value: object) => ({ jsonrpc, id, result: value });
  const error = (message: string) => ({ jsonrpc, id, error: { message } });
  const tools = toolsOf(facts.board);
  switch (method) {
    case "initialize":
      return result({
        protocolVersion: MCP_PROTOCOL_VERSION,
        capabilities: { tools: {} },
        serverInfo: { name: "browser", version: facts.version },
      });
    case "tools/list":
      return result({ tools: tools.map(described) });
    case "tools/call": {
      const tool = tools.find(({ name }) => name === params.name);
      if (tool === undefined) return error(`Unknown tool: ${String(params.name)}`);
      const args = argumentsOf(tool, isObject(params.arguments) ? params.arguments : {});
      if (typeof args === "string") return error(args);
      const value = tool.call(args);
      const text = typeof value === "object" ? JSON.stringify(value) : String(value);
      return result({ content: [{ type: "text", text }], isError: false });
    }
    default:
      return error(`Method not implemented: ${method}`);
  }
}

function toolsOf({ volume, light }: Board): readonly Tool[] {
  return [
    {
      name: "self.get_device_status",
      description: "Gives the device's state: the volume of its loudspeaker and its light. Call it before changing a setting.",
      arguments: {},
      call: () => ({ audio_speaker: { volume: volume.value }, light: { on: light.value.on, rgb: light.value.rgb } }),
    },
    {
      name: "self.audio_speaker.set_volume",
      description: "Sets the volume of the loudspeaker. When the present volume is unknown, call `self.get_device_status` first.",
      arguments: { volume: PERCENT },
      call({ volume: to = 0 }) {
        volume.value = to;
        return true;
      },
    },
    {
      name: "self.light.turn_on",
      description: "Turns the light on.",
      arguments: {},
      call() {
        light.value = { ...light.value, on: true };
        return true;
      },
    },
    {
      name: "self.light.turn_off",
      description: "Turns the light off.",
      arguments: {},
      call() {
        light.value = { ...light.value, on: false };
        return true;
      },
    },
    {
      name: "self.light.set_rgb",
      description: "Turns the light on in a colour.",
      arguments: { r: COLOUR, g: COLOUR, b: COLOUR },
      call({ r = 0, g = 0, b = 0 }) {
        light.value = { on: true, rgb: [r, g, b] };
        return true;
      },
    },
  ];
}

function described({ name, description, arguments: args }: Tool): object {
  const required = Object.keys(args);
  return { name, description, inputSchema: { type: "object", properties: args, ...(required.length === 0 ? {} : { required }) } };
}

/** The arguments, or the firmware's sentence on what is wrong with them. */
function argumentsOf(tool: Tool, given: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> | string {
  const args: Record<string, number> = {};
  for (const [name, { minimum, maximum }] of Object.entries(tool.arguments)) {
    const value = given[name];
    if (typeof value !== "number" || !Number.isInteger(value)) return `Missing valid argument: ${name}`;
    if (value < minimum) return `Value is below minimum: ${minimum}`;
    if (value > maximum) return `Value exceeds maximum: ${maximum}`;
    args[name] = value;
  }
  return args;
}
