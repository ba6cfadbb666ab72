// Makes the component: `node build.mjs <folder of the contract> <component>`.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
// Imports preview2-shim without saying so; therefore it is among this guest's own dependencies.
import { componentize } from "@bytecodealliance/componentize-js";

const [contract, output] = process.argv.slice(2);
const own = (file) => fileURLToPath(new URL(file, import.meta.url));

// componentize-js imports all of a world, used or not; so the world is the guest's own.
const wit = await mkdtemp(join(tmpdir(), "miniapp-wit-"));
try {
  await cp(own("wit"), wit, { recursive: true });
  await mkdir(join(wit, "deps"));
  await cp(contract, join(wit, "deps", "miniapp-host"), { recursive: true });
  const source = await readFile(own("app.js"), "utf8");
  const { component } = await componentize(source, { witPath: wit, worldName: "guest" });
  await writeFile(output, component);
} finally {
  await rm(wit, { recursive: true });
}
