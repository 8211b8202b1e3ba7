// The state of a service account, why it gets no token, and what to do.
import type { AccountState, ServiceAccount } from "../../api/schema";
import { Notice } from "../feedback/notice";

const LABELS: Readonly<Record<AccountState, string>> = {
  active: "active",
  disabled: "disabled",
  "owner-gone": "no owner",
  "team-empty": "team is empty",
};

/** The state as a tag. */
export function StateTag({ state }: { state: AccountState }) {
  return <span class={`tag ${state === "active" ? "good" : "bad"}`}>{LABELS[state]}</span>;
}

const REASONS: Readonly<Record<Exclude<AccountState, "active">, string>> = {
  disabled: "The account is disabled.",
  "owner-gone": "Its owner was deleted or disabled in Gitea.",
  "team-empty": "The team that owns it has no active members in Gitea.",
};

/** What a caller who may change the account can do. */
const REMEDIES: typeof REASONS = {
  disabled: "Enable it below.",
  "owner-gone": "Select another owner below.",
  "team-empty": "Add a member to the team in Gitea, or select another owner below.",
};

/** Shown unless the account is active. */
export function StateNotice({ account, editable }: { account: ServiceAccount; editable: boolean }) {
  if (account.state === "active") return null;
  return (
    <Notice kind="warn" title="The account gets no tokens, and its current tokens are refused.">
      <p>
        {REASONS[account.state]}{" "}
        {editable ? REMEDIES[account.state] : "Ask an administrator of Samovar."}
      </p>
    </Notice>
  );
}

/** When one of its secrets was last used. */
export function lastUse(account: ServiceAccount): string | undefined {
  return account.secrets
    .map((secret) => secret.last_used_at)
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
}
