/**
 * What a delivery tells those who count.
 *
 * @module
 */

/** Something that a metric can be made of. No text of a conversation and no id is in it. */
export type DeliveryEvent =
  /** A batch is in the archive: `skipped` of it were there already. */
  | { readonly type: "delivered"; readonly turns: number; readonly sessions: number; readonly skipped: number; readonly ms: number }
  /** An attempt failed; `retryable` says whether by something that passes. */
  | { readonly type: "failed"; readonly code: string; readonly retryable: boolean }
  /** Something was refused for good and set aside. */
  | { readonly type: "parked"; readonly kind: "turn" | "session"; readonly code: string }
  /** What had been set aside is tried again. */
  | { readonly type: "unparked"; readonly count: number };
