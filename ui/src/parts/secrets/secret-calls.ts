// The calls that create and delete the secrets of one account or client.
import type { NewSecret, Secret } from "../../api/schema";

export interface SecretCalls {
  create: (days: number) => Promise<NewSecret>;
  delete: (secret: Secret) => Promise<void>;
  /** What a deletion does to tokens that were issued with the secret. */
  deleteNote: string;
}

export const ACCOUNT_DELETE_NOTE =
  "If the secret was used recently, Samovar also revokes the current tokens of the account. " +
  "A service that verifies tokens by itself accepts them until they expire, after 10 minutes at most.";

export const CLIENT_DELETE_NOTE =
  "Tokens that were issued before stay valid until they expire, after 10 minutes at most.";
