/**
 * The part of the page that is the owner's: devices and turns.
 *
 * @module
 */

import { html } from "hono/html";
import type { DeviceStatus } from "../../actors/device/status.ts";
import type { StoredTurn } from "../../services/history/store.ts";
import { timeline } from "../../services/timeline/timeline.ts";
import { moment, span } from "./format.ts";
import type { PageModel } from "./model.ts";
import { type PageTexts, TEXTS } from "./texts.ts";

/** A piece of HTML in which every value has been escaped. */
export type Markup = ReturnType<typeof html>;

/** Devices and turns. */
export function ownerView(model: PageModel, owner: NonNullable<PageModel["owner"]>): Markup {
  const texts = TEXTS[model.language];
  return html`<section>
<h2>${texts.devices} <span class="count numbers">${owner.devices.length}</span></h2>
${
    owner.devices.length === 0
      ? html`
        <div class="card">
          <p class="empty">${texts.noDevices}</p>
        </div>
      `
      : html`<div class="devices">${owner.devices.map((device) => deviceCard(device, model, texts))}</div>`
  }
</section>
<section>
<h2>${texts.turns}</h2>
${turnList(owner.turns, model, texts)}
</section>`;
}

function deviceCard(device: DeviceStatus, model: PageModel, texts: PageTexts): Markup {
  const mode = device.mode === undefined ? "" : ` · ${texts.modes[device.mode]}`;
  const facts: [string, string | undefined][] = [
    [texts.since, span(model.now - device.connectedAt, model.language)],
    [texts.turnCount, String(device.turns)],
    [texts.board, device.board],
    [texts.firmware, device.firmware],
    [texts.tools, device.tools.length === 0 ? undefined : String(device.tools.length)],
    [texts.address, device.remoteAddress],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
  return html`
    <article class="card device">
      <div class="top"><span class="id">${device.deviceId}</span>
    <span class="chip ${stateClass(device.state)}">${texts.states[device.state] ?? device.state}${mode}</span></div>
      <dl class="numbers">${known.map(([name, value]) =>
        html`
          <dt>${name}</dt>
          <dd>${value}</dd>
        `
      )}</dl>
    </article>
  `;
}

function turnList(turns: readonly StoredTurn[] | undefined, model: PageModel, texts: PageTexts): Markup {
  if (turns === undefined || turns.length === 0) {
    return html`
      <div class="card">
        <p class="empty">${turns === undefined ? texts.noHistory : texts.noTurns}</p>
      </div>
    `;
  }
  return html`<div class="turns">${turns.map((turn) => turnCard(turn, model, texts))}</div>`;
}

function turnCard(turn: StoredTurn, model: PageModel, texts: PageTexts): Markup {
  const { language } = model;
  const { responseMs } = timeline(turn);
  return html`
    <article
      class="card turn"><div class="meta numbers"><time datetime="${isoTime(turn.startedAt)}">${moment(
        turn.startedAt,
        model.now,
        language,
        model.timezone,
      )}</time><code>${turn.deviceId}</code><span>${texts.sources[turn.source]}</span>${responseMs === undefined
        ? ""
        : html`<span>${texts.replyAfter} ${span(responseMs, language)}</span>`}${turn.heardMs > 0
        ? html`<span>${texts.heardFor} ${span(turn.heardMs, language)}</span>`
        : ""}<span class="chip ${stateClass(turn.outcome)}">${texts.outcomes[turn.outcome]}</span></div>
    <div class="say">${bubble("person", texts.person, turn.userText, texts.nothingSaid)}${reply(
      turn,
      texts,
    )}</div>${turn.error === undefined ? "" : html`<p class="fault">${turn.error.message}</p>`}</article>
  `;
}

function bubble(kind: "person" | "assistant", who: string, text: string, none: string): Markup {
  const said = text.trim();
  return html`<div class="bubble ${kind}${said === "" ? " none" : ""}"><span class="visually-hidden">${who}: </span>${
    said === "" ? none : said
  }</div>`;
}

/** The answer, with what an interruption kept from being heard struck through. */
function reply(turn: StoredTurn, texts: PageTexts): Markup {
  const { replyText, heardText } = turn;
  if (turn.outcome !== "interrupted" || heardText === "" || !replyText.startsWith(heardText) || replyText === heardText) {
    return bubble("assistant", texts.assistant, replyText === "" ? heardText : replyText, texts.nothingHeard);
  }
  return html`
    <div
      class="bubble assistant"><span class="visually-hidden">${texts.assistant}: </span>${heardText}<span class="unheard" title="${texts
        .unheard}">${replyText.slice(heardText.length)}</span></div>
  `;
}

/** A state or outcome as a class name: words alone, whatever the chart calls them. */
function stateClass(name: string): string {
  return name.replace(/[^a-z_-]/gi, "");
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
