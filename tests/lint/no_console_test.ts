import { testRule } from "./run_rule.ts";

testRule("no-console", [
  ["services/a.ts", 'console.log("x");'],
  ["tools/device.ts", 'console.error("x");'],
  ["tools/output_format.ts", 'console.error("x");'],
  ["tests/a_test.ts", 'console.warn("x");'],
  ["routes/a.ts", "list.forEach(console.log);"],
  ["routes/a.ts", 'globalThis.console.log("x");'],
], [
  ["tools/output.ts", 'console.log("x");'],
  ["tools/output/table.ts", 'console.log("x");'],
  ["services/a.ts", 'logger.info("x"); config.console.password;'],
  ["services/a.ts", 'const text = "console.log(1)";'],
]);
