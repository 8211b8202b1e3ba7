// Renders the app into the document.
import { render } from "preact";
import { App } from "./app";

render(<App />, document.body);
