import assert from "node:assert/strict";
import { resolveUplinkTuning } from "../../../audio/uplink/tuning.ts";
import { type Config, ConfigError, configWith, type DeepPartial } from "../../../services/config/mod.ts";

const BROKEN: readonly (readonly [string, DeepPartial<Config>, RegExp])[] = [
  [
    "an idle time-out that the device's 120 s rule would beat",
    { devices: { idleTimeoutMs: 120_000 } },
    /devices\.idleTimeoutMs = 120000 .*119999/,
  ],
  [
    "a stop threshold at the start threshold",
    { audio: { vad: { stopThreshold: 0.5 } } },
    /vad\.stopThreshold = 0\.5 .*startThreshold, which is 0\.5/,
  ],
  ["silence as long as the longest utterance", { audio: { vad: { silenceMs: 1000, maxUtteranceMs: 1000 } } }, /vad\.silenceMs = 1000/],
  [
    "a least silence above the longest",
    { audio: { vad: { minSilenceMs: 1201 } } },
    /vad\.minSilenceMs = 1201 .*maxSilenceMs, which is 1200/,
  ],
  ["silence shorter than the longest packet", { audio: { vad: { silenceMs: 119 } } }, /vad\.silenceMs = 119 .*120/],
  [
    "what is kept from before speech, longer than the longest utterance together with the shortest speech",
    { audio: { vad: { maxUtteranceMs: 1000, preRollMs: 600, minSpeechMs: 400 } } },
    /vad\.maxUtteranceMs = 1000 .*more than audio\.vad\.preRollMs and audio\.vad\.minSpeechMs together, which are 1000/,
  ],
  [
    "a certificate verified for an address",
    { database: { host: "10.0.0.2", tls: "verify" } },
    /database\.tls = "verify" .*off or required, because database\.host is an address/,
  ],
  [
    "a database server without a history",
    { database: { host: "db" }, history: { enabled: false } },
    /database\.host = "db" .*history\.enabled is false/,
  ],
  [
    "a stock server's tables on no server",
    { sync: { stock: { database: "xiaozhi_esp32_server" } } },
    /sync\.stock\.database = "xiaozhi_esp32_server" .*database\.host names no server/,
  ],
  ["a sync that is busier when quiet", { sync: { intervalMs: 1000, minIntervalMs: 2000 } }, /sync\.minIntervalMs = 2000 .*which is 1000/],
  ["a back-off that shrinks", { sync: { backoffMs: 5000, backoffMaxMs: 1000 } }, /sync\.backoffMaxMs = 1000 .*which is 5000/],
  ["both transports on one port", { server: { transport: "ws", wsPort: 8000 } }, /server\.wsPort = 8000 .*another port/],
  [
    "an S3-compatible store without a bucket",
    { history: { audioStore: { kind: "s3", endpoint: "http://minio:9000", accessKeyId: "a", secretAccessKey: "b" } } },
    /history\.audioStore\.bucket = "" .*kind is s3/,
  ],
  ["a list of devices without devices", { devices: { allow: "list" } }, /devices\.list = \[\] .*at least one/],
  ["a microphone watched longer than the session lasts", { devices: { silentMicMs: 90_000 } }, /silentMicMs = 90000 .*idleTimeoutMs/],
  [
    "a watchdog that beats a stage",
    { esp32Server: { timeoutMs: { chatIdle: 60_000 } } },
    /turnWatchdogMs = 60000 .*longest of which is 60000/,
  ],
  [
    "an OpenAI-compatible stage without a model",
    { esp32Server: { chat: { provider: "openai" }, openai: { baseUrl: "http://localhost:8000/v1" } } },
    /openai\.chat\.model = "" .*name of a model/,
  ],
  [
    "an OpenAI-compatible stage without a server",
    {
      esp32Server: { synthesize: { provider: "openai" }, openai: { chat: { baseUrl: "http://localhost/v1" }, synthesize: { model: "m" } } },
    },
    /openai\.synthesize\.baseUrl = "" .*esp32Server\.openai\.baseUrl/,
  ],
  [
    "an OpenAI-compatible stand-in without a model",
    { esp32Server: { chat: { provider: "http", fallback: ["openai"] }, openai: { baseUrl: "http://localhost:8000/v1" } } },
    /openai\.chat\.model = "" .*provider or its fallback is openai/,
  ],
  [
    "a stand-in for itself",
    { esp32Server: { synthesize: { provider: "http", fallback: ["embedded", "http"] } } },
    /synthesize\.fallback = .*each provider once.*http is there twice/,
  ],
  [
    "a stand-in that is none",
    { esp32Server: { chat: { fallback: ["auto" as "http"] } } },
    /chat\.fallback\.0 = "auto" .*embedded \| http \| openai/,
  ],
  ["an address of the OpenAI API that is none", { esp32Server: { openai: { baseUrl: "localhost:11434" } } }, /openai\.baseUrl = .*\/v1/],
  ["audio of a history that is off", { history: { enabled: false, audio: "both" } }, /history\.audio = "both" .*expected none/],
  ["a proxy that is no address", { server: { trustedProxies: ["10.0.0.0/33"] } }, /trustedProxies\.0 = "10\.0\.0\.0\/33"/],
  ["a time zone that does not exist", { server: { timezone: "Mars/Olympus" } }, /timezone = "Mars\/Olympus" .*IANA/],
  ["a public address that is no URL", { server: { publicUrl: "example.com:8000" } }, /publicUrl = .*http or https URL/],
  ["a default role that does not exist", { conversation: { role: "toString" } }, /conversation\.role = "toString" .*no role/],
  [
    "a device in a role that does not exist",
    { conversation: { roles: { cook: { persona: "You cook." } } }, devices: { overrides: { "aa:bb": { role: "pirate" } } } },
    /one of conversation\.roles: cook as the role of aa:bb/,
  ],
  ["a role without a persona", { conversation: { roles: { cook: { voice: "v" } as never } } }, /roles\.cook\.persona/],
  [
    "a daily limit that nothing counts",
    { limits: { turnsPerDay: 5 }, history: { enabled: false } },
    /turnsPerDay.*history\.enabled is false/,
  ],
  ["a weather address without a place", { tools: { weather: { url: "https://weather.example/" } } }, /weather\.url.*\{place\}/],
  ["a weather address whose host is said", { tools: { weather: { url: "https://{place}.example/{place}" } } }, /weather\.url.*\{place\}/],
  ["an empty data directory", { dataDir: "" }, /dataDir = "" .*not empty/],
];

for (const [what, changes, message] of BROKEN) {
  Deno.test(`${what} is refused`, () => {
    assert.throws(
      () => configWith(changes),
      (error) => error instanceof ConfigError && message.test(error.message) && error.problems.length === 1,
    );
  });
}

const SOUND: readonly (readonly [string, DeepPartial<Config>])[] = [
  ["an idle time-out just below the device's rule", { devices: { idleTimeoutMs: 119_999 } }],
  ["one port for both transports while only one is used", { server: { wsPort: 8000 } }],
  ["two free ports", { server: { transport: "ws", port: 0, wsPort: 0 } }],
  ["proxies by range in both families", { server: { trustedProxies: ["10.0.0.0/8", "::1", "fd00::/8"] } }],
  ["a public address below a path", { server: { publicUrl: "https://example.com/voice" } }],
  [
    "an OpenAI-compatible stage on the shared server, with fields of its own",
    {
      esp32Server: {
        recognize: { provider: "openai" },
        openai: { baseUrl: "http://localhost:8000/v1", recognize: { model: "m", extraBody: { temperature: 0, a: { b: [1] } } } },
      },
    },
  ],
  [
    "roles, one by default and one for a device",
    {
      conversation: {
        role: "老师",
        roles: { "老师": { persona: "你是老师。", language: "zh" }, cook: { persona: "You cook.", greeting: "Yes?" } },
      },
      devices: { overrides: { "aa:bb": { role: "cook" } } },
    },
  ],
  ["a weather address", { tools: { weather: { url: "https://wttr.in/{place}?format=4&key=1" } } }],
  ["a real time zone", { server: { timezone: "Asia/Shanghai" } }],
];

for (const [what, changes] of SOUND) {
  Deno.test(`${what} is accepted`, () => void configWith(changes));
}

Deno.test("a rule is not checked on values that are wrong by themselves", () => {
  const changes = { audio: { vad: { startThreshold: 7, stopThreshold: 0.9 } } };
  assert.throws(() => configWith(changes), (error) => error instanceof ConfigError && error.problems.length === 1);
});

Deno.test("what the configuration accepts for the VAD, the uplink accepts", () => {
  const values = [0, 0.01, 0.02, 0.35, 0.5, 0.98, 0.99, 1, 32, 100, 119, 120, 400, 500, 600, 1000, 2000, 5000, 10_000, 120_000];
  const { engine: _, ...defaults } = configWith().audio.vad;
  for (const name of Object.keys(defaults) as (keyof typeof defaults)[]) {
    for (const value of values) {
      for (const maxUtteranceMs of name === "maxUtteranceMs" ? [value] : [1000, 30_000]) {
        let accepted: Config;
        try {
          accepted = configWith({ audio: { vad: { maxUtteranceMs, [name]: value } } });
        } catch {
          continue;
        }
        const { engine: _, ...tuning } = accepted.audio.vad;
        resolveUplinkTuning(tuning);
      }
    }
  }
});
