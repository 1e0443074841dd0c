/**
 * Rules between keys, each checked only when its keys are right by themselves.
 *
 * @module
 */

import { isIP } from "node:net";
import type { Config } from "./schema.ts";

/** A rule between keys. */
export interface ConfigRule {
  /** The key that an error names: the one that people would change. */
  readonly key: string;
  /** The other keys that it looks at. */
  readonly others: readonly string[];
  /** What would be right, where the rule is broken. */
  broken(config: Config): string | undefined;
}

const STAGES = ["detect", "recognize", "chatFirstToken", "chatIdle", "synthesizeFirstAudio", "synthesizeIdle"] as const;

/** All rules. */
export const RULES: readonly ConfigRule[] = [
  {
    key: "audio.vad.stopThreshold",
    others: ["audio.vad.startThreshold"],
    broken: ({ audio: { vad } }) =>
      vad.stopThreshold >= vad.startThreshold ? `expected less than audio.vad.startThreshold, which is ${vad.startThreshold}` : undefined,
  },
  {
    key: "audio.vad.silenceMs",
    others: ["audio.vad.maxUtteranceMs"],
    broken: ({ audio: { vad } }) =>
      vad.silenceMs >= vad.maxUtteranceMs ? `expected less than audio.vad.maxUtteranceMs, which is ${vad.maxUtteranceMs}` : undefined,
  },
  {
    key: "audio.vad.minSilenceMs",
    others: ["audio.vad.maxSilenceMs"],
    broken: ({ audio: { vad } }) =>
      vad.minSilenceMs > vad.maxSilenceMs ? `expected at most audio.vad.maxSilenceMs, which is ${vad.maxSilenceMs}` : undefined,
  },
  {
    key: "audio.vad.maxUtteranceMs",
    others: ["audio.vad.preRollMs", "audio.vad.minSpeechMs"],
    broken: ({ audio: { vad } }) => {
      const least = vad.preRollMs + vad.minSpeechMs;
      return vad.maxUtteranceMs <= least
        ? `expected more than audio.vad.preRollMs and audio.vad.minSpeechMs together, which are ${least}`
        : undefined;
    },
  },
  {
    key: "server.wsPort",
    others: ["server.port", "server.transport"],
    broken: ({ server }) =>
      server.transport === "ws" && server.wsPort === server.port && server.port !== 0
        ? `expected another port than server.port, because server.transport is ws`
        : undefined,
  },
  {
    key: "devices.list",
    others: ["devices.allow"],
    broken: ({ devices }) =>
      devices.allow === "list" && devices.list.length === 0
        ? "expected at least one device id, because devices.allow is list and every device would be refused"
        : undefined,
  },
  {
    key: "devices.silentMicMs",
    others: ["devices.idleTimeoutMs"],
    broken: ({ devices }) =>
      devices.silentMicMs >= devices.idleTimeoutMs
        ? `expected less than devices.idleTimeoutMs, which is ${devices.idleTimeoutMs}`
        : undefined,
  },
  ...(["recognize", "chat", "synthesize"] as const).flatMap((stage): ConfigRule[] => {
    const because = `because esp32Server.${stage}.provider or its fallback is openai`;
    const others = [`esp32Server.${stage}.provider`, `esp32Server.${stage}.fallback`];
    const uses = ({ provider, fallback }: Config["esp32Server"][typeof stage]) => provider === "openai" || fallback.includes("openai");
    return [
      {
        key: `esp32Server.openai.${stage}.model`,
        others,
        broken: ({ esp32Server }) =>
          uses(esp32Server[stage]) && esp32Server.openai[stage].model === ""
            ? `expected the name of a model of that server, which GET <baseUrl>/models lists, ${because}`
            : undefined,
      },
      {
        key: `esp32Server.openai.${stage}.baseUrl`,
        others: [...others, "esp32Server.openai.baseUrl"],
        broken: ({ esp32Server }) =>
          uses(esp32Server[stage]) && esp32Server.openai[stage].baseUrl === "" && esp32Server.openai.baseUrl === ""
            ? `expected the address of an OpenAI-compatible server here or in esp32Server.openai.baseUrl, ${because}`
            : undefined,
      },
    ];
  }),
  ...(["detectSpeech", "recognize", "chat", "synthesize"] as const).map((stage): ConfigRule => ({
    key: `esp32Server.${stage}.fallback`,
    others: [`esp32Server.${stage}.provider`],
    broken: ({ esp32Server }) => {
      const { provider, fallback } = esp32Server[stage];
      const order: readonly string[] = [provider, ...fallback];
      const twice = order.find((name, index) => order.indexOf(name) < index);
      return twice === undefined ? undefined : `expected each provider once, with esp32Server.${stage}.provider; ${twice} is there twice`;
    },
  })),
  {
    key: "conversation.turnWatchdogMs",
    others: STAGES.map((name) => `esp32Server.timeoutMs.${name}`),
    broken: ({ conversation, esp32Server: { timeoutMs } }) => {
      const longest = Math.max(...STAGES.map((name) => timeoutMs[name]));
      return conversation.turnWatchdogMs <= longest
        ? `expected more than every esp32Server.timeoutMs, the longest of which is ${longest}, so that a stage can report its own failure`
        : undefined;
    },
  },
  {
    key: "load.hardMemoryMiB",
    others: ["load.softMemoryMiB"],
    broken: ({ load: { hardMemoryMiB, softMemoryMiB } }) =>
      hardMemoryMiB > 0 && hardMemoryMiB <= softMemoryMiB ? `expected more than load.softMemoryMiB, which is ${softMemoryMiB}` : undefined,
  },
  {
    key: "load.slowCloseMs",
    others: ["load.slowNoticeMs"],
    broken: ({ load: { slowCloseMs, slowNoticeMs } }) =>
      slowCloseMs <= slowNoticeMs ? `expected more than load.slowNoticeMs, which is ${slowNoticeMs}` : undefined,
  },
  {
    key: "conversation.role",
    others: ["conversation.roles"],
    broken: ({ conversation: { role, roles } }) => role === "" || Object.hasOwn(roles, role) ? undefined : `expected ${namesOf(roles)}`,
  },
  {
    key: "devices.overrides",
    others: ["conversation.roles"],
    broken: ({ devices: { overrides }, conversation: { roles } }) => {
      const [device] = Object.entries(overrides).find(([, { role }]) => role !== undefined && !Object.hasOwn(roles, role)) ?? [];
      return device === undefined ? undefined : `expected ${namesOf(roles)} as the role of ${device}`;
    },
  },
  ...(["turnsPerDay", "spokenSecondsPerDay"] as const).map((name): ConfigRule => ({
    key: `limits.${name}`,
    others: ["history.enabled"],
    broken: ({ limits, history }) =>
      limits[name] > 0 && !history.enabled
        ? "expected 0, because history.enabled is false and the day is counted in the history"
        : undefined,
  })),
  ...(["endpoint", "bucket", "accessKeyId", "secretAccessKey"] as const).map((name): ConfigRule => ({
    key: `history.audioStore.${name}`,
    others: ["history.audioStore.kind"],
    broken: ({ history: { audioStore } }) =>
      audioStore.kind === "s3" && audioStore[name] === "" ? "expected a value, because history.audioStore.kind is s3" : undefined,
  })),
  {
    key: "sync.minIntervalMs",
    others: ["sync.intervalMs"],
    broken: ({ sync }) =>
      sync.minIntervalMs > sync.intervalMs ? `expected at most sync.intervalMs, which is ${sync.intervalMs}` : undefined,
  },
  {
    key: "sync.backoffMaxMs",
    others: ["sync.backoffMs"],
    broken: ({ sync }) => sync.backoffMaxMs < sync.backoffMs ? `expected at least sync.backoffMs, which is ${sync.backoffMs}` : undefined,
  },
  {
    key: "sync.stock.database",
    others: ["database.host"],
    broken: ({ sync, database }) =>
      sync.stock.database !== "" && database.host === "" ? "expected nothing, because database.host names no server" : undefined,
  },
  {
    key: "history.audio",
    others: ["history.enabled"],
    broken: ({ history }) => history.audio !== "none" && !history.enabled ? "expected none, because history.enabled is false" : undefined,
  },
  {
    key: "database.tls",
    others: ["database.host"],
    broken: ({ database: { host, tls } }) =>
      tls === "verify" && isIP(host) !== 0 ? `expected off or required, because database.host is an address and no host name` : undefined,
  },
  {
    key: "database.host",
    others: ["history.enabled"],
    broken: ({ database, history }) =>
      database.host !== "" && !history.enabled ? "expected nothing, because history.enabled is false" : undefined,
  },
];

function namesOf(roles: Config["conversation"]["roles"]): string {
  const names = Object.keys(roles);
  return names.length === 0 ? "nothing, because conversation.roles has no role" : `one of conversation.roles: ${names.join(", ")}`;
}
