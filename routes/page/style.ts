/**
 * How the page looks. System fonts and no image: the page works on a network without internet.
 *
 * @module
 */

/** The whole style sheet. Colours are tokens, once for light and once for dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --bg: #f6f7fb; --glow-a: #dfe7ff; --glow-b: #fde7f3; --card: #ffffff; --line: #e4e7f0; --text: #171a26; --soft: #5b6275;
  --accent: #4353e6; --accent-text: #ffffff; --field: #f1f3fa; --person: #e9edff; --reply: #f4f5f9;
  --good: #12805c; --good-bg: #def5ec; --warn: #975a00; --warn-bg: #fdf0d7; --bad: #b3261e; --bad-bg: #fde5e3; --shadow: 0 1px 2px #1a22401a, 0 8px 28px #1a224012;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0d0f17; --glow-a: #1c2350; --glow-b: #331a35; --card: #161925; --line: #272c3d; --text: #eceef6; --soft: #9aa2b8;
    --accent: #8c98ff; --accent-text: #0d0f17; --field: #1e2231; --person: #28305c; --reply: #1e2231;
    --good: #57d6a8; --good-bg: #12362b; --warn: #f0bd62; --warn-bg: #3a2c10; --bad: #ff8a80; --bad-bg: #431b19; --shadow: 0 1px 2px #0006, 0 8px 28px #0004;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; color: var(--text); background:
    radial-gradient(46rem 28rem at 12% -6rem, var(--glow-a), transparent 70%),
    radial-gradient(40rem 24rem at 96% -4rem, var(--glow-b), transparent 70%), var(--bg);
  background-repeat: no-repeat; min-height: 100vh;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
.page { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
header { display: flex; align-items: center; gap: .75rem; flex-wrap: wrap; }
.mark { width: 2.25rem; height: 2.25rem; border-radius: .7rem; flex: none; }
.brand { font-weight: 650; letter-spacing: -.01em; }
.version { color: var(--soft); font-size: .85rem; }
.pill { display: inline-flex; align-items: center; gap: .45rem; padding: .2rem .7rem; border-radius: 99px; font-size: .85rem; font-weight: 550; margin-left: auto; color: var(--good); background: var(--good-bg); }
.pill::before { content: ""; width: .5rem; height: .5rem; border-radius: 50%; background: currentColor; }
.pill.stopping { color: var(--warn); background: var(--warn-bg); }
.pill.lost { color: var(--bad); background: var(--bad-bg); }
h1 { font-size: clamp(1.75rem, 5vw, 2.75rem); line-height: 1.15; letter-spacing: -.025em; margin: 2.5rem 0 .6rem; text-wrap: balance; }
.intro { color: var(--soft); font-size: 1.08rem; max-width: 42rem; margin: 0 0 2rem; text-wrap: pretty; }
section { margin-top: 2rem; }
h2 { font-size: 1.05rem; margin: 0 0 .8rem; letter-spacing: -.01em; display: flex; gap: .5rem; align-items: baseline; }
h2 .count { color: var(--soft); font-weight: 450; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1.1rem; box-shadow: var(--shadow); padding: 1.4rem; }
.label { color: var(--soft); font-size: .85rem; margin: 0 0 .45rem; }
.url { display: flex; gap: .6rem; align-items: stretch; }
.url code { flex: 1; min-width: 0; padding: .75rem 1rem; background: var(--field); border-radius: .7rem; font: 600 clamp(.92rem, 2.6vw, 1.2rem)/1.4 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
button, .button { border: 0; border-radius: .7rem; padding: .6rem 1.1rem; font: inherit; font-weight: 600; background: var(--accent); color: var(--accent-text); cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; white-space: nowrap; }
button:hover, .button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 55%, transparent); outline-offset: 2px; }
.small { font-size: .88rem; color: var(--soft); margin: .8rem 0 0; }
.small code { font: .88em ui-monospace, Menlo, Consolas, monospace; color: var(--text); overflow-wrap: anywhere; }
.notice { background: var(--warn-bg); color: var(--warn); border-radius: .7rem; padding: .6rem .9rem; margin: .9rem 0 0; font-size: .92rem; }
ol + .small { margin-top: 1.4rem; }
ol { list-style: none; counter-reset: step; margin: 1.5rem 0 0; padding: 0; display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); }
ol li { counter-increment: step; position: relative; padding-left: 2.5rem; }
ol li::before { content: counter(step); position: absolute; left: 0; top: 0; width: 1.75rem; height: 1.75rem; border-radius: 50%; display: grid; place-items: center; background: var(--field); color: var(--accent); font-weight: 700; font-size: .9rem; }
ol b { display: block; font-weight: 620; }
ol span { color: var(--soft); font-size: .93rem; overflow-wrap: anywhere; }
.devices { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); }
.device { padding: 1.1rem 1.2rem; }
.device .top { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .6rem; justify-content: space-between; }
.device .id { font: 600 .95rem ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.chip { font-size: .8rem; font-weight: 600; padding: .12rem .6rem; border-radius: 99px; background: var(--field); color: var(--soft); white-space: nowrap; }
.chip.listening, .chip.completed { color: var(--good); background: var(--good-bg); }
.chip.vad, .chip.recognizing, .chip.thinking, .chip.interrupted { color: var(--warn); background: var(--warn-bg); }
.chip.speaking { color: var(--accent); background: color-mix(in srgb, var(--accent) 16%, transparent); }
.chip.failed, .chip.crashed { color: var(--bad); background: var(--bad-bg); }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem .9rem; margin: .8rem 0 0; font-size: .88rem; }
dt { color: var(--soft); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.turns { display: grid; gap: .9rem; }
.turn { padding: 1rem 1.2rem; }
.turn .meta { display: flex; flex-wrap: wrap; gap: .35rem .8rem; align-items: center; font-size: .83rem; color: var(--soft); }
.turn .meta code { font: .95em ui-monospace, Menlo, Consolas, monospace; }
.turn .meta .chip { margin-left: auto; }
.say { display: grid; gap: .5rem; margin-top: .75rem; }
.bubble { padding: .55rem .95rem; border-radius: 1rem; max-width: 88%; width: fit-content; overflow-wrap: anywhere; white-space: pre-wrap; }
.bubble.person { background: var(--person); border-bottom-right-radius: .3rem; justify-self: end; }
.bubble.assistant { background: var(--reply); border-bottom-left-radius: .3rem; }
.bubble.none, .unheard { color: var(--soft); }
.bubble.none { font-style: italic; }
.unheard { text-decoration: line-through; text-decoration-thickness: 1px; }
.fault { color: var(--bad); font-size: .88rem; margin: .6rem 0 0; overflow-wrap: anywhere; }
.numbers { font-variant-numeric: tabular-nums; }
.empty { color: var(--soft); margin: 0; }
.ownercard { display: flex; gap: 1.2rem; align-items: center; justify-content: space-between; flex-wrap: wrap; }
.ownercard p { margin: .2rem 0 0; color: var(--soft); max-width: 38rem; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; display: flex; gap: 1rem; flex-wrap: wrap; }
footer a { color: inherit; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 34rem) {
  .page { padding: 1rem 1rem 3rem; }
  .card { padding: 1.1rem; }
  .url { flex-direction: column; }
  .url button { justify-content: center; }
  h1 { margin-top: 1.8rem; }
}
@media (prefers-reduced-motion: no-preference) {
  .chip.speaking, .chip.vad { animation: breathe 1.6s ease-in-out infinite; }
  @keyframes breathe { 50% { opacity: .62; } }
}
`;
