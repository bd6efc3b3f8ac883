import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Picture } from "../../assets/explore/cubes/view-data.js";
import { decode } from "../../assets/explore/cubes/frame-decoder.js";

const { buffer, byteOffset, byteLength } = readFileSync(new URL("../fixtures/frame_line.bin", import.meta.url));
const [view] = decode(buffer.slice(byteOffset, byteOffset + byteLength)).views.values();

test("a picture names the engine of what it shows, unless that is the ordinary one", () => {
  const picture = new Picture("a");
  picture.begin(view, "a");
  picture.takePlain({ ...view, engine: "cuxfilter" });
  picture.takeCube({ ...view }, true);
  picture.show("plain", null, 1);
  assert.equal(picture.engine, "cuxfilter");
  picture.show("cube", null, 2);
  assert.equal(picture.engine, "");
});
