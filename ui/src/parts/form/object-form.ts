// What the forms for a new and for an existing object have in common.
import type { JSX } from "preact";
import type { Dispatch, StateUpdater } from "preact/hooks";
import type { ApiError } from "../../api/client";

/** What the inputs of an object are given. */
export interface FormState<I> {
  input: I;
  onChange: Dispatch<StateUpdater<I>>;
  error: ApiError | undefined;
}

export interface ObjectForm<I> {
  /** The word for such an object. */
  noun: string;
  /** The same text for the same content. */
  asText?: (input: I) => string;
  wide?: boolean;
  children: (inputs: FormState<I>) => JSX.Element;
}
