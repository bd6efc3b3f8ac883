import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ViewData } from "../../assets/explore/cubes/view-data.js";
import { decodeFrame } from "../../assets/explore/cubes/frame-decoder.js";

const { buffer, byteOffset, byteLength } = readFileSync(new URL("../fixtures/frame_line.bin", import.meta.url));
const [view] = decodeFrame(buffer.slice(byteOffset, byteOffset + byteLength)).views.values();

test("a picture names the engine of what it shows, unless that is the ordinary one", () => {
  const viewData = new ViewData("a");
  viewData.setGhost(view, "a");
  viewData.setPlain({ ...view, engine: "cuxfilter" });
  viewData.setCube({ ...view }, true);
  viewData.updateValues("plain", null, 1);
  assert.equal(viewData.engine, "cuxfilter");
  viewData.updateValues("cube", null, 2);
  assert.equal(viewData.engine, "");
});
