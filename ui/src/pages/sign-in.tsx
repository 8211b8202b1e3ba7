// Replaces every page while there is no session. Never redirects by itself, so that a sign-out lasts.
import { useEffect } from "preact/hooks";
import { urlWithQuery } from "../router";

export function SignIn({ returnTo }: { returnTo: string }) {
  useEffect(() => {
    document.title = "Sign in · Samovar";
  }, []);
  return (
    <main class="centered">
      <img src="/favicon.svg" alt="" width="48" height="48" />
      <h1>Samovar</h1>
      <p>Access control with Gitea's organizations and teams.</p>
      <p>
        <a class="button primary" href={urlWithQuery("/auth/sign-in", { return_to: returnTo })}>
          Sign in
        </a>
      </p>
    </main>
  );
}
