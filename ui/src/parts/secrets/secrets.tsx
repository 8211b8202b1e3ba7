// The secrets of a service account or a client: what is known of them, a new one shown once, an old one deleted.
import { useEffect, useRef, useState } from "preact/hooks";
import type { NewSecret, Secret } from "../../api/schema";
import { announce } from "../../hooks/announce";
import { useAction } from "../../hooks/use-action";
import { useUnsavedChanges } from "../../hooks/use-unsaved-changes";
import { ConfirmDialog } from "../feedback/confirm-dialog";
import { ErrorNotice } from "../feedback/error-notice";
import { Notice } from "../feedback/notice";
import { Field } from "../form/field";
import { CopyBlock } from "../text/copy";
import { Time } from "../text/time";
import { SecretTable } from "./secret-table";

/** So many live at a time, so that one can take over from the other. */
const MAX_LIVE_SECRETS = 2;

/** How secrets are made and deleted; those who may do neither get none. */
export interface SecretCalls {
  create: (days: number) => Promise<NewSecret>;
  delete: (secret: Secret) => Promise<void>;
}

interface Props {
  /** Whose they are. */
  of: string;
  secrets: readonly Secret[];
  calls: SecretCalls | undefined;
  onChange: () => Promise<void>;
}

export function Secrets({ of, secrets, calls, onChange }: Props) {
  const [made, setMade] = useState<NewSecret>();
  const [deleting, setDeleting] = useState<Secret>();
  const live = secrets.filter((secret) => new Date(secret.expires_at) > new Date()).length;
  const remove = async (secret: Secret) => {
    await calls?.delete(secret);
    announce("Secret deleted");
    if (made?.id === secret.id) setMade(undefined);
    await onChange();
  };
  const keep = async (secret: NewSecret) => {
    setMade(secret);
    announce("The secret is made. Copy it now: nobody can show it again.");
    await onChange();
  };
  return (
    <>
      <SecretTable secrets={secrets} onDelete={calls && setDeleting} />
      {made && <NewSecretNotice secret={made} onKept={() => setMade(undefined)} />}
      {calls && live >= MAX_LIVE_SECRETS && (
        <p class="muted">
          Two secrets live at a time. To make another one, delete the one that is not used any more.
        </p>
      )}
      {calls && live < MAX_LIVE_SECRETS && made === undefined && (
        <NewSecretForm of={of} make={calls.create} onMade={keep} />
      )}
      {calls && live === 1 && made === undefined && (
        <p class="hint">
          To rotate: make another one, give it to the machine, and delete the old one once it is not
          used any more.
        </p>
      )}
      {deleting && (
        <ConfirmDialog
          title={`Delete the secret ${deleting.hint}… of ${of}?`}
          verb="Delete secret"
          work={() => remove(deleting)}
          onClose={() => setDeleting(undefined)}
        >
          <p>
            Whatever uses it gets no more tokens, at once. Tokens that it got stay valid until they
            end, after ten minutes at most, unless they are revoked.
          </p>
          <p>
            {deleting.last_used_at === undefined ? (
              "It was never used."
            ) : (
              <>
                It was last used at <Time at={deleting.last_used_at} />.
              </>
            )}
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface MakeProps {
  of: string;
  make: (days: number) => Promise<NewSecret>;
  onMade: (secret: NewSecret) => Promise<void>;
}

function NewSecretForm({ of, make, onMade }: MakeProps) {
  const [days, setDays] = useState("90");
  const action = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    await action.run(async () => onMade(await make(Number(days))));
  };
  return (
    <form
      class="in-line"
      aria-label={`New secret of ${of}`}
      onSubmit={(event) => void submit(event)}
    >
      <Field label="Days until it expires" error={action.error?.errorAt("/expires_in_days")}>
        {(attributes) => (
          <input
            {...attributes}
            type="number"
            required
            min={1}
            max={365}
            value={days}
            onInput={(event) => setDays(event.currentTarget.value)}
          />
        )}
      </Field>
      <button type="submit" disabled={action.running}>
        Make a secret
      </button>
      {action.error && <ErrorNotice error={action.error} />}
    </form>
  );
}

/** The one time that a secret is shown; leaving the page asks first. */
function NewSecretNotice({ secret, onKept: onSaved }: { secret: NewSecret; onKept: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useUnsavedChanges(true, "Leave this page? Nobody can show the new secret again.");
  useEffect(() => box.current?.querySelector("button")?.focus(), []);
  return (
    <div ref={box} class="once">
      <Notice kind="warn" title="Copy the new secret now: nobody can show it again.">
        <p>
          Keep it where the machine alone reads it. It expires <Time at={secret.expires_at} />.
        </p>
        <CopyBlock text={secret.secret} label="New secret" />
        <button type="button" onClick={onSaved}>
          I have kept it
        </button>
      </Notice>
    </div>
  );
}
