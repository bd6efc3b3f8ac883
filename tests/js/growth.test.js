import assert from "node:assert/strict";
import { test } from "node:test";
import { widened } from "../../assets/explore/growth.js";

const axis = (type, domain) => ({ type, domain });

test("a widened domain holds the greatest value, and keeps what there is where there are no values", () => {
  assert.deepEqual(widened([-5, 995], axis("linear", [0, 100])), [-5, 996]);
  assert.deepEqual(widened([7, 7], axis("linear", [0, 100])), [7, 8]);
  assert.deepEqual(widened([], axis("linear", [0, 100])), [0, 100]);
  assert.deepEqual(widened([-3, 0], axis("log", [1, 100])), [1, 2]);
  assert.deepEqual(widened([0.5, 1000.5], axis("time", [0, 9])), [0, 1002]);
});
