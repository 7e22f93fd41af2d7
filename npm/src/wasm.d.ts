// What the bundler makes of the compiled rules: a function that answers their bytes.
declare module '*.wasm' {
  const bytes: () => Uint8Array<ArrayBuffer>;
  export default bytes;
}
