// Where tiles go. Plain numbers in, rectangles out.

/**
 * @typedef {object} Rectangle
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 *
 * @typedef {{ width: number, height: number }} Size
 */

/**
 * Tiles are as wide or narrow as that, and what they show is cropped to fit. A tall
 * stage is a telephone's, and so are its pictures.
 */
const ratioMax = 16 / 9;
const ratioMinWide = 4 / 3;
const ratioMinTall = 4 / 5;

const screenRatio = 16 / 9;
const stripShare = 0.22;
const stripMin = 96;
const stripMax = 280;

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** @param {Size} box */
const ratioMinOf = ({ width, height }) => (width > height ? ratioMinWide : ratioMinTall);

/**
 * The largest tile of a tolerable shape that fits a cell.
 *
 * @param {Size} cell
 * @param {number} ratioMin
 * @returns {Size}
 */
function tileIn({ width, height }, ratioMin) {
  const ratio = clamp(width / height, ratioMin, ratioMax);
  return width / height > ratio
    ? { width: height * ratio, height }
    : { width, height: width / ratio };
}

/**
 * Rows of equal tiles, the last one centered.
 *
 * @param {number} count
 * @param {Size} box
 * @param {number} gap
 * @returns {Rectangle[]}
 */
export function layoutGrid(count, box, gap) {
  let best = { columns: 1, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: Math.max(0, (box.width - gap * (columns - 1)) / columns),
      height: Math.max(0, (box.height - gap * (rows - 1)) / rows),
    };
    const tile = tileIn(cell, ratioMinOf(box));
    if (tile.width * tile.height > best.tile.width * best.tile.height)
      best = { columns, tile };
  }
  const { columns, tile } = best;
  const rows = Math.ceil(count / columns);
  const top = (box.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = (box.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      x: left + (index % columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      ...tile,
    };
  });
}

/**
 * One large tile, which shows all of a screen, and the others in a strip beside
 * or below it, whichever leaves the screen more.
 *
 * @param {number} count
 * @param {Size} box
 * @param {number} gap
 * @param {number} featured Index of the large one.
 * @returns {Rectangle[]}
 */
export function layoutFeatured(count, box, gap, featured) {
  if (count < 2) return [{ x: 0, y: 0, ...box }];
  const beside = withStrip(count, box, gap, featured);
  const below = withStrip(count, turned(box), gap, featured, turned);
  const screenOf = (/** @type {Rectangle[]} */ places) => {
    const { width, height } = places[featured];
    return Math.min(width, height * screenRatio);
  };
  return screenOf(beside) > screenOf(below) ? beside : below;
}

/**
 * @template {Size} Shape
 * @param {Shape} shape
 * @returns {Shape} Its mirror image in the diagonal.
 */
function turned(shape) {
  const { width, height } = shape;
  const { x, y } = /** @type {Partial<Rectangle>} */ (shape);
  return {
    ...shape,
    width: height,
    height: width,
    ...(x !== undefined && { x: y, y: x }),
  };
}

/**
 * The strip on the right.
 *
 * @param {number} count
 * @param {Size} box
 * @param {number} gap
 * @param {number} featured
 * @param {<Shape extends Size>(shape: Shape) => Shape} [turn] For a strip below:
 *   everything is turned, but what a tile may look like.
 * @returns {Rectangle[]}
 */
function withStrip(count, box, gap, featured, turn = (shape) => shape) {
  const longest = (box.height - gap * (count - 2)) / (count - 1);
  const wished = clamp(box.width * stripShare, stripMin, stripMax);
  const ratioMin = ratioMinOf(turn(box));
  const tile = turn(tileIn(turn({ width: wished, height: longest }), ratioMin));
  const length = (count - 1) * tile.height + (count - 2) * gap;
  const width = box.width - tile.width - gap;
  return Array.from({ length: count }, (_, index) => {
    if (index === featured) return turn({ x: 0, y: 0, width, height: box.height });
    const place = index < featured ? index : index - 1;
    const y = (box.height - length) / 2 + place * (tile.height + gap);
    return turn({ x: width + gap, y, ...tile });
  });
}
