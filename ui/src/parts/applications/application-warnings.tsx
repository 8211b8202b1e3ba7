// The server's warnings about settings that are valid but may be mistakes.
import type { Application } from "../../api/schema";
import { Notice } from "../feedback/notice";
import { count } from "../text/count";
import { Sentence } from "../text/sentence";

export function ApplicationWarnings({ application }: { application: Application }) {
  const { warnings } = application;
  if (warnings.length === 0) return null;
  return (
    <Notice kind="warn" title={count(warnings.length, "warning")}>
      <ul>
        {warnings.map((warning) => (
          <li key={warning.text}>
            <Sentence text={warning.text} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}
