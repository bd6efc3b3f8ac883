import assert from "node:assert/strict";
import { test } from "node:test";
import { PauseMarks } from "../../assets/live/pauses.js";

/** Live updates that record where they were pinned; the service knows these marks, and responds when it is released. */
function setting(known) {
  const pinned = [];
  const asked = [];
  const waiting = [];
  globalThis.fetch = (url, { method }) => {
    asked.push(`${method} ${url}`);
    return new Promise((resolve) => waiting.push(() => {
      const mark = method === "POST" ? known.length - 1 : Number(url.split("/").at(-1));
      const found = mark < known.length;
      const body = found ? { mark, rows: known[mark] } : { error: { message: "This live session has no such mark." } };
      resolve(new Response(JSON.stringify(body), { status: found ? 200 : 404, headers: { "Content-Type": "application/json" } }));
    }));
  };
  const answer = async (index = 0) => {
    waiting.splice(index, 1)[0]();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { marks: new PauseMarks({ pinRows: (rows) => pinned.push(rows) }, "/api/live/k"), pinned, asked, answer };
}

test("a mark is asked for once, and shows as many rows as one sees", async () => {
  const { marks, pinned, asked, answer } = setting([120]);
  void marks.showMark(0);
  await answer();
  void marks.showMark(null);
  await marks.showMark(0);
  assert.deepEqual(pinned, [120, null, 120]);
  assert.deepEqual(asked, ["GET /api/live/k/marks/0"]);
});

test("the last wish counts, whichever answer comes last", async () => {
  const { marks, pinned, answer } = setting([120, 150]);
  void marks.showMark(0);
  void marks.showMark(1);
  await answer(1);
  await answer(0);
  assert.deepEqual(pinned, [150]);
});

test("who makes a mark knows it", async () => {
  const { marks, pinned, asked, answer } = setting([120]);
  const made = marks.createMark();
  await answer();
  await marks.showMark(await made);
  assert.deepEqual([pinned, asked], [[120], ["POST /api/live/k/marks"]]);
});

test("a mark that nobody knows goes on with the newest rows", async () => {
  const { marks, pinned, answer } = setting([]);
  void marks.showMark(7);
  await answer();
  assert.deepEqual(pinned, [null]);
});
