// What is allowed in an application and could be a mistake, as the server says it.
import type { Application } from "../../api/schema";
import { Notice } from "../feedback/notice";
import { Sentence } from "../text/sentence";

export function ApplicationWarnings({ application }: { application: Application }) {
  const { warnings } = application;
  if (warnings.length === 0) return null;
  return (
    <Notice kind="warn" title={warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`}>
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
