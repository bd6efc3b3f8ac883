/** The small histogram next to a column's name. */
const NS = "http://www.w3.org/2000/svg";
const WIDTH = 48;
const HEIGHT = 16;

/** @param {number[]} counts @returns {string} one closed path of bars */
function createBarsPath(counts) {
  const highest = Math.max(1, ...counts);
  const width = WIDTH / Math.max(counts.length, 1);
  return counts
    .map((count, index) => {
      const height = count ? Math.max(1, (count / highest) * HEIGHT) : 0;
      return `M${(index * width).toFixed(2)} ${HEIGHT}v${-height.toFixed(2)}h${(width * 0.86).toFixed(2)}v${height.toFixed(2)}z`;
    })
    .join("");
}

/** @param {number[]} counts */
export function createSparkline(counts) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "dx-sketch");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NS, "path");
  path.setAttribute("d", createBarsPath(counts));
  svg.append(path);
  return svg;
}
