// The chosen video: its frame, and beside it the map and the prediction of
// each model.

const MEANINGS = {
  seeds: 'Seed tokens: the patches of each frame that the layer chose. The ' +
    'others are dark.',
  context: 'Context tokens: patches that were merged into one token have one ' +
    'colour, in all frames. Colours belong to one layer and one model.',
  attention: "Attention of each frame's CLS token to the frame's patches, " +
    'mean over heads. Bright is much; the maximum is that of the whole clip.',
};
const TITLES = {
  seeds: 'seed tokens', context: 'context tokens', attention: 'CLS attention',
};
const columns = []; // the elements of each model

function buildColumns() {
  element('stage').classList.toggle('single', run.models.length === 1);
  run.models.forEach((model, i) => {
    const section = make('section', element('stage'), {className: 'column'});
    section.setAttribute('aria-label', model.name);
    const figure = make('figure', section);
    const caption = make('figcaption', figure);
    const canvas = make('canvas', figure, {className: 'large', id: `map-${i}`});
    canvas.setAttribute('role', 'img');
    const scale = make('div', figure, {className: 'scale'});
    const result = make('div', section, {className: 'result'});
    if (run.models.length > 1) {
      make('p', result, {className: 'whose', textContent: model.name});
    }
    const verdict = make('p', result, {className: 'verdict'});
    verdict.setAttribute('role', 'status');
    const bars = make('div', result, {className: 'bars'});
    bars.setAttribute('aria-label', 'Best classes');
    columns.push({caption, canvas, scale, verdict, bars});
    canvas.addEventListener('pointermove', (event) => readPatch(i, event));
    canvas.addEventListener('pointerleave', () => {
      element('readout').textContent = '';
    });
  });
}

function readPatch(i, event) {
  const one = currentVideo().views[i];
  const map = chosenMap(one);
  if (!map) return;
  const box = event.target.getBoundingClientRect();
  element('readout').textContent = describePatch(
      one, frameOf(one), map, (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height);
}

const frameOf = (one) => clamp(
    view.frame, framesOf(currentVideo(), one).length - 1);

function showVerdict(video, one, {verdict, bars}) {
  const right = isRight(video, one);
  const first = best(one).label;
  verdict.className = `verdict ${TONES.get(right)}`;
  verdict.textContent = right === null ? `predicted: ${first}` : right ?
    `✓ ${first}` : `✗ ${first}; it is ${video.labels.join(', ')}`;
  bars.replaceChildren();
  for (const {label, probability} of one.guesses) {
    const bar = make('div', bars, {className: 'bar'});
    make('i', bar).style.width = `${100 * probability}%`;
    const text = make('span', bar);
    make('span', text, {textContent: label,
      className: video.labels.includes(label) ? 'right' : ''});
    make('b', text, {textContent: percent(probability)});
  }
}

// The colour bar of attention, or what colours of tokens mean.
function showScale(scale, one, map) {
  scale.replaceChildren();
  if (!map) {
    make('p', scale, {textContent: 'No maps: the model has another tower.'});
  } else if (map === 'attention') {
    const {most, here, sum} = attentionIn(one, frameOf(one));
    const bar = make('div', scale, {className: 'heat'});
    make('span', bar, {textContent: '0'});
    const colours = run.heat.filter((_, i) => i % 15 === 0).join(', ');
    make('i', bar).style.background = `linear-gradient(to right, ${colours})`;
    make('span', bar, {textContent: most.toPrecision(2)});
    const mean = sum / (one.grid[0] * one.grid[1]);
    make('p', scale, {textContent: `this frame: mean ${mean.toPrecision(2)}, ` +
      `at most ${here.toPrecision(2)}, in all ${sum.toPrecision(2)}`});
  } else {
    const {groups} = openLayer(one.layers[layerIndex(one)]);
    const seeds = groups.filter((group) => group >= 0).length;
    const tokens = groups.reduce((a, b) => Math.max(a, b), -1) + 1;
    make('p', scale, {textContent: `${plural(seeds, 'seed token')} of ` +
      `${groups.length} patches in ${plural(tokens, 'context token')}`});
  }
}

function showTime(video, one) {
  const seconds = one.times ? clock(one.times[frameOf(one)]) : '';
  return `frame ${frameOf(one) + 1}${seconds && ` · ${seconds}`}`;
}

function showColumn(video, i, images) {
  const [one, column] = [video.views[i], columns[i]];
  const map = chosenMap(one);
  const frame = frameOf(one);
  const {canvas, caption, scale} = column;
  canvas.style.aspectRatio = one.size.join(' / ');
  draw(canvas, images[i][frame], LARGE, one, frame, map);
  const title = map ? TITLES[map] : 'frame';
  caption.textContent = run.models.length > 1 ?
    `${run.models[i].name}: ${title}` : title;
  if (one.frames && i) caption.textContent += `, ${showTime(video, one)}`;
  caption.title = caption.textContent;
  canvas.setAttribute('aria-label',
      `${run.models[i].name}, ${title} of frame ${frame + 1}`);
  showScale(scale, one, map);
  showVerdict(video, one, column);
}

function showInput(video, images) {
  const canvas = element('frame-view');
  const one = video.views[0];
  const [width, height] = one.size;
  element('stage').style.setProperty('--aspect', width / height);
  canvas.style.aspectRatio = one.size.join(' / ');
  draw(canvas, images[0][frameOf(one)], LARGE);
  element('time').textContent = showTime(video, one);
  canvas.setAttribute('aria-label', `frame ${frameOf(one) + 1} of the video`);
}

function showHead(video) {
  const slash = video.name.lastIndexOf('/') + 1;
  element('folder').textContent = video.name.slice(0, slash);
  element('name').textContent = video.name.slice(slash);
  element('label').textContent = video.labels.length ?
    `true class: ${video.labels.join(', ')}` : '';
}

function showControls(video) {
  const layers = mostLayers(video);
  const maps = video.views.flatMap(available);
  const chosen = video.views.map(chosenMap);
  element('maps').hidden = element('layers').hidden = !layers;
  element('layer').max = layers || 1;
  element('layer').value = clamp(view.layer, layers - 1) + 1;
  element('layer-value').textContent =
    `${clamp(view.layer, layers - 1) + 1} of ${layers}`;
  element('frame').max = mostFrames(video);
  element('frame').value = view.frame + 1;
  element('frame-value').textContent =
    `${view.frame + 1} of ${mostFrames(video)}`;
  for (const input of document.querySelectorAll('input[name=map]')) {
    input.disabled = !maps.includes(input.value);
    input.checked = chosen.includes(view.map) ? input.value === view.map :
      chosen.includes(input.value);
  }
  const meant = document.querySelector('input[name=map]:checked');
  element('meaning').textContent = meant && layers ? MEANINGS[meant.value] : '';
}
