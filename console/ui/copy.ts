/**
 * The clipboard, also where browsers keep its interface from pages: on other machines' addresses without https.
 *
 * @module
 */

/**
 * Puts a text on the clipboard.
 *
 * @throws Where the browser refuses both ways.
 */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    try {
      return await navigator.clipboard.writeText(text);
    } catch {
      // Not allowed to this page; the old way may be.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden-text";
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!isDone) throw new Error("The browser did not copy");
}
