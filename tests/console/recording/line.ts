import type { RecordLine } from "../../../services/recorder/record.ts";

/** A record, of which a test says what matters to it. */
export function line(seq: number, more: Partial<RecordLine>): RecordLine {
  return { seq, t: seq, wall: seq, kind: "note", actor: "", type: "n", ...more };
}
