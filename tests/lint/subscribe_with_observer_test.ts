import { testRule } from "./run_rule.ts";

const at = "routes/a.ts";

testRule("subscribe-with-observer", [
  [at, "actor.subscribe((snapshot) => {});"],
  [at, "actor.subscribe(function (snapshot) {});"],
  [at, "actor?.subscribe(() => {});"],
  [at, 'actor["subscribe"](() => {});'],
  [at, "actor.subscribe(listen); function listen() {}"],
  [at, "const listen = () => {}; actor.subscribe(listen);"],
  [at, "actor.subscribe(() => {}, (error) => {});"],
], [
  [at, "actor.subscribe({ next: () => {}, error: () => {} });"],
  [at, "const observer = { next() {} }; actor.subscribe(observer);"],
  [at, 'redis.subscribe("channel", () => {});'],
  [at, "subscribe(() => {});"],
  ["tests/a_test.ts", "actor.subscribe(() => {});"],
]);
