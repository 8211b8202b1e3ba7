// An input that finds one of many as one types; the browser's own list offers them.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { FieldAttributes } from "./field";

interface Props<T> {
  attributes: FieldAttributes;
  text: string;
  /** Those that fit a text, the first few. Stays the same function. */
  search: (text: string) => Promise<T[]>;
  /** What is typed to mean this one. */
  nameOf: (one: T) => string;
  /** Said beside the name. */
  noteOf?: (one: T) => string;
  /** Called with what is typed, and with the one that it names exactly. */
  onChange: (text: string, one: T | undefined) => void;
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
  /** What is typed by now: an answer about an older text must not bring that back. */
  const latestText = useRef(text);
  latestText.current = text;
  const typed = (now: string) => {
    latestText.current = now;
    onChange(now, exactMatch(now, found, nameOf));
  };
  useEffect(() => {
    let live = true;
    const show = (all: T[]) => {
      if (!live || latestText.current !== text) return;
      setFound(all);
      latestOnChange.current(text, exactMatch(text, all, nameOf));
    };
    const soon = setTimeout(() => search(text).then(show, () => show([])), 120);
    return () => {
      live = false;
      clearTimeout(soon);
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
        onInput={(event) => typed(event.currentTarget.value)}
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

/** Names differ by more than case; one that two have names neither. */
export function exactMatch<T>(
  text: string,
  all: readonly T[],
  nameOf: (one: T) => string,
): T | undefined {
  const [one, ...others] = all.filter(
    (any) => nameOf(any).toLowerCase() === text.trim().toLowerCase(),
  );
  return others.length === 0 ? one : undefined;
}
