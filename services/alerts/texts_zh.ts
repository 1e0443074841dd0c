/**
 * Alerts in Chinese.
 *
 * @module
 */

import type { AlertTexts } from "./texts.ts";

/** The words of each rule. */
export const zh: AlertTexts = {
  component_failed: ({ subject, more }) => ({
    summary: `${subject} 发生故障`,
    reason: `${subject} 的检查失败${more}`,
    nextStep: `查看 /health/detailed 中的 ${subject} 并恢复它；服务器会自动重新连接`,
  }),
  component_degraded: ({ subject, more }) => ({
    summary: `${subject} 已降级`,
    reason: `${subject} 状态不佳，对话在没有它的情况下继续${more}`,
    nextStep: `查看 /health/detailed 中的 ${subject}；有空时恢复即可，无需重启任何服务`,
  }),
  outbox_old: ({ shown, shownLimit }) => ({
    summary: "对话轮次等待投递",
    reason: `发件箱中最早的轮次已等待 ${shown} 秒，超过 ${shownLimit} 秒`,
    nextStep: "轮次安全地保存在数据目录中。请检查历史数据库是否可达、可写：/api/status 中的 delivery 会说明原因",
  }),
  sync_lag: ({ shown, shownLimit }) => ({
    summary: "其他服务器的历史记录同步延迟",
    reason: `同步落后 ${shown} 秒，超过 ${shownLimit} 秒`,
    nextStep: "检查来源是否响应，以及是否有节点在主持同步（xz_leader）；之后会自动追上",
  }),
  turn_errors: ({ shown, shownLimit }) => ({
    summary: "大量对话轮次失败",
    reason: `最近 5 分钟有 ${shown} % 的轮次失败，超过 ${shownLimit} %`,
    nextStep: "先在 /health/detailed 查看熔断器和服务商，确定失败的阶段，再看 esp32_server 类别的日志；为该阶段配置后备",
  }),
  provider_errors: ({ subject, shown, shownLimit }) => ({
    summary: `调用 ${subject} 失败`,
    reason: `5 分钟内对 ${subject} 的调用有 ${shown} % 失败，超过 ${shownLimit} %`,
    nextStep: "检查该服务商的密钥、额度和地址；配置了后备的阶段会继续工作",
  }),
  slow_responses: ({ shown, shownLimit }) => ({
    summary: "回答太慢",
    reason: `最近 5 分钟内，每 20 个回答中有 1 个超过 ${shown} 秒才开始；上限为 ${shownLimit} 秒`,
    nextStep: "在 Conversation quality 仪表板（xz_turn_stage_seconds）查看耗时的阶段，并检查事件循环是否变慢",
  }),
  crashes: ({ subject, shown, shownLimit }) => ({
    summary: `${subject} 反复崩溃`,
    reason: `${subject} 在 10 分钟内崩溃 ${shown} 次，超过 ${shownLimit} 次`,
    nextStep: "在 supervision 类别的日志中查看原因；如果堆栈指向本程序，请报告",
  }),
  device_stuck: ({ subject, shown, shownLimit, more }) => ({
    summary: `设备卡在 ${subject}`,
    reason: `有设备处于 ${subject} 状态已 ${shown} 秒，看门狗本应在 ${shownLimit} 秒之前动作${more}`,
    nextStep: "先从 /debug/devices/<id>/recording 保存其记录，再重启设备；这是服务器的缺陷，请报告",
  }),
  disk_low: ({ shown, shownLimit }) => ({
    summary: "磁盘将满",
    reason: `数据目录所在磁盘仅剩 ${shown} MiB 空间，低于 ${shownLimit} MiB`,
    nextStep: "释放空间，调低 history.maxBytes 或保留天数，或把音频移到外部存储；磁盘写满会丢失轮次",
  }),
  event_loop_slow: ({ shown, shownLimit }) => ({
    summary: "服务器过载",
    reason: `定时器延迟 ${shown} 毫秒，超过 ${shownLimit} 毫秒：声音会断续`,
    nextStep: "检查处理器负载。调低 server.maxConnections，减轻负载或增加节点",
  }),
  budget_burn_fast: ({ shown, shownLimit }) => ({
    summary: "错误预算消耗过快",
    reason: `最近一小时直到现在，轮次失败的速度是 99.9 % 目标允许的 ${shown} 倍；上限为 ${shownLimit} 倍`,
    nextStep: "按故障处理：在 /health/detailed 找出失败的阶段，关闭或回滚最近的改动",
  }),
  budget_burn_slow: ({ shown, shownLimit }) => ({
    summary: "错误预算正在消耗",
    reason: `最近六小时直到现在，轮次失败的速度是 99.9 % 目标允许的 ${shown} 倍；上限为 ${shownLimit} 倍`,
    nextStep: "在 Conversation quality 仪表板找出时而失败的阶段，当天修复",
  }),
};
