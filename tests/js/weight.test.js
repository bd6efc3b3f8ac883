import assert from "node:assert/strict";
import { test } from "node:test";
import { weigh } from "../../assets/explore/weight.js";

test("rows weigh what their values do, and the letters of their texts", () => {
  assert.equal(weigh([]), 0);
  assert.equal(weigh([[1, null], [true, 2.5]]), 4 * weigh([[7]]));
  assert.equal(weigh([["abcde"]]) - weigh([[""]]), 10);
});
