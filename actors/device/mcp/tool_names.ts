/**
 * Names of tools for language models. Devices name tools with dots; the interfaces of models want `[A-Za-z0-9_-]`, at most 64 characters.
 *
 * @module
 */

/** Longest name of a function that the OpenAI chat interface accepts. */
export const MAX_TOOL_NAME = 64;

/**
 * Gives each device name a model name of its own, in the order given: what is not allowed becomes `_`, and the second of two equal names
 * gets `_2`. Names given twice are one.
 *
 * @returns Model name by device name.
 */
export function modelNames(deviceNames: Iterable<string>): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const deviceName of deviceNames) {
    if (names.has(deviceName)) continue;
    const base = deviceName.replace(/[^A-Za-z0-9_-]/gu, "_");
    let name = base.slice(0, MAX_TOOL_NAME);
    for (let n = 2; taken.has(name); n++) name = base.slice(0, MAX_TOOL_NAME - `_${n}`.length) + `_${n}`;
    taken.add(name);
    names.set(deviceName, name);
  }
  return names;
}

/** Makes a function that writes the model's names for the device's wherever a text mentions them, so that descriptions stay true. */
export function nameRewriter(names: ReadonlyMap<string, string>): (text: string) => string {
  const changed = [...names].filter(([from, to]) => from !== to).map(([from]) => from).sort((a, b) => b.length - a.length);
  if (changed.length === 0) return (text) => text;
  // A name that is part of a longer one, such as self.screen in self.screen.theme, is left alone.
  const pattern = new RegExp(`(?<![\\w.-])(?:${changed.map(RegExp.escape).join("|")})(?![\\w-]|\\.\\w)`, "g");
  return (text) => text.replace(pattern, (name) => names.get(name) ?? name);
}
