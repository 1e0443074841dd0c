/**
 * English number words.
 *
 * @module
 */

const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    .split(" ");
const TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: Readonly<Record<string, number>> = { thousand: 1e3, million: 1e6, billion: 1e9 };

/** A number read from the front of a list of words. */
export interface ReadNumber {
  readonly value: number;
  /** How many words it took. */
  readonly length: number;
}

/** Reads the number words at `start`: "two hundred and five", "twenty one", "three point one four". */
export function readEnglishNumber(words: readonly string[], start: number): ReadNumber | undefined {
  let at = start;
  let total = 0;
  let group: number | undefined;
  // What may still be added: after "twenty" one of 1 to 9, after "hundred" anything below a hundred, after "five" nothing.
  let room = Infinity;
  let scale = Infinity;
  for (; at < words.length; at++) {
    const word = words[at] ?? "";
    const value = plainValue(word) ?? (word === "a" && /^(hundred|thousand|million|billion)$/.test(words[at + 1] ?? "") ? 1 : undefined);
    if (value !== undefined && value < room && (value > 0 || group === undefined)) {
      group = (group ?? 0) + value;
      room = value >= 20 ? 10 : 0;
    } else if (word === "hundred" && group !== undefined && group > 0 && group < 10) {
      group *= 100;
      room = 100;
    } else if (SCALES[word] !== undefined && group !== undefined && SCALES[word] < scale) {
      scale = SCALES[word];
      total += group * scale;
      group = 0;
      room = 1000;
    } else if (word === "and" && room >= 100 && group !== undefined && (plainValue(words[at + 1] ?? "") ?? 0) > 0) {
      continue;
    } else break;
  }
  if (group === undefined) return undefined;
  let value = total + group;
  if (words[at] === "point" && digitOf(words[at + 1]) !== undefined) {
    let digits = "";
    for (at++; digitOf(words[at]) !== undefined; at++) digits += digitOf(words[at]);
    value = Number(`${value}.${digits}`);
  }
  return { value, length: at - start };
}

function plainValue(word: string): number | undefined {
  const small = SMALL.indexOf(word);
  if (small >= 0) return small;
  const tens = TENS.indexOf(word);
  return tens >= 0 ? (tens + 2) * 10 : undefined;
}

function digitOf(word: string | undefined): number | undefined {
  if (word === "oh") return 0;
  const value = word === undefined ? undefined : plainValue(word);
  return value !== undefined && value < 10 ? value : undefined;
}
