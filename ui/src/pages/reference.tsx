// The API reference, built from the server's OpenAPI document. Needs no sign-in.
import { Fragment } from "preact";
import { fetchDocument, type OpenApiDocument, type Operation, operations } from "../api/openapi";
import { useResource } from "../hooks/use-resource";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Loading } from "../parts/feedback/loading";
import { Page } from "../parts/layout/page";
import { LazyDetails } from "../parts/reference/lazy-details";
import { SchemaView } from "../parts/reference/schema-view";
import { Sentence } from "../parts/text/sentence";

export function Reference() {
  const document = useResource(fetchDocument, []);
  return (
    <Page
      title="API reference"
      lead={
        <>
          Programs can use all functions of these pages through the API at <code>/api/v1</code>. The
          OpenAPI document is at <a href="/api/openapi.json">/api/openapi.json</a>.
        </>
      }
    >
      {document.error && (
        <ErrorNotice error={document.error} retry={() => void document.reload()} />
      )}
      {document.data === undefined && document.loading && <Loading what="the OpenAPI document" />}
      {document.data && <Operations document={document.data} />}
    </Page>
  );
}

function Operations({ document }: { document: OpenApiDocument }) {
  return (
    <>
      {Array.from(
        Map.groupBy(operations(document), (operation) => operation.tag),
        ([tag, inside]) => (
          <section key={tag}>
            <h2>{tag}</h2>
            {inside.map((operation) => (
              <OperationEntry key={operation.id} operation={operation} document={document} />
            ))}
          </section>
        ),
      )}
    </>
  );
}

function OperationEntry({
  operation,
  document,
}: {
  operation: Operation;
  document: OpenApiDocument;
}) {
  const { method, path, summary } = operation;
  const line = (
    <>
      <code>
        <b>{method}</b> {path}
      </code>{" "}
      <span class="muted">{summary}</span>
    </>
  );
  return (
    <LazyDetails class="operation" summary={line}>
      {() => <Messages operation={operation} document={document} />}
    </LazyDetails>
  );
}

function Messages({
  operation: { parameters, body, responses },
  document,
}: {
  operation: Operation;
  document: OpenApiDocument;
}) {
  return (
    <>
      {parameters.length > 0 && (
        <dl class="facts small">
          {parameters.map((parameter) => (
            <Fragment key={parameter.name}>
              <dt>
                <code>{parameter.name}</code> in {parameter.in}
              </dt>
              <dd>{parameter.description && <Sentence text={parameter.description} />}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      {body && (
        <>
          <h3>Request body</h3>
          <SchemaView schema={body} document={document} />
        </>
      )}
      <h3>Responses</h3>
      <dl class="facts small">
        {responses.map(({ status, description, schema }) => (
          <Fragment key={status}>
            <dt>{status}</dt>
            <dd>
              {description && <Sentence text={description} />}
              {schema && status.startsWith("2") && (
                <SchemaView schema={schema} document={document} />
              )}
            </dd>
          </Fragment>
        ))}
      </dl>
    </>
  );
}
