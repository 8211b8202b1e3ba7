// Has another key sign: in an hour, so that nothing fails, or at once, when somebody may have copied the present one.
import { useState } from "preact/hooks";
import { api, unwrap } from "../../api/client";
import type { SigningAlgorithm } from "../../api/schema";
import { announce } from "../../hooks/announce";
import { ConfirmDialog } from "../feedback/confirm-dialog";

interface Props {
  algorithm: SigningAlgorithm;
  /** The next key is published already. */
  nextPublished: boolean;
  onRotated: () => Promise<void>;
  onClose: () => void;
}

export function RotateKeyDialog({ algorithm, nextPublished: coming, onRotated, onClose }: Props) {
  const [immediately, setImmediately] = useState(false);
  const work = async () => {
    const { key } = await unwrap(
      api.POST("/signing-keys/rotate", { body: { algorithm, immediately } }),
    );
    announce(
      key
        ? `A new key for ${algorithm} is published`
        : `A new key for ${algorithm} is on its way already`,
    );
    await onRotated();
  };
  return (
    <ConfirmDialog
      title={`Rotate the ${algorithm} key?`}
      verb={immediately ? "Replace it at once" : "Rotate"}
      harmless={!immediately}
      disabled={coming && !immediately}
      work={work}
      onClose={onClose}
    >
      {!immediately && coming && <p>A new key is on its way already and signs soon.</p>}
      {!immediately && !coming && (
        <ul>
          <li>
            A new key is published now and signs in an hour. By then everybody who keeps the
            published keys has read it.
          </li>
          <li>
            The present key signs until then, and stays published until everything that it signed
            has ended.
          </li>
          <li>No valid token fails, and nobody else has to do anything.</li>
        </ul>
      )}
      {immediately && (
        <ul>
          <li>A new key signs at once, and every token that was signed before is refused.</li>
          <li>
            Programs get new tokens by their secrets and refresh tokens; until they do, their calls
            fail.
          </li>
          <li>
            A service that verifies tokens by itself believes the old key until it reads the
            published keys again, after five minutes.
          </li>
        </ul>
      )}
      <label class="choice spaced">
        <input
          type="checkbox"
          checked={immediately}
          onChange={(event) => setImmediately(event.currentTarget.checked)}
        />{" "}
        Somebody may have copied the present key
      </label>
    </ConfirmDialog>
  );
}
