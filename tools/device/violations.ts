/**
 * The rules a server can break, and the record of those it broke.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";

/** Rules by code: how bad a breach is, and what the server should do. */
export const RULES = {
  hello_timeout: { severity: "violation", rule: "Answer the device's hello within 10 s" },
  hello_without_transport: { severity: "violation", rule: 'A hello must contain "transport" as a string; the device crashes without it' },
  hello_wrong_transport: { severity: "violation", rule: 'The transport of a hello must be "websocket"; any other is ignored' },
  hello_repeated: { severity: "violation", rule: "Send one hello a connection; a second one poisons the next connection" },
  hello_audio_params: { severity: "violation", rule: "Announce a rate and a frame duration that the device's decoder can be opened with" },
  tts_start_refused: {
    severity: "violation",
    rule: "Send tts start only after listen start or detect; it is lost while the device connects",
  },
  audio_outside_speaking: { severity: "violation", rule: "Send audio only between tts start and tts stop" },
  audio_too_early: {
    severity: "violation",
    rule: "Leave 50 ms or more between tts start and the first packet; the device flushes its queue",
  },
  queue_overflow: { severity: "violation", rule: "Pace audio in real time; the device drops what does not fit into its decode queue" },
  speech_truncated: { severity: "violation", rule: "Let queued audio play out before tts stop or the next tts start" },
  packet_duration: { severity: "violation", rule: "Every packet must last as long as the hello's frame_duration says" },
  packet_undecodable: { severity: "violation", rule: "Every binary message must carry a valid Opus packet" },
  binary_framing: { severity: "violation", rule: "One packet a binary message, with the exact payload_size of the announced version" },
  abort_unanswered: { severity: "violation", rule: "Answer abort with tts stop at once; the device stays in speaking until then" },
  bad_text: { severity: "violation", rule: "Text messages are JSON objects with a string type and the members that type needs" },
  mcp_ignored: { severity: "violation", rule: "MCP requests need jsonrpc 2.0, a method, an object or no params, and an integer id" },
  mcp_id_reused: { severity: "violation", rule: "MCP ids must be unique on a connection; a late answer is mistaken otherwise" },
  mcp_unsupported: { severity: "violation", rule: "Send mcp only to devices whose hello announced it" },
  websocket_ping: { severity: "violation", rule: "Do not ping firmware up to 1.8.9; its stream breaks" },
  websocket_fragmented: { severity: "violation", rule: "Do not fragment messages; old firmware keeps stale fragments" },
  websocket_framing: { severity: "violation", rule: "Keep to RFC 6455: unmasked server frames, no reserved bits, valid UTF-8" },
  websocket_handshake: {
    severity: "violation",
    rule: "Answer the upgrade as RFC 6455 says, with no extension or subprotocol that was not offered",
  },
  stale_socket: { severity: "violation", rule: "Close idle sockets before 120 s without server data" },
  ota_answer: { severity: "violation", rule: "An OTA answer must be usable by the device" },
  text_too_large: { severity: "warning", rule: "Keep texts below 4 KB; they are parsed in a small task with little memory" },
  tts_start_repeated: { severity: "warning", rule: "Send tts start once a reply; a second one does nothing" },
  unknown_message: { severity: "warning", rule: "The device ignores messages of unknown type" },
} as const satisfies Record<string, { severity: "violation" | "warning"; rule: string }>;

/** A rule's code. */
export type ViolationCode = keyof typeof RULES;

/** One rule that was broken, however often. */
export interface Violation {
  readonly code: ViolationCode;
  /** What happened the first time, with its values. */
  readonly message: string;
  /** What would be right. */
  readonly rule: string;
  /** Clock time of the first breach, milliseconds. */
  readonly atMs: number;
  /** How often it was broken. */
  readonly count: number;
}

/** Collects breaches; repeated ones are counted, so that a flood stays readable. */
export class ViolationLog {
  readonly #byCode = new Map<ViolationCode, Violation>();
  readonly #clock: Clock;
  readonly #onAdded: (violation: Violation, severity: "violation" | "warning") => void;

  constructor(clock: Clock, onAdded: (violation: Violation, severity: "violation" | "warning") => void = () => {}) {
    this.#clock = clock;
    this.#onAdded = onAdded;
  }

  /** Records a breach; only the first of each code is announced. */
  add(code: ViolationCode, message: string): void {
    const { rule, severity } = RULES[code];
    const known = this.#byCode.get(code);
    if (known !== undefined) {
      this.#byCode.set(code, { ...known, count: known.count + 1 });
      return;
    }
    const violation: Violation = { code, message, rule, atMs: this.#clock.now(), count: 1 };
    this.#byCode.set(code, violation);
    this.#onAdded(violation, severity);
  }

  /** Breaches of rules, oldest first. */
  get violations(): Violation[] {
    return this.#of("violation");
  }

  /** Things that work but should not be done, oldest first. */
  get warnings(): Violation[] {
    return this.#of("warning");
  }

  #of(severity: "violation" | "warning"): Violation[] {
    return [...this.#byCode.values()].filter((entry) => RULES[entry.code].severity === severity);
  }
}
