// Whether a service account can do anything, and what to do when it cannot.
import type { AccountState, ServiceAccount } from "../../api/schema";
import { Notice } from "../feedback/notice";

const LABELS: Readonly<Record<AccountState, string>> = {
  active: "active",
  disabled: "switched off",
  "owner-gone": "owner gone",
  "team-empty": "team empty",
};

/** The state as a word. */
export function StateTag({ state }: { state: AccountState }) {
  return <span class={`tag ${state === "active" ? "good" : "bad"}`}>{LABELS[state]}</span>;
}

const REASONS: Readonly<Record<Exclude<AccountState, "active">, string>> = {
  disabled: "Somebody switched it off.",
  "owner-gone": "Whoever answered for it is gone from Gitea or disabled.",
  "team-empty": "The team that answers for it has nobody left in Gitea who could.",
};

/** What those do who may change it. */
const REMEDIES: typeof REASONS = {
  disabled: "Switch it on below.",
  "owner-gone": "Name another owner below.",
  "team-empty": "Let somebody join the team, or name another owner below.",
};

/** Why it can do nothing; nothing when it can. */
export function StateNotice({
  account,
  changeable,
}: {
  account: ServiceAccount;
  changeable: boolean;
}) {
  if (account.state === "active") return null;
  return (
    <Notice kind="warn" title="It gets no token, and the tokens that it has open nothing here.">
      <p>
        {REASONS[account.state]}{" "}
        {changeable ? REMEDIES[account.state] : "Ask an administrator of Samovar to change that."}
      </p>
    </Notice>
  );
}

/** The last use of any of its secrets. */
export function lastUse(account: ServiceAccount): string | undefined {
  return account.secrets
    .map((secret) => secret.last_used_at)
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
}
