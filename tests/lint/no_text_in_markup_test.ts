import { testRule } from "./run_rule.ts";

testRule("no-text-in-markup", [
  ["console/a.tsx", "const a = <p>Hello</p>;"],
  ["console/deep/a.tsx", "const a = <p>{t.x} 轮</p>;"],
  ["console/a.tsx", 'const a = <button title="Close" />;'],
  ["console/a.tsx", 'const a = <button aria-label="Close" />;'],
  ["console/a.tsx", 'const a = <input placeholder="Name" />;'],
], [
  ["console/a.tsx", "const a = <p>{t.hello} – 12 %</p>;"],
  ["console/a.tsx", 'const a = <img alt="" class="mark" role="img" aria-label={t.mark} />;'],
  ["console/a.ts", 'const a = "Hello";'],
  ["routes/page/a.tsx", "const a = <p>Hello</p>;"],
]);
