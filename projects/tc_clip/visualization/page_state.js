'use strict';
// The run that is in the page, and the view: what is looked at. The view is
// kept in the address, so that it survives a reload and can be shared.

const run = JSON.parse(document.getElementById('run').textContent);
const MAPS = ['seeds', 'context', 'attention'];
const SORTS = ['list', 'sure', 'unsure', 'name'];
const TABS = run.models.length > 1 ? ['videos', 'classes', 'models'] :
  ['videos', 'classes'];
// Numbers count from 0 here, and from 1 in the address.
const START = {
  tab: 'videos', video: 0, layer: Infinity, frame: 0, map: 'context',
  search: '', truth: '', predicted: '', wrong: false, differ: false,
  sort: 'list', model: 0,
};
const view = {...START};

const element = (id) => document.getElementById(id);
const clamp = (x, most) => Math.max(0, Math.min(x, most));
const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

function make(tag, parent, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  parent.append(made);
  return made;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

// Seconds as a player writes them.
function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes ?
    `${minutes}:${(seconds % 60).toFixed(1).padStart(4, '0')} min` :
    `${seconds.toFixed(2)} s`;
}

const currentVideo = () => run.videos[view.video];
const mostLayers = (video) => Math.max(
    ...video.views.map((one) => one.layers.length));
const mostFrames = (video) => Math.max(
    ...video.views.map((one) => framesOf(video, one).length));
const framesOf = (video, one) => one.frames || video.views[0].frames;

// The layer of a model that is nearest to the one that was asked for.
const layerIndex = (one) => clamp(view.layer, one.layers.length - 1);

// Which maps a model has in the layer.
function available(one) {
  if (!one.layers.length) return [];
  return one.layers[layerIndex(one)].groups ? MAPS : ['attention'];
}

function chosenMap(one) {
  const maps = available(one);
  return maps.includes(view.map) ? view.map : maps[maps.length - 1];
}

const NUMBERS = ['video', 'layer', 'frame', 'model'];

function address() {
  const shown = {...view, layer: clamp(
      view.layer, mostLayers(currentVideo()) - 1)};
  const pairs = Object.entries(shown).filter(([name, value]) =>
    ['video', 'layer', 'frame', 'map'].includes(name) || value !== START[name]);
  return `#${new URLSearchParams(pairs.map(([name, value]) =>
    [name, NUMBERS.includes(name) ? value + 1 : String(value)]))}`;
}

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const number = (name, most) => {
    const value = Number(given.get(name));
    return value >= 1 ? clamp(Math.round(value) - 1, most) : START[name];
  };
  const choice = (name, choices) =>
    choices.includes(given.get(name)) ? given.get(name) : START[name];
  view.video = number('video', run.videos.length - 1);
  view.layer = number('layer', Infinity);
  view.frame = number('frame', mostFrames(currentVideo()) - 1);
  view.model = number('model', run.models.length - 1);
  view.map = choice('map', MAPS);
  view.sort = choice('sort', SORTS);
  view.tab = choice('tab', TABS);
  for (const name of ['search', 'truth', 'predicted']) {
    view[name] = given.get(name) || '';
  }
  for (const name of ['wrong', 'differ']) view[name] = given.has(name);
}

// Changes the view and draws it. A change of the tab is a step of the
// browser's history.
function change(what) {
  const moves = 'tab' in what && what.tab !== view.tab;
  Object.assign(view, what);
  if (FILTERS.some((name) => name in what)) chooseShown();
  history[moves ? 'pushState' : 'replaceState'](null, '', address());
  return show();
}
