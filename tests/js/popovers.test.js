/** Where a popover is placed: never outside the window, whatever its size and wherever its button. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { computePopoverPlace } from "../../assets/explore/popovers.js";

const WINDOWS = [{ width: 1440, height: 900 }, { width: 390, height: 844 }, { width: 320, height: 200 }];
const SIZES = [{ width: 300, height: 120 }, { width: 300, height: 640 }, { width: 300, height: 2000 }, { width: 600, height: 400 }];

/** @param {number} left @param {number} top */
const makeButton = (left, top) => ({ left, right: left + 28, top, bottom: top + 28 });

test("a popover stays inside the window at every edge and corner, and scrolls if it is taller", () => {
  for (const viewport of WINDOWS) {
    for (const size of SIZES) {
      for (const x of [-20, 0, viewport.width / 2, viewport.width - 28, viewport.width + 20]) {
        for (const y of [-20, 0, viewport.height / 2, viewport.height - 28, viewport.height + 20]) {
          for (const align of /** @type {const} */ (["left", "right"])) {
            const { left, top, maxHeight } = computePopoverPlace(makeButton(x, y), size, viewport, align);
            const height = Math.min(size.height, maxHeight);
            const width = Math.min(size.width, viewport.width - 16);
            assert.ok(left >= 8 && left + width <= viewport.width - 8, `${x} ${align}`);
            assert.ok(top >= 8 && top + height <= viewport.height - 8, `${y} ${height}`);
          }
        }
      }
    }
  }
});

test("it is below its button with room there, above with room only there, and right edges are in line", () => {
  const [viewport] = WINDOWS;
  assert.deepEqual(computePopoverPlace(makeButton(700, 100), SIZES[0], viewport), { left: 428, top: 132, maxHeight: 884 });
  assert.equal(computePopoverPlace(makeButton(700, 860), SIZES[0], viewport).top, 736);
  assert.equal(computePopoverPlace(makeButton(700, 400), SIZES[1], viewport).top, 252);
  assert.equal(computePopoverPlace(makeButton(700, 100), SIZES[0], viewport, "left").left, 700);
});
