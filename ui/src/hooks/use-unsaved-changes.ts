// Guards what would be lost: leaving the page asks first.
import { useEffect } from "preact/hooks";
import { setLeaveGuard } from "../router";

/** While `dirty`, leaving the page or closing the tab asks first. */
export function useUnsavedChanges(
  dirty: boolean,
  question = "Leave without saving? What you typed will be lost.",
): void {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    setLeaveGuard(() => confirm(question));
    return () => {
      removeEventListener("beforeunload", ask);
      setLeaveGuard(undefined);
    };
  }, [dirty, question]);
}
