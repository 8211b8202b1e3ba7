// A text input with suggestions, which the browser shows from a datalist.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { FieldAttributes } from "./field";

interface Props<T> {
  attributes: FieldAttributes;
  text: string;
  /** Returns the first matches. Must be the same function on every render. */
  search: (text: string) => Promise<T[]>;
  /** The text that selects this item. */
  nameOf: (item: T) => string;
  /** A note beside the name. */
  noteOf?: (item: T) => string;
  /** Called with the text, and with the item that it matches exactly. */
  onChange: (text: string, item: T | undefined) => void;
  placeholder?: string;
  required?: boolean;
}

export function Combobox<T>({
  attributes,
  text,
  search,
  nameOf,
  noteOf,
  onChange,
  placeholder,
  required,
}: Props<T>) {
  const list = useId();
  const [found, setFound] = useState<T[]>([]);
  const latestOnChange = useRef(onChange);
  latestOnChange.current = onChange;
  /** A late response to an older text must not replace the newer text. */
  const latestText = useRef(text);
  latestText.current = text;
  const change = (next: string) => {
    latestText.current = next;
    onChange(next, exactMatch(next, found, nameOf));
  };
  useEffect(() => {
    let live = true;
    const show = (all: T[]) => {
      if (!live || latestText.current !== text) return;
      setFound(all);
      latestOnChange.current(text, exactMatch(text, all, nameOf));
    };
    const timer = setTimeout(() => search(text).then(show, () => show([])), 120);
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [text, search]);
  return (
    <>
      <input
        {...attributes}
        list={list}
        value={text}
        required={required}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder ?? ""}
        onInput={(event) => change(event.currentTarget.value)}
      />
      <datalist id={list}>
        {found.map((one) => (
          <option key={nameOf(one)} value={nameOf(one)}>
            {noteOf?.(one)}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** Compares without case. A name that several items share matches none of them. */
export function exactMatch<T>(
  text: string,
  all: readonly T[],
  nameOf: (item: T) => string,
): T | undefined {
  const [one, ...others] = all.filter(
    (any) => nameOf(any).toLowerCase() === text.trim().toLowerCase(),
  );
  return others.length === 0 ? one : undefined;
}
