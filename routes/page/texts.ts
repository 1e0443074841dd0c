/**
 * What the page says, in both languages.
 *
 * @module
 */

import type { TurnOutcome } from "../../services/history/store.ts";
import type { PageLanguage } from "./language.ts";

/** The words of the page in one language. */
export interface PageTexts {
  readonly title: string;
  readonly tagline: string;
  readonly intro: string;
  readonly running: string;
  readonly stopping: string;
  readonly connect: string;
  readonly otaLabel: string;
  readonly otherAddresses: string;
  readonly copy: string;
  readonly copied: string;
  readonly steps: readonly { readonly title: string; readonly text: string }[];
  readonly otherClients: string;
  readonly loopbackOnly: string;
  readonly devices: string;
  readonly noDevices: string;
  readonly turns: string;
  readonly noTurns: string;
  readonly noHistory: string;
  readonly ownerTitle: string;
  readonly ownerText: string;
  readonly signIn: string;
  readonly since: string;
  readonly board: string;
  readonly firmware: string;
  readonly turnCount: string;
  readonly tools: string;
  readonly address: string;
  readonly person: string;
  readonly assistant: string;
  readonly nothingSaid: string;
  readonly nothingHeard: string;
  readonly unheard: string;
  readonly replyAfter: string;
  readonly heardFor: string;
  readonly status: string;
  readonly unreachable: string;
  readonly states: Readonly<Record<string, string>>;
  readonly modes: Readonly<Record<"auto" | "manual" | "realtime", string>>;
  readonly outcomes: Readonly<Record<TurnOutcome, string>>;
  readonly sources: Readonly<Record<"speech" | "text" | "wake" | "say", string>>;
}

const en: PageTexts = {
  title: "Xiaozhi voice server",
  tagline: "Your own voice assistant server",
  intro: "It answers xiaozhi ESP32 devices by voice, on your own network. Point a device at the address below, and talk.",
  running: "Running",
  stopping: "Stopping",
  connect: "Connect a device",
  otaLabel: "OTA address to type into the device",
  otherAddresses: "If the device cannot reach it, try",
  copy: "Copy",
  copied: "Copied",
  steps: [
    {
      title: "Open its Wi-Fi setup",
      text: "Switch the device on; while it has no network it opens a hotspot named Xiaozhi-… Join it and go to http://192.168.4.1.",
    },
    { title: "Enter the OTA address", text: "It belongs under Advanced. Save it, then choose your Wi-Fi network." },
    { title: "Talk to it", text: "The device restarts and asks this server for its settings. Say the wake word or press its button." },
  ],
  otherClients: "For clients that take a WebSocket address",
  loopbackOnly: "This server listens on this machine alone. Set server.host to 0.0.0.0 to let devices reach it.",
  devices: "Connected now",
  noDevices: "No device is connected. Devices connect when somebody talks to them and leave when the conversation is over.",
  turns: "Last turns",
  noTurns: "Nothing has been said yet.",
  noHistory: "The history cannot be read at the moment.",
  ownerTitle: "Is this yours?",
  ownerText:
    "Devices and conversations are shown to the owner alone: on this machine at localhost, or with the password that was printed at first start.",
  signIn: "Sign in",
  since: "connected for",
  board: "board",
  firmware: "firmware",
  turnCount: "turns",
  tools: "tools",
  address: "address",
  person: "Person",
  assistant: "Assistant",
  nothingSaid: "(nothing recognised)",
  nothingHeard: "(no answer)",
  unheard: "not heard any more",
  replyAfter: "answered after",
  heardFor: "spoke for",
  status: "Status as JSON",
  unreachable: "The server does not answer",
  states: {
    connecting: "connecting",
    idle: "idle",
    listening: "listening",
    vad: "hearing",
    recognizing: "recognising",
    thinking: "thinking",
    speaking: "speaking",
    persisting: "saving",
    closing: "leaving",
  },
  modes: { auto: "auto", manual: "push to talk", realtime: "realtime" },
  outcomes: { completed: "completed", interrupted: "interrupted", failed: "failed", empty: "empty", crashed: "crashed" },
  sources: { speech: "spoken", text: "typed", wake: "wake word", say: "announcement" },
};

const zh: PageTexts = {
  title: "小智语音服务器",
  tagline: "你自己的语音助手服务器",
  intro: "它在你自己的网络里用语音回答小智 ESP32 设备。把下面的地址填进设备，就可以开始对话。",
  running: "运行中",
  stopping: "正在停止",
  connect: "连接设备",
  otaLabel: "填入设备的 OTA 地址",
  otherAddresses: "如果设备连不上，可以试试",
  copy: "复制",
  copied: "已复制",
  steps: [
    { title: "进入配网页面", text: "给设备通电；没有网络时它会开启名为 Xiaozhi-… 的热点。连上热点，打开 http://192.168.4.1。" },
    { title: "填写 OTA 地址", text: "在“高级选项”里填写并保存，然后选择你的 Wi-Fi。" },
    { title: "开始对话", text: "设备会重启并向本服务器获取设置。说出唤醒词，或按一下按键。" },
  ],
  otherClients: "供直接填写 WebSocket 地址的客户端使用",
  loopbackOnly: "本服务器只在本机监听。把 server.host 设为 0.0.0.0，设备才能连接。",
  devices: "当前连接",
  noDevices: "没有已连接的设备。有人说话时设备才会连接，对话结束后断开。",
  turns: "最近对话",
  noTurns: "还没有对话。",
  noHistory: "暂时无法读取历史记录。",
  ownerTitle: "这是你的服务器吗？",
  ownerText: "设备和对话只显示给主人：在本机通过 localhost 访问，或使用首次启动时打印的密码。",
  signIn: "登录",
  since: "已连接",
  board: "开发板",
  firmware: "固件",
  turnCount: "轮对话",
  tools: "工具",
  address: "地址",
  person: "用户",
  assistant: "助手",
  nothingSaid: "（没有识别到内容）",
  nothingHeard: "（没有回答）",
  unheard: "后面的没有听到",
  replyAfter: "应答用时",
  heardFor: "播放时长",
  status: "状态 JSON",
  unreachable: "服务器没有响应",
  states: {
    connecting: "连接中",
    idle: "空闲",
    listening: "等待说话",
    vad: "正在听",
    recognizing: "识别中",
    thinking: "思考中",
    speaking: "回答中",
    persisting: "保存中",
    closing: "断开中",
  },
  modes: { auto: "自动", manual: "按键说话", realtime: "实时" },
  outcomes: { completed: "完成", interrupted: "被打断", failed: "失败", empty: "无内容", crashed: "异常中止" },
  sources: { speech: "语音", text: "文字", wake: "唤醒词", say: "播报" },
};

/** The words in each language. */
export const TEXTS: Readonly<Record<PageLanguage, PageTexts>> = { en, zh };
