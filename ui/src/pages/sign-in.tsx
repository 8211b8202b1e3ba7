// Shown instead of any page while nobody is signed in. Never goes to Gitea by itself: signed out stays signed out.
import { useEffect } from "preact/hooks";
import { urlWithQuery } from "../router";

export function SignIn({ returnTo }: { returnTo: string }) {
  useEffect(() => {
    document.title = "Sign in · Samovar";
  }, []);
  return (
    <main class="alone">
      <img src="/favicon.svg" alt="" width="48" height="48" />
      <h1>Samovar</h1>
      <p>Who may do what, by Gitea's organizations and teams.</p>
      <p>
        <a class="button primary" href={urlWithQuery("/auth/sign-in", { return_to: returnTo })}>
          Sign in
        </a>
      </p>
    </main>
  );
}
