/**
 * How much room text takes, guessed without a font: layout happens where there is no browser.
 *
 * @module
 */

/** Size of a state's name, pixels. */
export const TITLE_SIZE = 13;
/** Size of all other text, pixels. */
export const TEXT_SIZE = 11;
/** Line to line, in sizes. */
export const LINE = 1.36;

/** Width of a line in pixels: a little more than common fonts take, so that text never leaves its box. */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const char of text) {
    if (
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\u3000-\u303f\uff01-\uff60]/u.test(
        char,
      )
    ) ems += 1;
    else if (/[A-ZMW@%mw_—→]/.test(char)) ems += 0.76;
    else if (/[iljtf.,:;'|!()[\] ]/.test(char)) ems += 0.36;
    else ems += 0.6;
  }
  return Math.ceil(ems * size);
}
