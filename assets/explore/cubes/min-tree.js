// Cubes of minima, kept as a tournament: node k holds the cell-wise minimum of nodes 2k and 2k + 1, and the cube's rows
// are the leaves. Any run of rows is the minimum of at most 2 log2(rows) nodes, for twice the cube's memory. (A sparse
// table would need two nodes, and log2(rows) times the memory and the time to build.) A maximum is a negated minimum.

import { unpackCube } from "./sparse-cells.js";

/** @typedef {import("./row-runs.js").RowRuns} RowRuns */

export class MinTree {
  #nodes;
  #ny;
  #nx;
  #cells;

  /**
   * @param {Float64Array} values [ny x nx x cells]; +Infinity where there is none
   * @param {number} ny 1 for a one-dimensional active view
   * @param {number} nx
   * @param {number} cells
   * @param {1|-1} sign -1 keeps maxima (of values that are -Infinity where there is none)
   */
  constructor(values, ny, nx, cells, sign) {
    const line = nx * cells;
    this.#nodes = new Float64Array((4 * ny - 2) * line);
    this.#ny = ny;
    this.#nx = nx;
    this.#cells = cells;
    for (let y = 0; y < ny; y++) {
      const start = 2 * (ny + y - 1) * line;
      for (let k = 0; k < line; k++) this.#nodes[start + line + k] = sign * values[y * line + k];
      buildInnerNodes(this.#nodes, start, nx, cells);
    }
    buildInnerNodes(this.#nodes, -2 * line, ny, 2 * line);
  }

  /**
   * Adds values to some cells of the cube.
   * @param {Uint32Array} places of the cells @param {Float64Array} values one per place, as in the constructor
   * @param {1|-1} sign
   */
  appendValues(places, values, sign) {
    const nodes = this.#nodes;
    const cells = this.#cells;
    const line = this.#nx * cells;
    for (let i = 0; i < places.length; i++) {
      const cell = places[i] % cells;
      const y = Math.floor(places[i] / line);
      const x = Math.floor((places[i] % line) / cells);
      const value = sign * values[i];
      for (let a = this.#ny + y; a > 0; a >>= 1)
        for (let b = this.#nx + x; b > 0; b >>= 1) {
          const k = (2 * this.#nx * (a - 1) + b) * cells + cell;
          if (value < nodes[k]) nodes[k] = value;
        }
    }
  }

  /** Adds the cells that were left out. @param {number} cells @param {Uint32Array} places */
  unpackCells(cells, places) {
    this.#nodes = unpackCube(this.#nodes, cells, places, Infinity);
    this.#cells = cells;
  }

  /**
   * @param {RowRuns|null} ys null for a one-dimensional active view
   * @param {RowRuns} xs
   * @param {Float64Array} out one minimum per cell, +Infinity where there is none; rows taken in part count as whole
   */
  findMinima(ys, xs, out) {
    out.fill(Infinity);
    if (ys === null) this.#visitLine(this.#ny, xs, out);
    else for (let s = 0; s < ys.length; s++) this.#visitLines(ys.from[s], ys.to[s], xs, out);
  }

  /** @param {number} from @param {number} to @param {RowRuns} xs @param {Float64Array} out */
  #visitLines(from, to, xs, out) {
    for (let a = from + this.#ny, b = to + this.#ny; a < b; a >>= 1, b >>= 1) {
      if (a & 1) this.#visitLine(a++, xs, out);
      if (b & 1) this.#visitLine(--b, xs, out);
    }
  }

  /** @param {number} line @param {RowRuns} xs @param {Float64Array} out */
  #visitLine(line, xs, out) {
    const nx = this.#nx;
    const first = 2 * nx * (line - 1);
    for (let s = 0; s < xs.length; s++)
      for (let a = xs.from[s] + nx, b = xs.to[s] + nx; a < b; a >>= 1, b >>= 1) {
        if (a & 1) this.#mergeNode((first + a++) * this.#cells, out);
        if (b & 1) this.#mergeNode((first + --b) * this.#cells, out);
      }
  }

  /** @param {number} node @param {Float64Array} out */
  #mergeNode(node, out) {
    const nodes = this.#nodes;
    for (let i = 0; i < out.length; i++) if (nodes[node + i] < out[i]) out[i] = nodes[node + i];
  }
}

/**
 * Fills the inner nodes above `leaves` leaves of `width` numbers each.
 * @param {Float64Array} nodes
 * @param {number} start where the unused node 0 would be
 * @param {number} leaves
 * @param {number} width
 */
function buildInnerNodes(nodes, start, leaves, width) {
  for (let k = leaves - 1; k > 0; k--) {
    const node = start + k * width;
    const left = start + 2 * k * width;
    for (let i = 0; i < width; i++) {
      const a = nodes[left + i];
      const b = nodes[left + width + i];
      nodes[node + i] = a < b ? a : b;
    }
  }
}
