/**
 * What devices are doing, and what may be wrong with them, in words.
 *
 * @module
 */

import { texts } from "./texts.ts";

/** Names of states, modes and alerts. */
export const stateTexts = texts({
  states: {
    offline: "offline",
    online: "online",
    connecting: "connecting",
    preparing: "preparing",
    idle: "idle",
    listening: "listening",
    vad: "hearing",
    recognizing: "recognising",
    thinking: "thinking",
    speaking: "speaking",
    persisting: "saving",
    closing: "leaving",
    closed: "gone",
    crashed: "crashed",
  },
  modes: { auto: "auto", manual: "push to talk", realtime: "realtime" },
  alerts: {
    stuck: "in one state for too long",
    crashing: "crashes again and again",
    alerted: "an alert is about it",
    restarted: "crashed since the server began",
    slow: "answers slowly",
    signal: "weak signal",
  },
}, {
  states: {
    offline: "离线",
    online: "在线",
    connecting: "连接中",
    preparing: "准备中",
    idle: "空闲",
    listening: "等待说话",
    vad: "正在听",
    recognizing: "识别中",
    thinking: "思考中",
    speaking: "回答中",
    persisting: "保存中",
    closing: "断开中",
    closed: "已断开",
    crashed: "异常中止",
  },
  modes: { auto: "自动", manual: "按键说话", realtime: "实时" },
  alerts: {
    stuck: "在同一状态停留过久",
    crashing: "反复崩溃",
    alerted: "有相关告警",
    restarted: "服务启动后曾异常中止",
    slow: "应答缓慢",
    signal: "信号弱",
  },
});
