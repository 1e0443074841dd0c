/**
 * The page for those who are not signed in.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/problem.ts";
import { useConsole, useTexts } from "../context.ts";
import { commonTexts } from "../i18n/common.ts";
import { fill, texts } from "../i18n/texts.ts";
import { useReason } from "../ui/states.tsx";
import { Switches } from "./switches.tsx";

/** The words of the page. */
export const signInTexts = texts({
  title: "Sign in",
  intro: "This console shows the devices of this server and what is said to them. It is for its owner, and for whom the owner lets look.",
  password: "Password",
  submit: "Sign in",
  wrong: "The password is wrong.",
  limited: "Too many wrong passwords. Try again in {seconds} s.",
  hint: "The owner's password was printed when the server first started; it is kept in keys/owner-password of the data directory.",
}, {
  title: "登录",
  intro: "控制台显示本服务器的设备以及与它们的对话，仅供主人以及主人允许的人使用。",
  password: "密码",
  submit: "登录",
  wrong: "密码不正确。",
  limited: "密码错误次数过多，请在 {seconds} 秒后重试。",
  hint: "主人的密码在服务器首次启动时打印，并保存在数据目录的 keys/owner-password 中。",
});

/** The page. */
export function SignInPage(): JSX.Element {
  const { api, session, feed } = useConsole();
  const t = useTexts(signInTexts);
  const common = useTexts(commonTexts);
  const reason = useReason();
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = `${t.title} · ${common.product}`;
  });
  useEffect(() => field.current?.focus(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || password === "") return;
    setBusy(true);
    try {
      session.value = await api.signIn(password);
      feed.start();
    } catch (error) {
      const limited = error instanceof ApiError && error.code === "too_many_passwords";
      const wrong = error instanceof ApiError && error.code === "wrong_password";
      setProblem(limited ? fill(t.limited, { seconds: error.retryAfterS ?? 60 }) : wrong ? t.wrong : reason(error));
      setBusy(false);
      field.current?.select();
    }
  };
  return (
    <div class="sign-in">
      <main class="sign-in-card">
        <img src="/console/assets/icon.svg" width="44" height="44" alt="" />
        <h1>{t.title}</h1>
        <p class="soft">{t.intro}</p>
        <form onSubmit={submit}>
          <label for="password">{t.password}</label>
          <input
            id="password"
            ref={field}
            type="password"
            autocomplete="current-password"
            required
            value={password}
            aria-describedby="sign-in-problem"
            aria-invalid={problem !== ""}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
          <p id="sign-in-problem" class="problem" role="alert">{problem}</p>
          <button type="submit" class="primary" disabled={busy}>{t.submit}</button>
        </form>
        <p class="small soft">{t.hint}</p>
      </main>
      <Switches />
    </div>
  );
}
