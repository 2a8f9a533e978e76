// Reads a change feed to its end and writes its members as N-Quads.
import { replicateLDES, intoConfig } from "ldes-client";
import { Writer } from "n3";

const client = replicateLDES(intoConfig({ url: process.argv[2] }), "ascending");
const reader = client.stream().getReader();
for (let read = await reader.read(); !read.done; read = await reader.read())
  process.stdout.write(new Writer({ format: "N-Quads" }).quadsToString(read.value.quads));
