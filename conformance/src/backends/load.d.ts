import type { Backend } from '@taimatsu/core/backend';
/** A backend under test, and the name it was asked for by. */
export interface LoadedBackend {
  readonly name: string;
  readonly backend: Backend;
}
/** The names that {@link loadBackend} knows. */
export declare const backendNames: readonly string[];
/**
 * A backend by its name, or by a path to a module that exports it: as `backend`, as its default, or through an
 * asynchronous `create()`.
 * @throws {@link UsageError}
 */
export declare function loadBackend(name: string): Promise<LoadedBackend>;
/** Several at once, from a list such as `cpu,./my-backend.js`. @throws {@link UsageError} */
export declare function loadBackends(list: string): Promise<readonly LoadedBackend[]>;
