// Removes a role binding, after showing who would lose access.
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

export function RemoveBindingDialog({ binding, onRemoved, onClose }: Props) {
  const [previewed, setPreviewed] = useState(false);
  const [current, setCurrent] = useState(binding);
  const role = current.role.name ?? "the role";
  const work = async () => {
    const path = { id: current.id };
    try {
      await unwrap(
        api.DELETE("/role-bindings/{id}", { params: { path, header: ifMatch(current.version) } }),
      );
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.stale)
        setCurrent(await unwrap(api.GET("/role-bindings/{id}", { params: { path } })));
      throw thrown;
    }
    announce(`${role} removed`);
    await onRemoved();
  };
  return (
    <ConfirmDialog
      title={`Remove ${role}?`}
      verb="Remove"
      disabled={!previewed}
      work={work}
      onClose={onClose}
    >
      <p>
        From {describeSubject(current.subject, current.subject_name)},{" "}
        <BindingRange binding={current} />.
      </p>
      <Impact question={{ role_binding: current.id }} onShown={setPreviewed} />
    </ConfirmDialog>
  );
}
