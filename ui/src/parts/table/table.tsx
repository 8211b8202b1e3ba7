// A table of objects of one kind, with at most one action per row. Narrow screens show the rows as cards.
import type { ComponentChildren } from "preact";
import { useSearch } from "./search";

/** A column; a card shows the label beside the value. */
export interface Column<T> {
  label: string;
  show: (row: T) => ComponentChildren;
}

/** The action of a row. */
export interface RowAction<T> {
  /** The header of the column, for screen readers. */
  columnLabel: string;
  verb: string;
  /** The verb with its object, for screen readers. */
  label: (row: T) => string;
  enabled?: (row: T) => boolean;
  run: (row: T) => void;
}

interface Props<T> {
  /** What is listed. With `textOf`, a long list can be searched. */
  what?: string;
  textOf?: (row: T) => string;
  rows: readonly T[];
  /** Shown if there are no rows. */
  empty: ComponentChildren;
  heading: Column<T>;
  columns: readonly Column<T>[];
  /** Undefined if the caller may not use it. */
  action?: RowAction<T> | undefined;
}

export function Table<T extends { id: string }>({
  what = "rows",
  textOf,
  rows,
  empty,
  ...rest
}: Props<T>) {
  const { shown, input } = useSearch(what, rows, textOf ?? (() => ""));
  if (rows.length === 0) return <p class="muted">{empty}</p>;
  return (
    <>
      {textOf && input}
      {shown.length > 0 && <Rows rows={shown} {...rest} />}
    </>
  );
}

function Rows<T extends { id: string }>({
  rows,
  heading,
  columns,
  action,
}: Omit<Props<T>, "what" | "textOf" | "empty">) {
  return (
    <table class="stack">
      <thead>
        <tr>
          {[heading, ...columns].map(({ label }) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
          {action && (
            <th scope="col">
              <span class="hidden">{action.columnLabel}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">{heading.show(row)}</th>
            {columns.map(({ label, show }) => (
              <td key={label} data-label={label}>
                {show(row)}
              </td>
            ))}
            {action && (
              <td>
                {(action.enabled?.(row) ?? true) && <ActionButton row={row} action={action} />}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ActionButton<T>({ row, action }: { row: T; action: RowAction<T> }) {
  return (
    <button
      type="button"
      class="link"
      aria-label={action.label(row)}
      onClick={() => action.run(row)}
    >
      {action.verb}
    </button>
  );
}
