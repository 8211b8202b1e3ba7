// Asks before something is deleted or ended, and shows why it failed.
import type { ComponentChildren } from "preact";
import { useAction } from "../hooks/use-action";
import { Dialog } from "./dialog";
import { ErrorBox } from "./notice";

interface Props {
  title: string;
  verb: string;
  disabled?: boolean;
  work: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

export function Confirm({ title, verb, disabled, work, onClose, children }: Props) {
  const action = useAction();
  const run = async () => {
    if (await action.run(work)) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {action.error && <ErrorBox error={action.error} />}
      <div class="actions">
        <button type="button" class="danger" disabled={disabled || action.running} onClick={() => void run()}>
          {verb}
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
