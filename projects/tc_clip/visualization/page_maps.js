// Draws frames and maps on canvases.

const LARGE = 480; // shorter side of the large pictures, in pixels, at least
const THUMB = 112;
const KEPT = 6; // videos whose frames stay decoded
const decoded = new Map();

function decode(text, Type) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Type(bytes.buffer);
}

async function openImages(sources) {
  return Promise.all(sources.map(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    return image;
  }));
}

// Images of each model's frames; of the videos that were looked at last.
function openVideo(index) {
  const video = run.videos[index];
  const images = decoded.get(index) || Promise.all(video.views.map(
      (one, i) => i && !one.frames ? null : openImages(framesOf(video, one))));
  decoded.delete(index);
  decoded.set(index, images);
  if (decoded.size > KEPT) decoded.delete(decoded.keys().next().value);
  return images.then((each) => each.map((own) => own || each[0]));
}

function openLayer(layer) {
  if (typeof layer.attention === 'string') {
    layer.attention = decode(layer.attention, Uint8Array);
    layer.groups = layer.groups && decode(layer.groups, Int16Array);
  }
  return layer;
}

function fillPatch(context, style, alpha, box) {
  context.globalAlpha = alpha;
  context.fillStyle = style;
  context.fillRect(...box);
}

// Lines where the patch borders on others, inside of it.
function outline(context, style, [x, y, w, h], isOther) {
  const line = Math.max(1, Math.round(Math.min(w, h) / 12));
  const sides = [[-1, 0, x, y, w, line], [1, 0, x, y + h - line, w, line],
    [0, -1, x, y, line, h], [0, 1, x + w - line, y, line, h]];
  for (const [down, across, ...box] of sides) {
    if (isOther(down, across)) fillPatch(context, style, 1, box);
  }
}

function drawGroup(context, layer, map, box, group, around) {
  if (group < 0) {
    fillPatch(context, '#000', 1 - run.dark, box);
    return;
  }
  const style = map === 'seeds' ? '#fff' : layer.colours[group];
  if (map === 'context') fillPatch(context, style, run.tint, box);
  outline(context, style, box, (down, across) => {
    const other = around(down, across);
    return other !== null && (map === 'seeds' ? other < 0 : other !== group);
  });
}

function drawPatches(context, layer, map, frame, [rows, columns]) {
  const {width, height} = context.canvas;
  const at = (row, column) => (frame * rows + row) * columns + column;
  const edge = (i, cells, size) => Math.round(i * size / cells);
  const group = (row, column) =>
    row < 0 || row >= rows || column < 0 || column >= columns ? null :
      layer.groups[at(row, column)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [edge(column, columns, width), edge(row, rows, height)];
      const box = [x, y, edge(column + 1, columns, width) - x,
        edge(row + 1, rows, height) - y];
      if (map === 'attention') {
        const level = layer.attention[at(row, column)];
        fillPatch(context, run.heat[level], run.tint, box);
      } else {
        drawGroup(context, layer, map, box, group(row, column),
            (down, across) => group(row + down, column + across));
      }
    }
  }
  context.globalAlpha = 1;
}

function toGrey(context) {
  context.globalCompositeOperation = 'saturation';
  context.fillStyle = '#888';
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.globalCompositeOperation = 'source-over';
}

// Draws a frame, and a map over it unless `map` is missing.
function draw(canvas, image, side, one, frame, map) {
  const {naturalWidth: width, naturalHeight: height} = image;
  const small = Math.min(width, height);
  const factor = side === THUMB ? side / small :
    Math.max(1, Math.ceil(side / small));
  canvas.width = Math.round(width * factor);
  canvas.height = Math.round(height * factor);
  const context = canvas.getContext('2d');
  context.imageSmoothingEnabled = factor <= 1;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (!map) return;
  if (map !== 'seeds') toGrey(context);
  drawPatches(context, openLayer(one.layers[layerIndex(one)]), map, frame,
      one.grid);
}

// What the attention of a frame amounts to.
function attentionIn(one, frame) {
  const layer = openLayer(one.layers[layerIndex(one)]);
  const [rows, columns] = one.grid;
  const levels = layer.attention.subarray(
      frame * rows * columns, (frame + 1) * rows * columns);
  const unit = layer.most / 255;
  return {most: layer.most, here: unit * Math.max(...levels),
    sum: unit * levels.reduce((a, b) => a + b, 0)};
}

// What is at a place of a map, in words.
function describePatch(one, frame, map, across, down) {
  const [rows, columns] = one.grid;
  const row = clamp(Math.floor(down * rows), rows - 1);
  const column = clamp(Math.floor(across * columns), columns - 1);
  const layer = openLayer(one.layers[layerIndex(one)]);
  const place = (frame * rows + row) * columns + column;
  const where = `row ${row + 1}, column ${column + 1}: `;
  if (map === 'attention') {
    const value = layer.most * layer.attention[place] / 255;
    return `${where}attention ${value.toPrecision(2)}`;
  }
  const group = layer.groups[place];
  return where + (group < 0 ? 'no seed token' : `context token ${group + 1}`);
}
