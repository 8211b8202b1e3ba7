// The right side of the Access page: all roles, with the role bindings of the selected subject.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Role, RoleBinding } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { useSearch } from "../table/search";
import type { AccessData, NamedSubject } from "./access-data";
import { BindingDialog } from "./binding-dialog";
import { BindingRange, describeSubject } from "./describe";
import { Members } from "./members";
import { RemoveBindingDialog } from "./remove-binding-dialog";
import { subjectKey } from "./subject-key";

interface Props {
  access: AccessData;
  selected: NamedSubject;
  onChange: () => Promise<void>;
}

/** The breakpoint of style/narrow.css. */
const NARROW = "(max-width: 45rem)";

type OpenDialog = { assign: Role } | { edit: RoleBinding; role: Role } | { remove: RoleBinding };

export function SubjectRoles({ access, selected, onChange }: Props) {
  const may = useMay();
  const [open, setOpen] = useState<OpenDialog>();
  const key = subjectKey(selected.subject);
  const bindings = Map.groupBy(
    access.bindings.filter((binding) => subjectKey(binding.subject) === key),
    (binding) => binding.role.id,
  );
  const roles = [...access.roles].sort(
    (one, other) =>
      Number(bindings.has(other.id)) - Number(bindings.has(one.id)) ||
      Number(one.built_in) - Number(other.built_in) ||
      one.name.localeCompare(other.name),
  );
  const { shown, input } = useSearch("roles", roles, (role) => `${role.name} ${role.description}`);
  const editable = may("samovar.role-bindings:write");
  const close = () => setOpen(undefined);
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const removed = async () => {
    await onChange();
    // The focused button no longer exists.
    requestAnimationFrame(() => heading.current?.focus());
  };
  useEffect(() => {
    // On a narrow screen this side is below the list of subjects.
    if (matchMedia(NARROW).matches) section.current?.scrollIntoView();
  }, []);
  return (
    <section class="side" aria-label="Roles" ref={section}>
      <h2 ref={heading} tabIndex={-1}>
        {describeSubject(selected.subject, selected.name)}
      </h2>
      <Members selected={selected} access={access} />
      <OrganizationRoles access={access} selected={selected} />
      {input}
      <ul class="roles">
        {shown.map((role) => (
          <RoleEntry
            key={role.id}
            role={role}
            bindings={bindings.get(role.id) ?? []}
            onOpen={editable ? setOpen : undefined}
          />
        ))}
      </ul>
      {open && "assign" in open && (
        <BindingDialog
          access={access}
          selected={selected}
          role={open.assign}
          onSaved={onChange}
          onClose={close}
        />
      )}
      {open && "edit" in open && (
        <BindingDialog
          access={access}
          selected={selected}
          role={open.role}
          binding={open.edit}
          onSaved={onChange}
          onClose={close}
        />
      )}
      {open && "remove" in open && (
        <RemoveBindingDialog binding={open.remove} onRemoved={removed} onClose={close} />
      )}
    </section>
  );
}

interface EntryProps {
  role: Role;
  bindings: RoleBinding[];
  onOpen: ((open: OpenDialog) => void) | undefined;
}

function RoleEntry({ role, bindings, onOpen }: EntryProps) {
  return (
    <li class={bindings.length > 0 ? "assigned" : undefined}>
      <div class="role-line">
        <div>
          <a href={`/roles/${role.id}`}>{role.name}</a>{" "}
          {role.built_in && <span class="tag">built-in</span>}
          <div class="muted small">{role.description}</div>
        </div>
        {onOpen && (
          <button
            type="button"
            aria-label={`Assign ${role.name}`}
            onClick={() => onOpen({ assign: role })}
          >
            Assign…
          </button>
        )}
      </div>
      {bindings.map((binding) => (
        <div key={binding.id} class="assignment">
          <span>
            ✓ <BindingRange binding={binding} />
          </span>
          {onOpen && (
            <span class="actions">
              <button
                type="button"
                class="link"
                aria-label={`Edit ${role.name}`}
                onClick={() => onOpen({ edit: binding, role })}
              >
                Edit…
              </button>
              <button
                type="button"
                class="link"
                aria-label={`Remove ${role.name}`}
                onClick={() => onOpen({ remove: binding })}
              >
                Remove…
              </button>
            </span>
          )}
        </div>
      ))}
    </li>
  );
}

/** Roles that the members of a team hold through the organization. */
function OrganizationRoles({ access, selected }: { access: AccessData; selected: NamedSubject }) {
  const { subject } = selected;
  if (subject.kind !== "team" && subject.kind !== "organization-owners") return null;
  const team = access.teams.find((one) => subject.kind === "team" && one.id === subject.id);
  const organization = subject.kind === "team" ? team?.organization.id : subject.id;
  const bindings = access.bindings.filter(
    (binding) => binding.subject.kind === "organization" && binding.subject.id === organization,
  );
  if (bindings.length === 0) return null;
  return (
    <p class="small">
      Also through the organization {bindings[0]?.subject_name}:{" "}
      {bindings.map((binding, n) => (
        <span key={binding.id}>
          {n > 0 && "; "}
          <b>{binding.role.name}</b> <BindingRange binding={binding} />
        </span>
      ))}
    </p>
  );
}
