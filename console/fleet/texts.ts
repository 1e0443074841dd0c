/**
 * What the fleet page says.
 *
 * @module
 */

import { texts } from "../i18n/texts.ts";

/** Its words. */
export const fleetTexts = texts({
  title: "Devices",
  search: "Search devices",
  searchHint: "Name, room, board, address…",
  filter: "Show",
  filters: { all: "All", online: "Online", busy: "In a turn", offline: "Offline", alerts: "With alerts" },
  view: "View",
  table: "Table",
  cards: "Cards",
  sort: "Sort by",
  columns: {
    name: "Device",
    state: "State",
    board: "Board",
    signal: "Signal",
    turns: "Turns today",
    restarts: "Restarts",
    latency: "Answers after",
    alerts: "Alerts",
  },
  seen: "Last seen",
  summary: "{shown} of {all} devices, {online} online",
  turns: "{count} turns today",
  restarts: "{count} restarts",
  latencies: "Answer times of the last {count} turns; the latest took {latest}",
  noneTitle: "No device has come by yet",
  noneText: "Point a device at the OTA address that the start page shows, and switch it on. It appears here by itself.",
  startPage: "To the start page",
  noMatchTitle: "No device fits",
  noMatchText: "Nothing in the fleet fits this search and filter.",
  showAll: "Show all devices",
  dBm: "{value} dBm",
}, {
  title: "设备",
  search: "搜索设备",
  searchHint: "名称、房间、开发板、地址…",
  filter: "显示",
  filters: { all: "全部", online: "在线", busy: "对话中", offline: "离线", alerts: "有告警" },
  view: "视图",
  table: "表格",
  cards: "卡片",
  sort: "排序",
  columns: {
    name: "设备",
    state: "状态",
    board: "开发板",
    signal: "信号",
    turns: "今日对话",
    restarts: "重启",
    latency: "应答用时",
    alerts: "告警",
  },
  seen: "最近出现",
  summary: "共 {all} 台设备，显示 {shown} 台，{online} 台在线",
  turns: "今日 {count} 轮对话",
  restarts: "重启 {count} 次",
  latencies: "最近 {count} 轮的应答用时；最新一次 {latest}",
  noneTitle: "还没有设备出现",
  noneText: "把首页显示的 OTA 地址填入设备并通电，设备会自动出现在这里。",
  startPage: "前往首页",
  noMatchTitle: "没有符合的设备",
  noMatchText: "没有设备符合当前的搜索和筛选条件。",
  showAll: "显示全部设备",
  dBm: "{value} dBm",
});
