// Takes a role away, after showing who would lose by it.
import { useState } from "preact/hooks";
import { api, ApiError, ifMatch, take } from "../../api/client";
import type { RoleBinding } from "../../api/schema";
import { announce } from "../../hooks/announce";
import { Confirm } from "../feedback/confirm-dialog";
import { BindingWhere, subjectWords } from "./describe";
import { Impact } from "./impact";

interface Props {
  binding: RoleBinding;
  onTaken: () => Promise<void>;
  onClose: () => void;
}

export function TakeAway({ binding, onTaken, onClose }: Props) {
  const [previewed, setPreviewed] = useState(false);
  const [now, setNow] = useState(binding);
  const work = async () => {
    const path = { id: now.id };
    try {
      await take(
        api.DELETE("/role-bindings/{id}", { params: { path, header: ifMatch(now.version) } }),
      );
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.stale)
        setNow(await take(api.GET("/role-bindings/{id}", { params: { path } })));
      throw thrown;
    }
    announce(`${now.role.name ?? "The role"} taken away`);
    await onTaken();
  };
  return (
    <Confirm
      title={`Take ${now.role.name ?? "this role"} away?`}
      verb="Take away"
      disabled={!previewed}
      work={work}
      onClose={onClose}
    >
      <p>
        From {subjectWords(now.subject, now.subject_name)}, <BindingWhere binding={now} />.
      </p>
      <Impact question={{ role_binding: now.id }} onShown={setPreviewed} />
    </Confirm>
  );
}
