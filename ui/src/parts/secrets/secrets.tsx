// Lists, creates and deletes the secrets of a service account or a client.
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
import type { SecretCalls } from "./secret-calls";
import { SecretTable } from "./secret-table";

/** Two, so that a secret can be rotated without an interruption. */
const MAX_LIVE_SECRETS = 2;

interface Props {
  /** The name of the account or client. */
  of: string;
  secrets: readonly Secret[];
  calls: SecretCalls | undefined;
  onChange: () => Promise<void>;
}

export function Secrets({ of, secrets, calls, onChange }: Props) {
  const [created, setCreated] = useState<NewSecret>();
  const [deleting, setDeleting] = useState<Secret>();
  const live = secrets.filter((secret) => new Date(secret.expires_at) > new Date()).length;
  const remove = async (secret: Secret) => {
    await calls?.delete(secret);
    announce("Secret deleted");
    if (created?.id === secret.id) setCreated(undefined);
    await onChange();
  };
  const show = async (secret: NewSecret) => {
    setCreated(secret);
    announce("Secret created. Copy it now, it is shown only once.");
    await onChange();
  };
  return (
    <>
      <SecretTable secrets={secrets} onDelete={calls && setDeleting} />
      {created && <NewSecretNotice secret={created} onHide={() => setCreated(undefined)} />}
      {calls && live >= MAX_LIVE_SECRETS && (
        <p class="muted">
          There can be two secrets at a time. Delete the unused one to create another.
        </p>
      )}
      {calls && live < MAX_LIVE_SECRETS && created === undefined && (
        <NewSecretForm of={of} create={calls.create} onCreated={show} />
      )}
      {calls && live === 1 && created === undefined && (
        <p class="hint">
          To rotate the secret, create another one, install it on the machine, then delete the old
          one.
        </p>
      )}
      {deleting && (
        <ConfirmDialog
          title={`Delete the secret ${deleting.hint}… of ${of}?`}
          verb="Delete secret"
          work={() => remove(deleting)}
          onClose={() => setDeleting(undefined)}
        >
          <p>A program that uses this secret gets no more tokens. {calls?.deleteNote}</p>
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

interface NewSecretProps {
  of: string;
  create: (days: number) => Promise<NewSecret>;
  onCreated: (secret: NewSecret) => Promise<void>;
}

function NewSecretForm({ of, create, onCreated }: NewSecretProps) {
  const [days, setDays] = useState("90");
  const action = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    await action.run(async () => onCreated(await create(Number(days))));
  };
  return (
    <form
      class="inline-form"
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
        Create secret
      </button>
      {action.error && <ErrorNotice error={action.error} />}
    </form>
  );
}

/** The secret is shown once; leaving the page asks for confirmation. */
function NewSecretNotice({ secret, onHide }: { secret: NewSecret; onHide: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useUnsavedChanges(true, "Leave this page? The new secret is not shown again.");
  useEffect(() => box.current?.querySelector("button")?.focus(), []);
  return (
    <div ref={box} class="new-secret">
      <Notice kind="warn" title="Copy the new secret now. It is shown only once.">
        <p>
          Store it where only the machine can read it. It expires <Time at={secret.expires_at} />.
        </p>
        <CopyBlock text={secret.secret} label="New secret" />
        <button type="button" onClick={onHide}>
          Hide secret
        </button>
      </Notice>
    </div>
  );
}
