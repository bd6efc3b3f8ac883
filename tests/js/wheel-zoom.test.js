import assert from "node:assert/strict";
import { test } from "node:test";
import { isWheelNotch } from "../../assets/charts/wheel-zoom.js";

test("a wheel turns in notches, two fingers glide", () => {
  const turns = [{ wheelDeltaY: -120 }, { wheelDeltaY: 360 }, { deltaMode: 1, wheelDeltaY: 3 }, { wheelDeltaX: 120 }];
  const glides = [{ wheelDeltaY: -12 }, { wheelDeltaY: 120, wheelDeltaX: 3 }];
  assert.deepEqual(turns.map((event) => isWheelNotch({ deltaMode: 0, ...event })), [true, true, true, true]);
  assert.deepEqual(glides.map((event) => isWheelNotch({ deltaMode: 0, ...event })), [false, false]);
});
