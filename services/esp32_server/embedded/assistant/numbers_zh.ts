/**
 * Chinese number words.
 *
 * @module
 */

const DIGITS: Readonly<Record<string, number>> = {
  零: 0,
  〇: 0,
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};
const UNITS: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 };
const MYRIADS: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };

/** What a stretch of Chinese number characters looks like, for use in a larger pattern. */
export const CHINESE_NUMBER = /[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?/gu;

/** The value of number characters: 三十五, 一百零二, 两万三千, 二零二六, 三点一四; `undefined` for others. */
export function chineseNumber(text: string): number | undefined {
  const [whole = "", fraction] = text.split("点");
  const value = /^[零〇一二三四五六七八九]{2,}$/u.test(whole) ? Number(digits(whole)) : inUnits(whole);
  if (value === undefined || fraction === undefined) return value;
  return Number(`${value}.${digits(fraction)}`);
}

function digits(text: string): string {
  return [...text].map((character) => DIGITS[character]).join("");
}

function inUnits(text: string): number | undefined {
  let total = 0;
  let section = 0;
  let digit: number | undefined;
  // Units fall within a section, and 万 and 亿 fall over the whole; what rises again is no number.
  let lastUnit = Infinity;
  let lastMyriad = Infinity;
  for (const character of text) {
    const unit = UNITS[character];
    const myriad = MYRIADS[character];
    if (unit !== undefined) {
      if (unit >= lastUnit) return undefined;
      section += (digit === undefined || digit === 0 ? 1 : digit) * unit;
      lastUnit = unit;
      digit = undefined;
    } else if (myriad !== undefined) {
      const value = section + (digit ?? 0);
      if (myriad >= lastMyriad || value === 0) return undefined;
      total += value * myriad;
      lastMyriad = myriad;
      lastUnit = Infinity;
      section = 0;
      digit = undefined;
    } else {
      const value = DIGITS[character];
      if (value === undefined || (digit !== undefined && digit !== 0)) return undefined;
      digit = value;
    }
  }
  return text === "" ? undefined : total + section + (digit ?? 0);
}
