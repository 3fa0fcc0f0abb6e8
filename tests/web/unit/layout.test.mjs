// Tiles lie within the stage, beside each other, and in a shape that suits them.
import assert from "node:assert/strict";
import test from "node:test";
import { layoutFeatured, layoutGrid } from "../../../web/page/layout.js";

const gap = 10;
const slack = 0.001;
/// Stages of a telephone, of windows with and without panels, and of odd shapes.
const stages = [
  [374, 640],
  [374, 300],
  [704, 632],
  [1000, 632],
  [1520, 950],
  [1900, 950],
  [2500, 400],
  [320, 240],
  [200, 900],
].map(([width, height]) => ({ width, height }));

function assertApart(tiles, box) {
  for (const [index, a] of tiles.entries()) {
    assert.ok(a.width > 0 && a.height > 0, "it can be seen");
    assert.ok(a.x >= -slack && a.x + a.width <= box.width + slack, "within the width");
    assert.ok(a.y >= -slack && a.y + a.height <= box.height + slack, "within the height");
    for (const b of tiles.slice(index + 1)) {
      const isBeside =
        a.x + a.width + gap <= b.x + slack || b.x + b.width + gap <= a.x + slack;
      const isBelow =
        a.y + a.height + gap <= b.y + slack || b.y + b.height + gap <= a.y + slack;
      assert.ok(isBeside || isBelow, "apart from the others");
    }
  }
}

function assertShape({ width, height }, box) {
  const least = box.width > box.height ? 4 / 3 : 4 / 5;
  assert.ok(width / height >= least - slack && width / height <= 16 / 9 + slack);
}

for (const box of stages) {
  for (const count of [1, 2, 3, 4, 5, 6, 12]) {
    test(`${count} in ${box.width} x ${box.height}`, () => {
      const grid = layoutGrid(count, box, gap);
      assert.equal(grid.length, count);
      assertApart(grid, box);
      for (const tile of grid) assertShape(tile, box);

      for (const featured of new Set([0, count - 1])) {
        const tiles = layoutFeatured(count, box, gap, featured);
        assert.equal(tiles.length, count);
        assertApart(tiles, box);
        const area = ({ width, height }) => width * height;
        for (const tile of tiles) assert.ok(area(tile) <= area(tiles[featured]));
        for (const tile of tiles.filter((_, index) => index !== featured))
          assertShape(tile, box);
      }
    });
  }
}

test("six on a telephone stand two by three, on a wide screen three by two", () => {
  const columns = (box) => new Set(layoutGrid(6, box, gap).map(({ x }) => x)).size;
  assert.equal(columns({ width: 374, height: 640 }), 2);
  assert.equal(columns({ width: 1520, height: 950 }), 3);
});

test("a last row that is not full stands in the middle", () => {
  const box = { width: 1520, height: 950 };
  const tiles = layoutGrid(5, box, gap);
  const [fourth, fifth] = tiles.slice(3);
  assert.equal(fourth.y, fifth.y);
  assert.ok(Math.abs(fourth.x + fifth.x + fifth.width - box.width) < slack);
});
