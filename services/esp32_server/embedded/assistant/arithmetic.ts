/**
 * Sums, written or spoken, in English and Chinese. Own parser: nothing is evaluated as code.
 *
 * @module
 */

import { CHINESE_NUMBER, chineseNumber } from "./numbers_zh.ts";
import { readEnglishNumber } from "./numbers_en.ts";

/** Longest question looked at: a sum said aloud is far shorter. */
const MAX_CHARS = 200;

/** Digits that are said of a result; more is noise of binary fractions. */
const RESULT_DIGITS = 10;

const ENGLISH_FRAME =
  /^(?:(?:hey|ok|okay|please|so|and|can you|could you|tell me|do you know)\s+)*(?:what is|what's|whats|how much is|calculate|compute|work out)?\s*/;
const ENGLISH_TAIL = /\s*(?:equals|equal|is|make|makes|please)?\s*(?:what)?\s*=?\s*$/;
const CHINESE_FRAME = /^(?:请问|请|帮我|你|知道|那|计算一下|计算|算一下|算算|算|一下)*/u;
const CHINESE_TAIL = /(?:等于|是|得)?(?:多少|几|什么)?(?:呢|啊|呀|吗)?=?$/u;

const CHINESE_OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/除以/gu, "/"],
  [/乘以|乘上|乘/gu, "*"],
  [/加上|加/gu, "+"],
  [/减去|减/gu, "-"],
  [/负/gu, "-"],
];

const ENGLISH_OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:multiplied by|times)\b/g, " * "],
  [/\b(?:divided by|over)\b/g, " / "],
  [/\b(?:plus)\b/g, " + "],
  [/\b(?:minus|negative)\b/g, " - "],
  [/(?<=\d)\s*x\s*(?=[\d(])/g, " * "],
];

/** A sum found in a text. */
export interface Sum {
  /** The value, `NaN` after a division by zero. */
  readonly value: number;
}

/** The value of the sum that a text asks for; `undefined` when it asks for none. */
export function sumIn(text: string): Sum | undefined {
  if (text.length > MAX_CHARS) return undefined;
  const plain = text.normalize("NFKC").toLowerCase().replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-").replace(
    /[?？!！。,，;；:：]|\.(?!\d)/gu,
    " ",
  )
    .trim();
  const expression = /\p{Script=Han}/u.test(plain) ? fromChinese(plain) : fromEnglish(plain);
  if (expression === undefined || !/^[\d.\s()+*/-]+$/.test(expression) || !/\d\)*\s*[+*/-]/.test(expression)) return undefined;
  const value = evaluate(expression);
  return value === undefined ? undefined : { value };
}

/** A result as it is said: at most ten digits, no exponent for what people say. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(RESULT_DIGITS)));
}

function fromChinese(text: string): string | undefined {
  let expression = text.replaceAll(/\s+/g, "").replace(CHINESE_FRAME, "").replace(CHINESE_TAIL, "");
  expression = expression.replace(CHINESE_NUMBER, (word) => {
    const value = chineseNumber(word);
    return value === undefined ? "?" : `(${decimal(value)})`;
  });
  for (const [word, operator] of CHINESE_OPERATORS) expression = expression.replace(word, operator);
  return expression;
}

function fromEnglish(text: string): string {
  let expression = text.replace(/([a-z])-(?=[a-z])/g, "$1 ").replace(ENGLISH_FRAME, "").replace(ENGLISH_TAIL, "");
  const words = expression.split(/\s+|(?=[()])|(?<=[()])/).filter((word) => word !== "");
  const parts: string[] = [];
  for (let at = 0; at < words.length;) {
    const number = readEnglishNumber(words, at);
    parts.push(number === undefined ? words[at] ?? "" : `(${decimal(number.value)})`);
    at += number?.length ?? 1;
  }
  expression = parts.join(" ");
  for (const [word, operator] of ENGLISH_OPERATORS) expression = expression.replace(word, operator);
  return expression;
}

/** Plain digits: an exponent would not be read as part of the number. */
function decimal(value: number): string {
  return value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 });
}

/** The value of digits, + - * / and parentheses; `undefined` when they do not fit together. */
function evaluate(expression: string): number | undefined {
  const tokens = expression.match(/\d+(?:\.\d+)?|\.\d+|\S/g) ?? [];
  let at = 0;
  const sum = (): number | undefined => {
    let left = product();
    while (left !== undefined && (tokens[at] === "+" || tokens[at] === "-")) {
      const sign = tokens[at++] === "+" ? 1 : -1;
      const right = product();
      left = right === undefined ? undefined : left + sign * right;
    }
    return left;
  };
  const product = (): number | undefined => {
    let left = factor();
    while (left !== undefined && (tokens[at] === "*" || tokens[at] === "/")) {
      const divide = tokens[at++] === "/";
      const right = factor();
      if (right === undefined) return undefined;
      left = divide ? (right === 0 ? NaN : left / right) : left * right;
    }
    return left;
  };
  const factor = (): number | undefined => {
    const token = tokens[at++];
    if (token === "-" || token === "+") {
      const value = factor();
      return value === undefined ? undefined : token === "-" ? -value : value;
    }
    if (token === "(") {
      const value = sum();
      return tokens[at++] === ")" ? value : undefined;
    }
    return token !== undefined && /^\d|^\.\d/.test(token) ? Number(token) : undefined;
  };
  const value = sum();
  return at === tokens.length ? value : undefined;
}
