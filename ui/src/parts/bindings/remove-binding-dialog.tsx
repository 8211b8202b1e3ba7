// Takes a role away, after showing who would lose by it.
import { useState } from "preact/hooks";
import { api, ApiError, ifMatch, unwrap } from "../../api/client";
import type { RoleBinding } from "../../api/schema";
import { announce } from "../../hooks/announce";
import { ConfirmDialog } from "../feedback/confirm-dialog";
import { BindingRange, describeSubject } from "./describe";
import { Impact } from "./impact";

interface Props {
  binding: RoleBinding;
  onRemoved: () => Promise<void>;
  onClose: () => void;
}

export function RemoveBindingDialog({ binding, onRemoved: onTaken, onClose }: Props) {
  const [previewed, setPreviewed] = useState(false);
  const [now, setNow] = useState(binding);
  const work = async () => {
    const path = { id: now.id };
    try {
      await unwrap(
        api.DELETE("/role-bindings/{id}", { params: { path, header: ifMatch(now.version) } }),
      );
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.stale)
        setNow(await unwrap(api.GET("/role-bindings/{id}", { params: { path } })));
      throw thrown;
    }
    announce(`${now.role.name ?? "The role"} taken away`);
    await onTaken();
  };
  return (
    <ConfirmDialog
      title={`Take ${now.role.name ?? "this role"} away?`}
      verb="Take away"
      disabled={!previewed}
      work={work}
      onClose={onClose}
    >
      <p>
        From {describeSubject(now.subject, now.subject_name)}, <BindingRange binding={now} />.
      </p>
      <Impact question={{ role_binding: now.id }} onShown={setPreviewed} />
    </ConfirmDialog>
  );
}
