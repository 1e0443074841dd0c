/**
 * Words that several pages say.
 *
 * @module
 */

import { texts } from "./texts.ts";

/** Words of the frame and of what all pages share. */
export const commonTexts = texts({
  product: "Xiaozhi console",
  skip: "Skip to content",
  navigation: "Main navigation",
  language: "Language",
  otherLanguage: "中文",
  theme: "Theme",
  themes: { system: "As the system", light: "Light", dark: "Dark" },
  signOut: "Sign out",
  signedInAs: "Signed in as {role}",
  roles: { operator: "operator", viewer: "viewer" },
  viewerNote: "You are signed in as a viewer: you see everything here and change nothing.",
  loading: "Loading…",
  retry: "Try again",
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  saved: "Saved",
  failed: "That did not work",
  unreachable: "The server does not answer. Is it running?",
  reconnecting: "The connection to the server is lost; reconnecting…",
  live: "Live",
  notFoundTitle: "There is no such page",
  notFoundText: "The address may have been mistyped, or the page has moved.",
  pageFailed: "This page could not be loaded",
  toDevices: "To the devices",
  reload: "Load again",
}, {
  product: "小智控制台",
  skip: "跳到正文",
  navigation: "主导航",
  language: "语言",
  otherLanguage: "English",
  theme: "外观",
  themes: { system: "跟随系统", light: "浅色", dark: "深色" },
  signOut: "退出登录",
  signedInAs: "已登录：{role}",
  roles: { operator: "管理员", viewer: "访客" },
  viewerNote: "你以访客身份登录：可以查看全部内容，但不能更改。",
  loading: "加载中…",
  retry: "重试",
  cancel: "取消",
  close: "关闭",
  save: "保存",
  saved: "已保存",
  failed: "操作没有成功",
  unreachable: "服务器没有响应，它在运行吗？",
  reconnecting: "与服务器的连接已断开，正在重新连接…",
  live: "实时",
  notFoundTitle: "没有这个页面",
  notFoundText: "地址可能有误，或者页面已经移动。",
  pageFailed: "页面无法加载",
  toDevices: "查看设备",
  reload: "重新加载",
});
