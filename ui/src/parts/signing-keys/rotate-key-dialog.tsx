// Rotates a signing key: in an hour without an interruption, or at once if the current key may be compromised.
import { useState } from "preact/hooks";
import { api, unwrap } from "../../api/client";
import type { SigningAlgorithm } from "../../api/schema";
import { announce } from "../../hooks/announce";
import { ConfirmDialog } from "../feedback/confirm-dialog";

interface Props {
  algorithm: SigningAlgorithm;
  /** The next key is already published. */
  nextPublished: boolean;
  onRotated: () => Promise<void>;
  onClose: () => void;
}

export function RotateKeyDialog({ algorithm, nextPublished, onRotated, onClose }: Props) {
  const [immediately, setImmediately] = useState(false);
  const work = async () => {
    const { key } = await unwrap(
      api.POST("/signing-keys/rotate", { body: { algorithm, immediately } }),
    );
    announce(
      key ? `New ${algorithm} key published` : `A new ${algorithm} key was already published`,
    );
    await onRotated();
  };
  return (
    <ConfirmDialog
      title={`Rotate the ${algorithm} key?`}
      verb={immediately ? "Replace key now" : "Rotate"}
      harmless={!immediately}
      disabled={nextPublished && !immediately}
      work={work}
      onClose={onClose}
    >
      {!immediately && nextPublished && (
        <p>A new key is already published and signs tokens soon.</p>
      )}
      {!immediately && !nextPublished && (
        <ul>
          <li>
            A new key is published now and signs tokens in an hour, after services have reloaded the
            published keys.
          </li>
          <li>
            The current key signs until then. It stays published until its tokens have expired.
          </li>
          <li>Valid tokens stay valid. No other action is needed.</li>
        </ul>
      )}
      {immediately && (
        <ul>
          <li>A new key signs tokens at once. All tokens of the current key are refused.</li>
          <li>
            Programs must get new tokens with their secrets or refresh tokens. Until then their
            calls fail.
          </li>
          <li>
            A service that verifies tokens by itself accepts the old key until it reloads the
            published keys, after 5 minutes.
          </li>
        </ul>
      )}
      <label class="choice spaced">
        <input
          type="checkbox"
          checked={immediately}
          onChange={(event) => setImmediately(event.currentTarget.checked)}
        />{" "}
        The current key may be compromised
      </label>
    </ConfirmDialog>
  );
}
