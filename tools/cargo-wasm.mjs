// cargo for wasm, with the toolchain that set-up chose:
//
//   node tools/cargo-wasm.mjs test -p handbill-wasm
import { exitCode } from './process.mjs';
import { chosenToolchain, wasmCargoEnvironment } from './toolchain.mjs';

const [command = '', ...args] = process.argv.slice(2);
const [own, passedOn] = args.includes('--') ? [args.slice(0, args.indexOf('--')), args.slice(args.indexOf('--'))] : [args, []];

if (command === 'clippy' && chosenToolchain() === 'debian') {
  // rustup's clippy can't read what Debian's compiler made: lint for the host instead.
  console.log('clippy: linting for this machine, not for wasm, with the Debian toolchain');
  process.exitCode = await exitCode('cargo', [command, ...own, ...passedOn]);
} else {
  process.exitCode = await exitCode('cargo', [command, '--target', 'wasm32-unknown-unknown', ...own, ...passedOn], { env: wasmCargoEnvironment() });
}
