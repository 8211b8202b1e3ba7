// Shows who would gain or lose access by a change of a role binding, before it is saved.
import { useEffect } from "preact/hooks";
import { api, unwrap } from "../../api/client";
import type { Impact as ImpactData, ImpactQuestion } from "../../api/schema";
import { useResource } from "../../hooks/use-resource";
import { UserList } from "../directory/user-list";
import { ErrorNotice } from "../feedback/error-notice";
import { count } from "../text/count";

interface Props {
  /** Undefined while the input is incomplete. */
  question: ImpactQuestion | undefined;
  /** Called with true once the impact of this question is shown. */
  onShown: (shown: boolean) => void;
}

export function Impact({ question, onShown }: Props) {
  const key = JSON.stringify(question);
  const impact = useResource(async () => {
    if (question === undefined) return undefined;
    return { key, data: await unwrap(api.POST("/role-bindings/impact", { body: question })) };
  }, [key]);
  const shown = question !== undefined && impact.data?.key === key && !impact.loading;
  useEffect(() => onShown(shown), [shown]);
  return (
    <div class="impact" role="status" aria-busy={impact.loading}>
      {impact.error && <ErrorNotice error={impact.error} retry={() => void impact.reload()} />}
      {question === undefined && (
        <p class="muted">Complete the range to see who would gain or lose access.</p>
      )}
      {question !== undefined && impact.data === undefined && impact.loading && (
        <p class="muted">Checking who would gain or lose access…</p>
      )}
      {question !== undefined && impact.data && <ImpactSummary impact={impact.data.data} />}
    </div>
  );
}

function ImpactSummary({ impact }: { impact: ImpactData }) {
  const { gain_service_accounts: gaining, lose_service_accounts: losing } = impact;
  if (impact.gain_count + impact.lose_count + gaining.length + losing.length === 0)
    return <p>No access would change.</p>;
  return (
    <>
      <UserGroup verb="gain" mark="+" total={impact.gain_count} people={impact.gain} />
      <AccountGroup verb="gain" mark="+" accounts={gaining} />
      <UserGroup verb="lose" mark="−" total={impact.lose_count} people={impact.lose} />
      <AccountGroup verb="lose" mark="−" accounts={losing} />
    </>
  );
}

function UserGroup({
  verb,
  mark,
  total,
  people,
}: {
  verb: string;
  mark: string;
  total: number;
  people: ImpactData["gain"];
}) {
  if (total === 0) return null;
  return (
    <div class={`group-${verb}`}>
      <h3>
        <span aria-hidden="true">{mark} </span>
        {count(total, "person", "people")} would {verb} access
      </h3>
      <UserList people={people} count={total} />
    </div>
  );
}

function AccountGroup({
  verb,
  mark,
  accounts,
}: {
  verb: string;
  mark: string;
  accounts: ImpactData["gain_service_accounts"];
}) {
  if (accounts.length === 0) return null;
  return (
    <div class={`group-${verb}`}>
      <h3>
        <span aria-hidden="true">{mark} </span>
        {count(accounts.length, "service account")} would {verb} access
      </h3>
      <ul class="people">
        {accounts.map((account) => (
          <li key={account.id}>
            <b>{account.name}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
