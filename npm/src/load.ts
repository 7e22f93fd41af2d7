/** What wasm-bindgen makes of a compiled crate. */
interface Compiled {
  initSync(options: { module: Uint8Array<ArrayBuffer> }): unknown;
}

const loaded = new WeakSet<Compiled>();

/**
 * Compiles the rules, unless they are already.
 *
 * Called at the first use and not on import: then a bundler may leave out what is
 * not used, and a page that only imports pays nothing.
 */
export function load<Rules extends Compiled>(rules: Rules, bytes: () => Uint8Array<ArrayBuffer>): Rules {
  if (!loaded.has(rules)) {
    rules.initSync({ module: bytes() });
    loaded.add(rules);
  }
  return rules;
}
