'use strict';
// Draws the run that is in the page. A view is a video, a layer, a frame and
// what is drawn over it; it is kept in the address, so that it can be shared.

const run = JSON.parse(document.getElementById('run').textContent);
const MEANINGS = {
  frame: 'What the tower saw.',
  seeds: 'Seed tokens: the patches of each frame that the layer chose.',
  context: 'Context tokens: patches that were merged into one token have one ' +
    'colour, in all frames. Colours belong to one layer.',
  attention: "Attention of each frame's CLS token to the frame's patches, " +
    'mean over heads; red is the maximum over the clip.',
};
const MAPS = Object.keys(MEANINGS);
const SMALL = 240; // frames with a shorter side are enlarged by a whole factor
const view = {video: 0, layer: Infinity, frame: 0, map: 'context', wrong: false};
let playing = null;

const element = (id) => document.getElementById(id);
const clamp = (x, most) => Math.max(0, Math.min(x, most));

function make(tag, parent, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  parent.append(made);
  return made;
}

function decode(text, Type) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Type(bytes.buffer);
}

// Decoded images and maps of a video; only of those that were looked at.
async function openVideo(video) {
  if (!video.images) {
    video.images = Promise.all(video.frames.map(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      return image;
    }));
    for (const layer of video.layers) {
      layer.attention = decode(layer.attention, Uint8Array);
      layer.groups = layer.groups && decode(layer.groups, Int16Array);
    }
  }
  return video.images;
}

const isRight = (video) => video.truth === null ||
  video.truth === video.guesses[0].label;
const shown = () => run.videos.map((_, i) => i).filter(
  (i) => !view.wrong || !isRight(run.videos[i]));

// Index of the layer nearest to the one that was asked for.
const chosenLayer = (video) => clamp(view.layer, video.layers.length - 1);

// What can be drawn of a video.
function available(video) {
  if (!video.layers.length) return ['frame'];
  const layer = video.layers[chosenLayer(video)];
  return layer.groups ? MAPS : ['frame', 'attention'];
}

function chosenMap(video) {
  const maps = available(video);
  return maps.includes(view.map) ? view.map : maps[maps.length - 1];
}

function drawPatches(context, layer, map, frame, [rows, columns]) {
  const {width, height} = context.canvas;
  const offset = frame * rows * columns;
  const group = (row, column) => layer.groups[offset + row * columns + column];
  const inside = (row, column) => row >= 0 && row < rows && column >= 0 &&
    column < columns;
  const edge = (i, cells, size) => Math.round(i * size / cells);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [edge(column, columns, width), edge(row, rows, height)];
      const [w, h] = [edge(column + 1, columns, width) - x,
        edge(row + 1, rows, height) - y];
      const fill = (style, alpha, ...box) => {
        context.globalAlpha = alpha;
        context.fillStyle = style;
        context.fillRect(...box);
      };
      if (map === 'attention') {
        const level = layer.attention[offset + row * columns + column];
        fill(run.heat[level], run.tint, x, y, w, h);
        continue;
      }
      const own = group(row, column);
      if (own < 0) {
        fill('#000', 1 - run.dark, x, y, w, h);
        continue;
      }
      const style = map === 'seeds' ? '#fff' : layer.colours[own];
      if (map === 'context') fill(style, run.tint, x, y, w, h);
      const line = Math.max(1, Math.round(Math.min(w, h) / 12));
      const differs = (r, c) => inside(r, c) &&
        (map === 'seeds' ? group(r, c) < 0 : group(r, c) !== own);
      if (differs(row - 1, column)) fill(style, 1, x, y, w, line);
      if (differs(row + 1, column)) fill(style, 1, x, y + h - line, w, line);
      if (differs(row, column - 1)) fill(style, 1, x, y, line, h);
      if (differs(row, column + 1)) fill(style, 1, x + w - line, y, line, h);
    }
  }
  context.globalAlpha = 1;
}

function draw(canvas, video, image, frame) {
  const {naturalWidth: width, naturalHeight: height} = image;
  const factor = Math.ceil(SMALL / Math.min(width, height));
  canvas.width = width * factor;
  canvas.height = height * factor;
  const context = canvas.getContext('2d');
  context.imageSmoothingEnabled = factor === 1;
  const map = chosenMap(video);
  const grey = map === 'context' || map === 'attention';
  context.filter = grey ? 'grayscale(1)' : 'none';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  context.filter = 'none';
  if (map === 'frame') return;
  const layer = video.layers[chosenLayer(video)];
  drawPatches(context, layer, map, frame, video.grid);
}

function showVerdict(video) {
  element('name').textContent = video.name;
  const verdict = element('verdict');
  const best = video.guesses[0].label;
  verdict.className = video.truth === null ? '' :
    isRight(video) ? 'right' : 'wrong';
  verdict.textContent = video.truth === null ? `predicted: ${best}` :
    isRight(video) ? `✓ ${best}` : `✗ ${best}; it is ${video.truth}`;
  const bars = element('guesses');
  bars.replaceChildren();
  for (const {label, probability} of video.guesses) {
    const bar = make('div', bars, {className: 'bar'});
    make('i', bar).style.width = `${100 * probability}%`;
    const text = make('span', bar);
    make('span', text, {
      textContent: label,
      className: label === video.truth ? 'right' : '',
    });
    make('b', text, {textContent: `${(100 * probability).toFixed(1)} %`});
  }
}

function showControls(video) {
  const layers = video.layers.length;
  const layer = chosenLayer(video);
  element('maps').hidden = element('layers').hidden = !layers;
  Object.assign(element('layer'), {max: layers || 1});
  element('layer').value = layer + 1;
  element('layer-value').textContent = `${layer + 1} of ${layers}`;
  element('frame').max = video.frames.length;
  element('frame').value = view.frame + 1;
  element('frame-value').textContent =
    `${view.frame + 1} of ${video.frames.length}`;
  const map = chosenMap(video);
  for (const input of document.querySelectorAll('input[name=map]')) {
    input.checked = input.value === map;
    input.disabled = !available(video).includes(input.value);
  }
  element('meaning').textContent = MEANINGS[map];
  element('only-wrong').checked = view.wrong;
}

function showFrames(video, images) {
  const canvas = element('frame-view');
  draw(canvas, video, images[view.frame], view.frame);
  canvas.setAttribute('aria-label',
      `frame ${view.frame + 1}: ${chosenMap(video)}`);
  const strip = element('strip');
  while (strip.children.length > images.length) strip.lastChild.remove();
  while (strip.children.length < images.length) {
    const frame = strip.children.length;
    const button = make('button', make('li', strip), {type: 'button'});
    make('canvas', button);
    make('span', button, {textContent: frame + 1});
    button.addEventListener('click', () => change({frame}));
  }
  images.forEach((image, i) => {
    const button = strip.children[i].firstChild;
    button.setAttribute('aria-current', i === view.frame);
    draw(button.firstChild, video, image, i);
  });
}

function listVideos() {
  const list = element('videos');
  list.replaceChildren();
  for (const i of shown()) {
    const video = run.videos[i];
    const button = make('button', make('li', list), {type: 'button'});
    button.dataset.video = i;
    make('img', button, {src: video.frames[0], alt: ''});
    const text = make('span', button);
    const mark = video.truth === null ? '' : isRight(video) ? '✓ ' : '✗ ';
    make('span', text, {
      textContent: mark + video.guesses[0].label,
      className: isRight(video) ? '' : 'wrong',
    });
    make('small', text, {textContent: video.name});
    button.addEventListener('click', () => change({video: i}));
  }
}

function markVideo() {
  for (const button of document.querySelectorAll('#videos button')) {
    const current = Number(button.dataset.video) === view.video;
    button.setAttribute('aria-current', current);
    if (current) button.scrollIntoView({block: 'nearest'});
  }
}

async function show() {
  const video = run.videos[view.video];
  const images = await openVideo(video);
  if (video !== run.videos[view.video]) return; // another was chosen meanwhile
  view.frame = clamp(view.frame, images.length - 1);
  showVerdict(video);
  showControls(video);
  showFrames(video, images);
  markVideo();
  document.body.dataset.ready = JSON.stringify(
      {...view, layer: chosenLayer(video)});
}

function change(what) {
  Object.assign(view, what);
  if ('wrong' in what) {
    listVideos();
    const left = shown();
    if (left.length && !left.includes(view.video)) view.video = left[0];
  }
  const {video, frame, map} = view;
  const layer = chosenLayer(run.videos[video]);
  history.replaceState(null, '', `#${new URLSearchParams(
      {video: video + 1, layer: layer + 1, frame: frame + 1, map})}`);
  return show();
}

function readAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  const number = (name, otherwise, most) => {
    const value = Number(address.get(name));
    return value >= 1 ? clamp(Math.round(value) - 1, most) : otherwise;
  };
  view.video = number('video', 0, run.videos.length - 1);
  view.layer = number('layer', Infinity, Infinity);
  view.frame = number('frame', 0, run.videos[view.video].frames.length - 1);
  if (MAPS.includes(address.get('map'))) view.map = address.get('map');
}

function step(name, by) {
  const video = run.videos[view.video];
  const last = {layer: video.layers.length - 1, frame: video.frames.length - 1};
  change({[name]: clamp(clamp(view[name], last[name]) + by, last[name])});
}

function stepVideo(by) {
  const list = shown();
  if (!list.length) return;
  const place = clamp(list.indexOf(view.video) + by, list.length - 1);
  change({video: list[place]});
}

function play() {
  clearInterval(playing);
  playing = playing === null ? setInterval(() => {
    const frames = run.videos[view.video].frames.length;
    change({frame: (view.frame + 1) % frames});
  }, 250) : null;
  element('play').setAttribute('aria-pressed', playing !== null);
  element('play').textContent = playing === null ? 'Play' : 'Stop';
}

const KEYS = {
  j: () => stepVideo(1), k: () => stepVideo(-1), p: play,
  w: () => change({wrong: !view.wrong}),
  ArrowLeft: () => step('frame', -1), ArrowRight: () => step('frame', 1),
  ArrowUp: () => step('layer', 1), ArrowDown: () => step('layer', -1),
};
MAPS.forEach((map, i) => {
  KEYS[i + 1] = () => {
    if (available(run.videos[view.video]).includes(map)) change({map});
  };
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  // Sliders and radio buttons have arrow keys of their own.
  const input = event.target.matches('input[type=range], input[type=radio]');
  if (!(event.key in KEYS) || (input && event.key.startsWith('Arrow'))) return;
  event.preventDefault();
  KEYS[event.key]();
});
for (const name of ['layer', 'frame']) {
  element(name).addEventListener('input', (event) =>
    change({[name]: Number(event.target.value) - 1}));
}
element('maps').addEventListener('change', (event) =>
  change({map: event.target.value}));
element('only-wrong').addEventListener('change', (event) =>
  change({wrong: event.target.checked}));
element('play').addEventListener('click', play);
window.addEventListener('hashchange', () => {
  readAddress();
  show();
});

const right = run.videos.filter((video) => video.truth !== null);
element('header').textContent = Object.entries(run.header).map(
    ([name, value]) => `${name}: ${value}`).concat(right.length ? [
  `right: ${right.filter(isRight).length} of ${right.length} videos`] : []
).join(' · ');
readAddress();
listVideos();
show();
