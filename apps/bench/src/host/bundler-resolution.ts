import { existsSync, readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';

/**
 * Lets Node import the packages of `scope` as bundlers do: by their `module` field, and without endings inside. What
 * TensorFlow.js publishes for Node leaves out the gradients, and loading them beside it would load it twice. Its modules
 * expect a global `require` where they find Node.
 */
export function resolveLikeBundlers(scope: string): void {
  Object.assign(globalThis, { require: createRequire(import.meta.url) });
  const isInside = (url: string | undefined): boolean => url?.includes(`/node_modules/${scope}/`) ?? false;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier.startsWith(`${scope}/`)) {
        if (specifier.split('/').length > 2) return next(ended(specifier), context);
        return { url: moduleOf(next(specifier, context).url, specifier), shortCircuit: true };
      }
      if (!specifier.startsWith('.') || !isInside(context.parentURL)) return next(specifier, context);
      const url = new URL(specifier, context.parentURL);
      const candidates = [url.href, `${url.href}.js`, `${url.href}/index.js`].map((href) => new URL(href));
      const found = candidates.find((one) => one.pathname.endsWith('.js') && existsSync(one));
      return found === undefined ? next(specifier, context) : { url: found.href, shortCircuit: true };
    },
  });
}

const ended = (path: string): string => (/\.\w+$/.test(path) ? path : `${path}.js`);

/** The entry for bundlers of the package that `main` is the entry of. */
function moduleOf(main: string, name: string): string {
  const folder = main.slice(0, main.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length);
  const manifest: { readonly module: string } = JSON.parse(
    readFileSync(new URL('package.json', folder), 'utf8'),
  );
  return new URL(manifest.module, folder).href;
}
